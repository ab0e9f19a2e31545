import { buildCommand, buildRouteMap, numberParser } from "@stricli/core";
import type { CliContext } from "./context.ts";
import { editAliases, editFlags, pictures } from "./edit-flags.ts";
import { example } from "./example.ts";
import { numberFlag, textFlag } from "./optional-flags.ts";

const commands = () => import("./commands/palette.ts");
const json = editFlags.json;
const { force } = editFlags;
const out = textFlag("Write it to a file: .hex, .gpl (GIMP), .pal (JASC), or a .png of swatches", "FILE");

const onePalette = {
  parse: String,
  brief: "A built-in palette by name, or a .hex, .gpl, .pal or PNG file",
  placeholder: "palette",
  proposeCompletions: async (partial: string) => {
    const { paletteNames } = await import("#studio");
    return paletteNames().filter((name) => name.startsWith(partial));
  },
} as const;

/** The same names as `ditherMethods`, which are not read for `--help`; a test compares them. */
export const ditherNames = [
  "none",
  "bayer-2",
  "bayer-4",
  "bayer-8",
  "cluster-4",
  "floyd-steinberg",
  "jarvis-judice-ninke",
  "stucki",
  "burkes",
  "sierra",
  "sierra-two-row",
  "sierra-lite",
  "stevenson-arce",
  "atkinson",
] as const;

const list = buildCommand<CommandFlags<"list">, [], CliContext>({
  loader: async () => (await commands()).list,
  parameters: { flags: { json } },
  docs: {
    brief: "List the built-in palettes",
    fullDescription: example("Lists the built-in palettes with their number of colors.", "palette list"),
  },
});

const show = buildCommand<CommandFlags<"show">, string[], CliContext>({
  loader: async () => (await commands()).show,
  parameters: {
    flags: { out, force, json },
    aliases: editAliases,
    positional: { kind: "array", parameter: onePalette, minimum: 1 },
  },
  docs: {
    brief: "Show palettes, or write one in another format",
    fullDescription: example(
      "Shows the colors of palettes; with --out it writes one in another format.",
      "palette show pico-8",
      "palette show mine.hex --out mine.gpl",
    ),
  },
});

const extract = buildCommand<CommandFlags<"extract">, string[], CliContext>({
  loader: async () => (await commands()).extract,
  parameters: {
    flags: {
      colors: {
        kind: "parsed",
        parse: (text: string) => (text === "auto" ? text : numberParser(text)),
        brief: "Exactly this many colors, if there are as many; auto: as few as look the same",
        placeholder: "N|auto",
        default: "auto",
      },
      name: textFlag("The palette's name, which .gpl files hold", "NAME"),
      out,
      force,
      json,
    },
    aliases: { ...editAliases, n: "colors" },
    positional: pictures,
  },
  docs: {
    brief: "Take one palette from one or many pictures",
    fullDescription: example(
      "Takes one palette from all the pictures together: colors that they have, spread evenly to the eye (OKLab).",
      "palette extract castle.png --colors 16 --out castle.hex",
      "palette extract sprites --colors 32 --out shared.gpl",
    ),
  },
});

const apply = buildCommand<CommandFlags<"apply">, string[], CliContext>({
  loader: async () => (await commands()).apply,
  parameters: {
    flags: {
      palette: { ...textFlag(onePalette.brief, "NAME|FILE"), proposeCompletions: onePalette.proposeCompletions },
      colors: numberFlag(
        "With --palette: only so many of its colors a picture; alone: one palette of so many from all pictures",
        "N",
      ),
      dither: { kind: "enum", values: ditherNames, brief: "How colors are mixed (none by default)", optional: true },
      strength: numberFlag("Of the dithering: 0 is none, 1 all of it (1 by default)", "0..1"),
      ...editFlags,
    },
    aliases: { ...editAliases, p: "palette", n: "colors", d: "dither" },
    positional: pictures,
  },
  docs: {
    brief: "Give pictures the colors of a palette",
    fullDescription: example(
      "Gives every pixel a color of the palette, the nearest to the eye (OKLab) or mixed by dithering.",
      "palette apply castle.png --palette pico-8 --dither bayer-4",
      "palette apply sprites --colors 16 --out sprites-16",
    ),
  },
});

const sort = buildCommand<CommandFlags<"sort">, [string], CliContext>({
  loader: async () => (await commands()).sort,
  parameters: {
    flags: {
      by: { kind: "enum", values: ["hue", "lightness", "chroma"], brief: "What to sort by", default: "hue" },
      reverse: { kind: "boolean", brief: "The other way round", default: false, withNegated: false },
      out,
      force,
      json,
    },
    aliases: { ...editAliases, b: "by" },
    positional: { kind: "tuple", parameters: [onePalette] },
  },
  docs: {
    brief: "Sort a palette by hue, lightness or chroma",
    fullDescription: example("Sorts a palette's colors.", "palette sort mine.hex --by lightness --out sorted.hex"),
  },
});

const compare = buildCommand<CommandFlags<"compare">, [string, string], CliContext>({
  loader: async () => (await commands()).compare,
  parameters: { flags: { json }, positional: { kind: "tuple", parameters: [onePalette, onePalette] } },
  docs: {
    brief: "Compare two palettes",
    fullDescription: example(
      "Tells the colors that two palettes share, and how far the others are from their nearest ones.",
      "palette compare db16 pico-8",
    ),
  },
});

export const paletteRoutes = buildRouteMap({
  routes: { extract, apply, show, list, sort, compare },
  docs: { brief: "Extract, apply, show, list, sort and compare palettes" },
});

type Commands = Awaited<ReturnType<typeof commands>>;
type CommandFlags<Name extends keyof Commands> = Parameters<Commands[Name]>[0];
