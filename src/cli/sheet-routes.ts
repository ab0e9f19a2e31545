import { buildCommand, buildRouteMap, numberParser } from "@stricli/core";
import type { CliContext } from "./context.ts";
import { editAliases, editFlags, pictures } from "./edit-flags.ts";
import { example } from "./example.ts";
import { numberFlag, textFlag } from "./optional-flags.ts";
import { sizeFrom } from "./picture-routes.ts";

const commands = () => import("./commands/sheet.ts");
type Commands = Awaited<ReturnType<typeof commands>>;
type CommandFlags<Name extends keyof Commands> = Parameters<Commands[Name]>[0];

const pack = buildCommand<CommandFlags<"pack">, string[], CliContext>({
  loader: async () => (await commands()).pack,
  parameters: {
    flags: {
      out: {
        kind: "parsed",
        parse: String,
        brief: "The sheet, a .png file; its JSON lies beside it (sheet.png by default)",
        placeholder: "FILE",
        default: "sheet.png",
      },
      format: {
        kind: "enum",
        values: ["aseprite", "aseprite-array", "texturepacker"],
        brief: "The JSON's shape: Aseprite's hash (by default) or array, or TexturePacker's hash",
        optional: true,
      },
      padding: numberFlag("Transparent pixels between sprites (2 by default, in columns 0)", "PX"),
      extrude: numberFlag("Repeat each sprite's border so often, against bleeding (0 by default)", "PX"),
      trim: { kind: "boolean", brief: "Leave transparent borders out; --no-trim keeps them", default: true },
      maxSize: numberFlag("The sheet's longest side (4096 by default)", "PX"),
      powerOfTwo: { kind: "boolean", brief: "Sides that are powers of two", default: false },
      columns: {
        kind: "parsed",
        parse: numberParser,
        brief: "Equal cells instead, so many in a row; sprites must have one size",
        placeholder: "N",
        optional: true,
      },
      force: editFlags.force,
      json: editFlags.json,
    },
    aliases: editAliases,
    positional: pictures,
  },
  docs: {
    brief: "Pack sprites into a sheet with its JSON",
    fullDescription: example(
      "Packs pictures of any size into one sheet, trimmed; equal ones share a place. The JSON says where each lies, and " +
        "sheet split gives back the same pictures. They are named for their files.",
      "sheet pack sprites --out atlas.png",
      "sheet pack walk-*.png --columns 4 --out walk.png",
    ),
  },
});

const split = buildCommand<CommandFlags<"split">, string[], CliContext>({
  loader: async () => (await commands()).split,
  parameters: {
    flags: {
      out: textFlag("A folder; by default one beside each sheet, with its name", "DIR"),
      atlas: textFlag("The sheet's JSON; by default the one beside it, if there is one", "FILE"),
      grid: {
        kind: "parsed",
        parse: gridFrom,
        brief: "Equal cells of this size; auto finds it",
        placeholder: "auto|N|WxH",
        optional: true,
      },
      spacing: numberFlag("With --grid: pixels between cells (0 by default)", "PX"),
      margin: numberFlag("With --grid: pixels left of and above the first cell (0 by default)", "PX"),
      islands: { kind: "boolean", brief: "Cut out what is surrounded by transparency", default: false },
      merge: numberFlag("With --islands: parts so many pixels apart are one sprite (1 by default)", "PX"),
      leastPixels: numberFlag("With --islands: leave smaller ones out (1 by default)", "N"),
      force: editFlags.force,
      json: editFlags.json,
    },
    aliases: editAliases,
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "Sheets", placeholder: "sheet" },
      minimum: 1,
    },
  },
  docs: {
    brief: "Cut sheets into sprites",
    fullDescription: example(
      "Cuts a sheet into its sprites: by the JSON beside it in their original sizes, else by a grid that is given or " +
        "found, or by islands of visible pixels. A grid that cannot be told is refused; one that was found is printed: a filled sheet without gaps can mislead it.",
      "sheet split atlas.png --out sprites",
      "sheet split tiles.png --grid 16",
      "sheet split items.png --islands --merge 3",
    ),
  },
});

export const sheetRoutes = buildRouteMap({
  routes: { pack, split },
  docs: { brief: "Pack sprites into sheets, and cut sheets into sprites" },
});

/** "auto", "16" or "16x32". */
function gridFrom(text: string): "auto" | { readonly width: number; readonly height: number } {
  const size = sizeFrom(text);
  return typeof size === "number" ? { width: size, height: size } : size;
}
