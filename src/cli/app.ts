import { buildApplication, buildCommand, buildRouteMap, help, text_en, version } from "@stricli/core";
import { animateRoutes } from "./animate-routes.ts";
import { comfyuiRoutes, modelsRoutes, workflowsRoutes } from "./comfyui-routes.ts";
import type { CliContext } from "./context.ts";
import { example } from "./example.ts";
import { describeFailure, exitCodeOf, failureAsJson } from "./failure.ts";
import { compareRoutes } from "./compare-routes.ts";
import { jobsRoutes } from "./jobs-routes.ts";
import { libraryRoutes } from "./library-routes.ts";
import { numberFlag, textFlag } from "./optional-flags.ts";
import { orderFlags } from "./order-flags.ts";
import { paletteRoutes } from "./palette-routes.ts";
import { sheetRoutes } from "./sheet-routes.ts";
import { tileRoutes, tilesetRoutes } from "./tile-routes.ts";
import { workerRoutes } from "./worker-routes.ts";
import { styleRoutes } from "./style-routes.ts";
import { backgroundRoutes, cleanup, fix, outlineRoutes, scale, trim } from "./picture-routes.ts";

const json = { kind: "boolean", brief: "One JSON object a line, for programs", default: false } as const;
const out = textFlag("Where copies go: a folder, or a .png file", "DIR|FILE");
const generator = textFlag("What draws: sprite, the embedded model (by default), or comfyui", "NAME");
const fallback = {
  kind: "boolean",
  brief: "Draw with the embedded model where the chosen one cannot, and say so",
  default: false,
} as const;

const local = {
  kind: "boolean",
  brief: "Draw in this process, even if a daemon runs",
  default: false,
  withNegated: false,
} as const;

const generate = buildCommand({
  loader: () => import("./commands/generate.ts"),
  parameters: {
    flags: { ...orderFlags, generator, fallback, out, local, json },
    aliases: { n: "count", s: "seed", o: "out" },
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "What to draw, in English words", placeholder: "prompt" },
      minimum: 1,
    },
  },
  docs: {
    brief: "Draw sprites from words",
    fullDescription: example(
      "Draws sprites from words, stores them in the library with the recipe inside, and prints file, seed and seconds.",
      'generate "wizard in a purple robe holding a staff" --count 4',
      'generate "stone brick wall" --tile --palette db16 --out textures',
      'generate "red dragon" --from sketch.png --strength 0.5',
      'generate "knight" --generator comfyui --lora pixel-art-xl:1.2 --size 64 --fallback',
    ),
  },
});

const replay = buildCommand({
  loader: () => import("./commands/replay.ts"),
  parameters: {
    flags: {
      ...without(orderFlags, "from", "mask"),
      prompt: textFlag("Another prompt", "TEXT"),
      out,
      local,
      json,
    },
    aliases: { n: "count", s: "seed", o: "out" },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, brief: "A sprite that dgx-pixels made", placeholder: "png" }],
    },
  },
  docs: {
    brief: "Make a sprite again from its recipe, with changes",
    fullDescription: example(
      "Makes a sprite again from the recipe in its PNG; every option given replaces the recipe's.",
      "replay wizard.png --seed 7",
      'replay wizard.png --prompt "wizard in a red robe holding a staff"',
    ),
  },
});

const batch = buildCommand({
  loader: () => import("./commands/batch.ts"),
  parameters: {
    flags: {
      generator,
      fallback,
      out: { ...out, brief: "Folder for the sprites; by default the file's name without its ending" },
      json,
    },
    aliases: { o: "out" },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, brief: "A .txt, .csv or .jsonl file", placeholder: "file" }],
    },
  },
  docs: {
    brief: "Draw a file of prompts; run again, it does what is missing",
    fullDescription: example(
      "Draws a file of prompts: .txt has one a line; .csv columns and .jsonl keys are generate's options and an " +
        "optional name. Run again, it makes only what is missing. A bad row is reported with its line and stops nothing.",
      "batch examples/items.txt --out items",
    ),
  },
});

const verify = buildCommand({
  loader: () => import("./commands/verify.ts"),
  parameters: {
    flags: { json },
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "Sprites that dgx-pixels made", placeholder: "png" },
      minimum: 1,
    },
  },
  docs: {
    brief: "Make sprites again from their recipes and compare the pixels",
    fullDescription: example(
      "Makes each sprite again from the recipe inside and says identical, or how many pixels differ and why.",
      "verify sprites/*.png",
    ),
  },
});

const evaluate = buildCommand({
  loader: () => import("./commands/evaluate.ts"),
  parameters: {
    flags: {
      dataset: textFlag(
        "Folder of the training dataset: counts near copies, measures the real sprites anew and files that with the model",
        "DIR",
      ),
      out: textFlag("A JSON file to file the figures in", "FILE"),
      name: textFlag("Their name in that file (shipped by default)", "NAME"),
      sheet: textFlag("A PNG of all sprites that were judged", "FILE"),
      seeds: numberFlag("Sprites a prompt (5 by default)", "N"),
      captions: numberFlag("Only the first held-out captions", "N"),
      prompts: numberFlag("Only the first prompts of the list", "N"),
      json,
    },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, brief: "What draws: sprite", placeholder: "generator", default: "sprite" }],
    },
  },
  docs: {
    brief: "Measure how good a generator is",
    fullDescription: example(
      "Draws a fixed list of prompts and has a classifier, trained on real sprites, judge them: categories, colors, " +
        "distance to real sprites, diversity of seeds, near copies.",
      "evaluate sprite",
      "evaluate sprite --dataset dataset --out evaluation.json --sheet sheet.png",
    ),
  },
});

const doctor = buildCommand({
  loader: () => import("./commands/doctor.ts"),
  parameters: { flags: { json } },
  docs: {
    brief: "Check this machine, with a remedy for each thing missing",
    fullDescription: example(
      "Checks what this machine has: processor, memory, GPU, Node, ComfyUI, model files (by hash), library, disk.",
      "doctor",
    ),
  },
});

const bench = buildCommand({
  loader: () => import("./commands/bench.ts"),
  parameters: {
    flags: {
      seeds: numberFlag(
        "grid: how often everything random is drawn (once by default); comfyui: pictures a workflow (12)",
        "N",
      ),
      dataset: textFlag("grid: folder of the training dataset, to take its held-out sprites too", "DIR"),
      url: textFlag("comfyui: servers in place of those in the settings", "URL"),
      canvas: numberFlag("comfyui: another width to draw at, for servers without a GPU", "PX"),
      comfyui: textFlag(
        "comfyui: folder of a ComfyUI to start here, tuned in several ways, with random weights",
        "DIR",
      ),
      python: textFlag("comfyui: the Python that has its requirements (its venv, or python3)", "PYTHON"),
      tunings: textFlag("comfyui: of these ways alone, such as usual,fast", "NAMES"),
      workflows: textFlag("comfyui: these workflows alone", "NAMES"),
      peers: textFlag("grid: a Python with perfect-pixel, proper-pixel-art and unfake, to compare with", "PYTHON"),
      json,
    },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, brief: "A suite; without one, they are listed", placeholder: "suite", optional: true },
      ],
    },
  },
  docs: {
    brief: "Measure speed and accuracy on this machine",
    fullDescription: example(
      "Runs a benchmark suite and prints its figures.",
      "bench sprite --json",
      "bench grid --seeds 3",
      "bench comfyui --url http://127.0.0.1:8188 --json",
      "bench comfyui --comfyui ~/ComfyUI --tunings usual,fast",
    ),
  },
});

const tui = buildCommand({
  loader: () => import("./commands/tui.ts"),
  parameters: {},
  docs: {
    brief: "Open the studio on this terminal",
    fullDescription: example(
      "Opens the studio: draw with a live preview, find and rate what was made, watch the queue. Everything by keyboard " +
        "or mouse; ? tells the keys.",
      "tui",
    ),
  },
});

const completion = buildCommand({
  loader: () => import("./commands/completion.ts"),
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: shellNamed,
          brief: "bash, zsh or fish",
          placeholder: "shell",
          proposeCompletions: () => ["bash", "zsh", "fish"],
        },
      ],
    },
  },
  docs: {
    brief: "Print a completion script for a shell",
    fullDescription: example(
      "Prints a completion script.",
      "completion bash > ~/.local/share/bash-completion/completions/dgx-pixels",
    ),
  },
});

/** The command line as a whole; each command's code is loaded when it runs. With `isJson`, failures are JSON too. */
export function buildCli(currentVersion: string, isJson: boolean) {
  const describe = isJson ? failureAsJson : describeFailure;
  return buildApplication<CliContext>(
    buildRouteMap({
      routes: {
        generate,
        replay,
        batch,
        verify,
        library: libraryRoutes,
        palette: paletteRoutes,
        fix,
        background: backgroundRoutes,
        outline: outlineRoutes,
        scale,
        cleanup,
        trim,
        animate: animateRoutes,
        style: styleRoutes,
        worker: workerRoutes,
        compare: compareRoutes,
        comfyui: comfyuiRoutes,
        models: modelsRoutes,
        workflows: workflowsRoutes,
        jobs: jobsRoutes,
        tile: tileRoutes,
        tileset: tilesetRoutes,
        sheet: sheetRoutes,
        evaluate,
        doctor,
        bench,
        tui,
        completion,
      },
      docs: {
        brief: "Words to game-ready pixel art",
        fullDescription: example(
          "Words to game-ready pixel art, by a model that is part of this program.",
          'generate "wizard in a purple robe holding a staff"',
        ),
      },
    }),
    {
      name: "dgx-pixels",
      scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
      documentation: { caseStyle: "convert-camel-to-kebab" },
      localization: {
        text: {
          ...text_en,
          exceptionWhileRunningCommand: describe,
          exceptionWhileLoadingCommandFunction: describe,
          exceptionWhileLoadingCommandContext: describe,
          commandErrorResult: describe,
        },
      },
      determineExitCode: exitCodeOf,
    },
    {
      help: help({
        alias: "h",
        brief: "Explain the command and exit",
        defaultForRouteMap: true,
        formatting: { useAliasInUsageLine: false, onlyRequiredInUsageLine: true, caseStyle: "convert-camel-to-kebab" },
      }),
      version: version({ alias: "v", brief: "Print the version and exit", info: { currentVersion } }),
    },
  );
}

function shellNamed(name: string): "bash" | "zsh" | "fish" {
  if (name === "bash" || name === "zsh" || name === "fish") return name;
  throw new Error(`choose bash, zsh or fish`);
}

function without<Value extends object, Key extends keyof Value>(
  value: Value,
  ...keys: readonly Key[]
): Omit<Value, Key> {
  const rest = { ...value };
  for (const key of keys) delete rest[key];
  return rest;
}
