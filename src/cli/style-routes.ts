import { buildCommand, buildRouteMap } from "@stricli/core";
import type { CliContext } from "./context.ts";
import { editFlags, pictures } from "./edit-flags.ts";
import { example } from "./example.ts";
import { textFlag } from "./optional-flags.ts";

const commands = () => import("./commands/style.ts");
type Commands = Awaited<ReturnType<typeof commands>>;
type CommandFlags<Name extends keyof Commands> = Parameters<Commands[Name]>[0];

const learn = buildCommand<CommandFlags<"learn">, string[], CliContext>({
  loader: async () => (await commands()).learn,
  parameters: {
    flags: {
      out: textFlag("The style file to write (style.json by default)", "FILE"),
      force: { kind: "boolean", brief: "Replace the file if it is there", default: false },
      json: editFlags.json,
    },
    aliases: { o: "out", f: "force" },
    positional: pictures,
  },
  docs: {
    brief: "Learn the style of a game's pictures",
    fullDescription: example(
      "Writes what pictures have in common to a file: palette with shares, colors a picture, outlines, light, sizes and " +
        "tiles, transparency, shades. It says what they do not have in common.",
      "style learn assets --out game.style.json",
    ),
  },
});

const check = buildCommand<CommandFlags<"check">, string[], CliContext>({
  loader: async () => (await commands()).check,
  parameters: {
    flags: {
      style: textFlag("The style file (style.json by default)", "FILE"),
      report: textFlag("A folder for pictures that show what is off", "DIR"),
      force: { kind: "boolean", brief: "Replace pictures that are there", default: false },
      json: editFlags.json,
    },
    aliases: { f: "force" },
    positional: pictures,
  },
  docs: {
    brief: "Check whether pictures are in a style",
    fullDescription: example(
      "Compares each picture with a style and says what is off, and why. The exit code is 1 when something is. " +
        "In the pictures of --report, colors off the palette are magenta, soft pixels cyan, edges unlike the style's " +
        "orange; below stand the strays over the nearest colors of the style.",
      "style check new/*.png --style game.style.json --report off-style",
    ),
  },
});

export const styleRoutes = buildRouteMap({
  routes: { learn, check },
  docs: { brief: "Learn a game's style, and check pictures against it" },
});
