import { buildCommand, buildRouteMap } from "@stricli/core";
import type { MakeTilesetOptions } from "#studio";
import type { CliContext } from "./context.ts";
import { editAliases, editFlags, pictures } from "./edit-flags.ts";
import { example } from "./example.ts";
import { numberFlag, textFlag } from "./optional-flags.ts";
import { orderFlags } from "./order-flags.ts";

const commands = () => import("./commands/tile.ts");
type Commands = Awaited<ReturnType<typeof commands>>;
type CommandFlags<Name extends keyof Commands> = Parameters<Commands[Name]>[0];

const preview = textFlag("Write each texture repeated 3 x 3 to this folder", "DIR");
const textures = { ...pictures, parameter: { ...pictures.parameter, brief: "Textures, or folders of textures" } };

const check = buildCommand<CommandFlags<"check">, string[], CliContext>({
  loader: async () => (await commands()).check,
  parameters: { flags: { preview, force: editFlags.force, json: editFlags.json }, positional: textures },
  docs: {
    brief: "Measure how well textures repeat",
    fullDescription: example(
      "Measures the seams that show when a texture is repeated: the step where edges meet as a multiple of the steps " +
        "inside, and which share of the texture's own lines is less conspicuous. On a terminal it shows the texture " +
        "repeated. The exit code is 1 when one has a seam; textures of mere grain cannot always be told, and read unsure.",
      "tile check grass.png",
      "tile check textures --preview previews",
    ),
  },
});

const fix = buildCommand<CommandFlags<"fix">, string[], CliContext>({
  loader: async () => (await commands()).fix,
  parameters: { flags: { preview, ...editFlags }, aliases: editAliases, positional: textures },
  docs: {
    brief: "Repair textures so that they repeat",
    fullDescription: example(
      "Replaces a strip over each seam by pixels from the inside of the texture, cut where the two differ least: size " +
        "and colors stay. A texture that repeats already stays as it is.",
      "tile fix photo-crop.png --preview previews",
    ),
  },
});

export const tileRoutes = buildRouteMap({
  routes: { check, fix },
  docs: { brief: "Check and repair textures that repeat" },
});

/** Here so that the help does not have to load what draws them. */
const kinds: Readonly<Record<NonNullable<MakeTilesetOptions["kind"]>, string>> = {
  wang: "16 tiles for all combinations of corners; terrain is at the corners of a map's cells",
  blob: "47 tiles for areas of any shape, by eight neighbors, and the lower terrain",
  minimal: "a block of 3 x 3 for rectangles of two tiles and more, and the lower terrain",
};
const edges: Readonly<Record<NonNullable<MakeTilesetOptions["edge"]>, string>> = {
  outline: "a dark line around the upper terrain, lit inside from above",
  raised: "the upper terrain lies higher and throws a shadow",
  shore: "a dark bank, and a light line of foam on the lower terrain",
  plain: "the textures meet as they are",
};
const listed = (names: Readonly<Record<string, string>>) =>
  Object.entries(names)
    .map(([name, what]) => `  ${name.padEnd(8)} ${what}`)
    .join("\n");

const make = buildCommand<CommandFlags<"makeSet">, [string, string], CliContext>({
  loader: async () => (await commands()).makeSet,
  parameters: {
    flags: {
      kind: {
        kind: "enum",
        values: Object.keys(kinds) as (keyof typeof kinds)[],
        brief: "Which tiles (blob by default)",
        optional: true,
      },
      size: numberFlag("Pixels a side of each tile: 8 to 64 (16 by default)", "PX"),
      seed: numberFlag("Same seed, same textures and boundaries", "N"),
      edge: {
        kind: "enum",
        values: Object.keys(edges) as (keyof typeof edges)[],
        brief: "What is drawn along the boundary (outline by default)",
        optional: true,
      },
      lineColor: textFlag("Color of the line of outline or shore; by default one of the textures'", "#RRGGBB"),
      roughness: numberFlag("How far boundaries wander: 0 to 1 (0.75 by default)", "X"),
      palette: orderFlags.palette,
      style: orderFlags.style,
      generator: textFlag("What draws textures: sprite, the embedded model", "NAME"),
      out: textFlag("A folder, or the sheet's .png file; the folder you are in by default", "DIR|FILE"),
      tiled: { kind: "boolean", brief: "A tileset with a Wang set for the Tiled editor too (.tsx)", default: false },
      godot: { kind: "boolean", brief: "A TileSet with terrains for Godot 4 too (.tres)", default: false },
      force: editFlags.force,
      json: editFlags.json,
    },
    aliases: { ...editAliases, k: "kind", s: "seed" },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, brief: "The ground: words to draw it by, or a picture file", placeholder: "lower" },
        { parse: String, brief: "What lies on it: words, or a picture file", placeholder: "upper" },
      ],
    },
  },
  docs: {
    brief: "Make the tiles between two terrains",
    fullDescription: example(
      "Makes a tileset of two textures, drawn from words or given as files: a sheet, a JSON that says which tile joins " +
        "what, and a sample map. Every color but --line-color is one of the textures'. Every pair of tiles whose edges match is checked " +
        "and its seam error told, as a multiple of the textures' own inner contrast; pairs over 2 are listed. The files " +
        "for Tiled and Godot follow their documentation; they were not opened in those editors.\n\n" +
        `KINDS\n${listed(kinds)}\n\nEDGES\n${listed(edges)}`,
      'tileset make "deep blue water" "green grass texture" --edge shore --size 32 --out tiles',
      "tileset make dirt.png grass.png --kind wang --tiled --godot",
    ),
  },
});

export const tilesetRoutes = buildRouteMap({
  routes: { make },
  docs: { brief: "Make the tiles between two terrains" },
});
