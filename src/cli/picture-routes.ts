import { buildCommand, buildRouteMap, numberParser } from "@stricli/core";
import type { CliContext } from "./context.ts";
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
const backgroundCommands = () => import("./commands/background.ts");
const outlineCommands = () => import("./commands/outline.ts");

const tolerance = (byDefault: number) =>
  numberFlag(`How far a color may be off: 0.02 is just noticeable, 1 is all (${byDefault} by default)`, "0..1");
const neighbors = (brief: string) => ({ kind: "enum", values: ["4", "8"], brief, optional: true }) as const;
const on = (brief: string) => ({ kind: "boolean", brief, default: true }) as const;

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
export const scale = buildCommand({
  loader: () => import("./commands/scale.ts"),
  parameters: {
    flags: {
      factor: numberFlag("How many times as wide and high (2 by default, 3 with scale3x)", "N"),
      method: {
        kind: "enum",
        values: ["nearest", "scale2x", "scale3x", "xbr"],
        brief: "Blocks (nearest, by default), or with steps rounded off",
        optional: true,
      },
      ...editFlags,
    },
    aliases: { ...editAliases, x: "factor", m: "method" },
    positional: pictures,
  },
  docs: {
    brief: "Enlarge pixel art without blur",
    fullDescription: example(
      "Enlarges by a whole factor and adds no color: nearest makes blocks; scale2x (EPX), scale3x and xbr round steps off.",
      "scale hero.png --factor 4",
      "scale hero.png --method xbr --out hero-2x.png",
    ),
  },
});

export const cleanup = buildCommand({
  loader: () => import("./commands/cleanup.ts"),
  parameters: {
    flags: {
      orphans: on("Lone pixels"),
      doubles: {
        kind: "boolean",
        brief: "Doubled corners in stairs of lines too, which people also draw on purpose",
        default: false,
      },
      jaggies: on("Bumps, notches and uneven steps of edges"),
      ...editFlags,
    },
    aliases: editAliases,
    positional: pictures,
  },
  docs: {
    brief: "Take stray pixels and jagged edges out",
    fullDescription: example(
      "Takes lone pixels and jagged edges out, doubled corners of lines too when asked, and says how many; --json tells every pixel.",
      "cleanup sprites --out clean",
      "cleanup hero.png --doubles --json",
    ),
  },
});

export const backgroundRoutes = buildRouteMap({
  routes: {
    remove: buildCommand<Flags<typeof backgroundCommands, "remove">, string[], CliContext>({
      loader: async () => (await backgroundCommands()).remove,
      parameters: {
        flags: {
          color: textFlag("The background's color; by default what the border mostly is", "#RRGGBB"),
          tolerance: tolerance(0.05),
          holes: numberFlag("Also areas that the subject encloses, from so many pixels on", "N"),
          ...editFlags,
        },
        aliases: { ...editAliases, c: "color" },
        positional: pictures,
      },
      docs: {
        brief: "Make the background transparent",
        fullDescription: example(
          "Makes the background transparent, from the border inwards; gradients and checked grounds are found too.",
          "background remove hero.png",
          "background remove sprites --tolerance 0.1 --holes 4 --out cutouts",
        ),
      },
    }),
  },
  docs: { brief: "Remove backgrounds" },
});

export const outlineRoutes = buildRouteMap({
  routes: {
    add: buildCommand<Flags<typeof outlineCommands, "add">, string[], CliContext>({
      loader: async () => (await outlineCommands()).add,
      parameters: {
        flags: {
          color: textFlag("A color, or darkened: dark shades of the subject (black by default)", "#RRGGBB|darkened"),
          neighbors: neighbors("4: thin corners (by default); 8: full corners"),
          grow: {
            kind: "boolean",
            brief: "Make the picture larger where the subject touches its end",
            default: false,
            withNegated: false,
          },
          ...editFlags,
        },
        aliases: { ...editAliases, c: "color" },
        positional: pictures,
      },
      docs: {
        brief: "Draw an outline around the subject",
        fullDescription: example(
          "Draws an outline of one pixel around all that is visible.",
          "outline add hero.png",
          "outline add sprites --color darkened --neighbors 8 --grow --out outlined",
        ),
      },
    }),
    remove: buildCommand<Flags<typeof outlineCommands, "remove">, string[], CliContext>({
      loader: async () => (await outlineCommands()).remove,
      parameters: {
        flags: {
          color: textFlag(
            "The outline's color; any: all of the edge; auto (by default): its commonest",
            "#RRGGBB|any|auto",
          ),
          tolerance: tolerance(0.1),
          neighbors: neighbors("Which neighbors make an edge: 4, or 8 (by default)"),
          ...editFlags,
        },
        aliases: { ...editAliases, c: "color" },
        positional: pictures,
      },
      docs: {
        brief: "Take an outline off",
        fullDescription: example(
          "Takes one layer of outline off: pixels of its color beside transparency.",
          "outline remove hero.png",
        ),
      },
    }),
  },
  docs: { brief: "Add and remove outlines" },
});

type Flags<Load extends () => Promise<object>, Name extends keyof Awaited<ReturnType<Load>>> = Awaited<
  ReturnType<Load>
>[Name] extends (flags: infer Value, ...inputs: never) => unknown
  ? Value
  : never;
