import { buildCommand, buildRouteMap } from "@stricli/core";
import type { AnimationFormat, AnimationKindName } from "#studio";
import type { CliContext } from "./context.ts";
import { editAliases, editFlags, pictures } from "./edit-flags.ts";
import { example } from "./example.ts";
import { numberFlag, textFlag } from "./optional-flags.ts";

const commands = () => import("./commands/animate.ts");
type Commands = Awaited<ReturnType<typeof commands>>;
/** All kinds, here so that the help does not have to load what makes them. */
const kinds: Readonly<Record<AnimationKindName, string>> = {
  idle: "breathing: chest, head and held item sink one after the other",
  walk: "walking on the spot: the legs lift by turns, the body rises and sways over the standing one",
  bounce: "a jump: it crouches, stretches, flies and lands",
  attack: "a blow: it draws back, lunges with the held item, and returns",
  hit: "a blow taken: it flashes, is thrown back and shakes itself upright",
  spin: "a turn around the upright axis, as of a coin",
  float: "hovering: it rises and sinks, and its lower end trails",
  flap: "wings: the sides beat up and down, the body the other way",
  sway: "swaying in the wind, rooted at its lower edge",
  squash: "squash and stretch on the spot, as of jelly",
  shake: "trembling, by --seed",
  flash: "flashing in the sprite's whitest color; its dark lines stay",
  glow: "pulsing light, by cycling each color along its own ramp",
  shine: "a gleam that runs across, along the colors' own ramps",
  dissolve: "crumbling to nothing from the top, by --seed",
  appear: "the reverse of dissolve: it gathers from nothing",
  rise: "coming up out of the ground",
  fall: "tipping over backwards and staying down",
};
const kindNames = Object.keys(kinds) as AnimationKindName[];

const formats: Readonly<Record<AnimationFormat, true>> = { sheet: true, gif: true, apng: true, aseprite: true };

type CommandFlags<Name extends keyof Commands> = Parameters<Commands[Name]>[0];

const description =
  "Moves one drawing: its parts and rows are shifted by whole pixels, left out or repeated, so nothing blurs and no " +
  "color comes in. The parts (head, trunk, legs, held item, shadow) are found by the sprite's outline. This is not " +
  "frame-to-frame generation by a model: what the sprite does not show, such as its back, is not drawn.\n\n" +
  `KINDS\n${kindNames.map((kind) => `  ${kind.padEnd(9)} ${kinds[kind]}`).join("\n")}`;

const examples = [
  "animate knight.png --kind idle --kind walk --kind attack --out knight.aseprite",
  "animate coin.png --kind spin --out coin.gif --scale 8",
  "animate sprites --kind idle --out animated",
];

const make = buildCommand<CommandFlags<"make">, string[], CliContext>({
  loader: async () => (await commands()).make,
  parameters: {
    flags: {
      kind: {
        kind: "enum",
        values: kindNames,
        brief: "How it moves; several make one file with a tag each (idle by default)",
        variadic: true,
        optional: true,
      },
      format: {
        kind: "enum",
        values: Object.keys(formats) as AnimationFormat[],
        brief: "What to write, by default what the ending of --out says, else a sheet (PNG and JSON); may be repeated",
        variadic: true,
        optional: true,
      },
      frames: numberFlag("Frames of each kind: 2 to 64", "N"),
      duration: numberFlag("How long each frame is shown", "MS"),
      strength: numberFlag("Scales the distances: 0.25 to 4 (1 by default)", "X"),
      facing: {
        kind: "enum",
        values: ["left", "right"],
        brief: "Where a blow or a step goes; by default to the side of a held item, else right",
        optional: true,
      },
      seed: numberFlag("For shake, dissolve, appear and rise: another seed, other chances (0 by default)", "N"),
      plays: numberFlag("How often GIF and APNG are played, 0 for ever", "N"),
      scale: numberFlag("Enlarge by a whole factor", "N"),
      columns: numberFlag("Frames in a row of a sheet; by default each kind has its own row", "N"),
      ...editFlags,
      out: textFlag(
        "A folder, or for one sprite a file that ends in .gif, .apng, .aseprite or .png; by default beside each sprite",
        "DIR|FILE",
      ),
    },
    aliases: { ...editAliases, k: "kind", s: "seed" },
    positional: pictures,
  },
  docs: {
    brief: "Animate sprites, each a single drawing",
    fullDescription: example(description, ...examples),
  },
});

const check = buildCommand<CommandFlags<"check">, string[], CliContext>({
  loader: async () => (await commands()).check,
  parameters: {
    flags: {
      maxDrift: numberFlag("How far lower edge and middle may move in a frame (a third of the sprite)", "PX"),
      maxClosure: numberFlag("How many mean steps the last frame may be from the first (2.5)", "X"),
      once: { kind: "boolean", brief: "It is played once, so no loop has to close", default: false },
      json: editFlags.json,
    },
    positional: {
      kind: "array",
      parameter: {
        parse: String,
        brief: "GIF, APNG, WebP, .aseprite, a sheet or its JSON; other pictures, or a folder, are the frames of one",
        placeholder: "animation",
      },
      minimum: 1,
    },
  },
  docs: {
    brief: "Check animations: palette, drift, loop, frame sizes",
    fullDescription: example(
      "Checks that all frames have one size and no color that the first lacks, that lower edge and middle do not jump, " +
        "and that loops close. The exit code is 1 when something is wrong.",
      "animate check knight.aseprite coin.gif",
      "animate check frame-*.png --max-drift 2 --json",
    ),
  },
});

export const animateRoutes = buildRouteMap({
  routes: { make, check },
  defaultCommand: "make",
  docs: {
    brief: "Animate sprites, and check animations",
    fullDescription: example(description, ...examples, "animate check knight.aseprite"),
  },
});
