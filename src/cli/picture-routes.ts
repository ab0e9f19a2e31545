import { buildCommand, numberParser } from "@stricli/core";
import { editAliases, editFlags, pictures } from "./edit-flags.ts";
import { example } from "./example.ts";
import { numberFlag, textFlag } from "./optional-flags.ts";

export const fix = buildCommand({
  loader: () => import("./commands/fix.ts"),
  parameters: {
    flags: {
      size: {
        kind: "parsed",
        parse: sizeFrom,
        brief: "The native size where it is known: width, or width and height; found by default",
        placeholder: "auto|N|WxH",
        optional: true,
      },
      pick: numberFlag("Of a picture that is not sure: take this one of the alternatives listed, from 1", "N"),
      colors: {
        kind: "parsed",
        parse: (text: string) => (text === "auto" ? text : numberParser(text)),
        brief: "Exactly this many colors, if there are as many; auto: as few as look the same; all by default",
        placeholder: "auto|N",
        optional: true,
      },
      palette: {
        ...textFlag("Only colors of a palette: a built-in name, or a .hex, .gpl, .pal or PNG file", "NAME|FILE"),
        proposeCompletions: async (partial: string) => {
          const { paletteNames } = await import("#studio");
          return paletteNames().filter((name) => name.startsWith(partial));
        },
      },
      ...editFlags,
    },
    aliases: editAliases,
    positional: pictures,
  },
  docs: {
    brief: "Find the true pixels in pictures of pixel art",
    fullDescription: example(
      "Finds the pixel grid of pictures of pixel art, however enlarged, shifted, blurred or compressed, and gives the " +
        "sprite in its native size. Native art stays as it is, pixel for pixel. Where the grid is not sure it lists what " +
        "it may be, writes nothing, and --pick or --size decides.",
      "fix generated.png --colors auto",
      "fix drafts --out sprites --palette pico-8",
      "fix blurred.jpg --pick 2",
    ),
  },
});

export const trim = buildCommand({
  loader: () => import("./commands/trim.ts"),
  parameters: {
    flags: { margin: numberFlag("Transparent pixels to leave on each side (0 by default)", "PX"), ...editFlags },
    aliases: editAliases,
    positional: pictures,
  },
  docs: {
    brief: "Cut transparent borders off",
    fullDescription: example(
      "Cuts transparent rows and columns off all sides of each picture.",
      "trim sprites --out trimmed --margin 1",
    ),
  },
});

/** "auto", "32" or "32x48". */
export function sizeFrom(text: string): "auto" | number | { readonly width: number; readonly height: number } {
  if (text === "auto") return text;
  const [, width, height] = /^(\d+)(?:x(\d+))?$/i.exec(text.trim()) ?? [];
  if (width === undefined) throw new SyntaxError(`give auto, a width such as 32, or width and height such as 32x48`);
  return height === undefined ? Number(width) : { width: Number(width), height: Number(height) };
}
