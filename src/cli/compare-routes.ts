import { buildCommand, buildRouteMap } from "@stricli/core";
import type { CliContext } from "./context.ts";
import { example } from "./example.ts";
import { numberFlag, textFlag } from "./optional-flags.ts";
import { orderFlags } from "./order-flags.ts";

const commands = () => import("./commands/compare.ts");
type Commands = Awaited<ReturnType<typeof commands>>;
type CommandFlags<Name extends keyof Commands> = Parameters<Commands[Name]>[0];

const json = { kind: "boolean", brief: "One JSON object a line, for programs", default: false } as const;
const comparison = {
  parse: String,
  brief: "A comparison: its id, or the first four or more characters of it",
  placeholder: "comparison",
} as const;
const row = { parse: wholeNumber, brief: "A row, as compare show numbers them", placeholder: "row" } as const;

const { count: _count, from: _from, mask: _mask, strength: _strength, ...common } = orderFlags;

const run = buildCommand<CommandFlags<"run">, string[], CliContext>({
  loader: async () => (await commands()).run,
  parameters: {
    flags: {
      ...common,
      generator: textFlag("What draws, for all that do not differ in it", "NAME"),
      with: {
        kind: "parsed",
        parse: String,
        brief: "A contender: settings such as steps=4,label=quick; give two or more",
        placeholder: "SETTINGS",
        variadic: true,
        optional: true,
      },
      across: textFlag("Instead of contenders, a grid: the values of a setting across, such as steps=2,4,8", "AXIS"),
      down: textFlag("With --across: the values of another setting down, such as guidance=1,3", "AXIS"),
      seeds: numberFlag("Seeds for each prompt, counting up (1 by default)", "N"),
      json,
    },
    aliases: { s: "seed" },
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "What to draw; each argument is a prompt", placeholder: "prompt" },
      minimum: 1,
    },
  },
  docs: {
    brief: "Draw the same prompts and seeds with different settings",
    fullDescription: example(
      "Draws the same prompts and seeds with different models or settings, one contender after the other, and keeps them " +
        "side by side.",
      'compare run "red dragon" "blue potion" --with steps=4 --with steps=8 --seeds 2',
      'compare run "red dragon" --across steps=2,4,8 --down guidance=1,3,7',
      'compare run "red dragon" --with generator=sprite --with generator=comfyui,lora=pixel-art-xl:1',
    ),
  },
});

const list = buildCommand<CommandFlags<"list">, [], CliContext>({
  loader: async () => (await commands()).list,
  parameters: { flags: { limit: numberFlag("At most so many (50 by default)", "N"), json } },
  docs: { brief: "List comparisons, the newest first", fullDescription: example("Lists comparisons.", "compare list") },
});

const show = buildCommand<CommandFlags<"show">, [string], CliContext>({
  loader: async () => (await commands()).show,
  parameters: { flags: { json }, positional: { kind: "tuple", parameters: [comparison] } },
  docs: {
    brief: "Show a comparison row by row",
    fullDescription: example(
      "Shows each row's sprites with seconds and colors, and the vote on it.",
      "compare show 1f3a",
    ),
  },
});

const vote = buildCommand<CommandFlags<"vote">, [string, number, string], CliContext>({
  loader: async () => (await commands()).vote,
  parameters: {
    flags: { among: textFlag("Only these contenders were looked at, such as 1,3 (all by default)", "NUMBERS"), json },
    positional: {
      kind: "tuple",
      parameters: [
        comparison,
        row,
        { parse: String, brief: "The best contender's number, or none", placeholder: "best" },
      ],
    },
  },
  docs: {
    brief: "Say which contender of a row is the best",
    fullDescription: example(
      "Files a vote on a row; a later one replaces it. The terminal studio does so without showing which is which.",
      "compare vote 1f3a 2 1",
    ),
  },
});

const unvote = buildCommand<CommandFlags<"unvote">, [string, number], CliContext>({
  loader: async () => (await commands()).unvote,
  parameters: { flags: { json }, positional: { kind: "tuple", parameters: [comparison, row] } },
  docs: {
    brief: "Take a vote back",
    fullDescription: example("Takes the vote on a row back.", "compare unvote 1f3a 2"),
  },
});

const ranking = buildCommand<CommandFlags<"ranking">, [], CliContext>({
  loader: async () => (await commands()).ranking,
  parameters: { flags: { json } },
  docs: {
    brief: "Rank all contenders by the votes",
    fullDescription: example(
      "Ranks every contender of every comparison by the Bradley-Terry model, with 95 % intervals; 400 points more win ten " +
        "times as often.",
      "compare ranking",
    ),
  },
});

const sheet = buildCommand<CommandFlags<"sheet">, [string], CliContext>({
  loader: async () => (await commands()).sheet,
  parameters: {
    flags: {
      out: { kind: "parsed", parse: String, brief: "The PNG to write", placeholder: "FILE" },
      blind: { kind: "boolean", brief: "Call contenders A, B, C", default: false },
      force: { kind: "boolean", brief: "Replace the file that is there", default: false },
      json,
    },
    aliases: { o: "out" },
    positional: { kind: "tuple", parameters: [comparison] },
  },
  docs: {
    brief: "Write a comparison as one labelled PNG",
    fullDescription: example(
      "Writes all sprites of a comparison as one labelled PNG.",
      "compare sheet 1f3a --out sheet.png",
    ),
  },
});

const remove = buildCommand<CommandFlags<"remove">, [string], CliContext>({
  loader: async () => (await commands()).remove,
  parameters: { flags: { json }, positional: { kind: "tuple", parameters: [comparison] } },
  docs: {
    brief: "Forget a comparison and its votes",
    fullDescription: example(
      "Forgets a comparison and its votes; its sprites stay in the library.",
      "compare remove 1f3a",
    ),
  },
});

export const compareRoutes = buildRouteMap({
  routes: { run, list, show, vote, unvote, ranking, sheet, remove },
  docs: {
    brief: "Compare models and settings side by side, vote, and rank them",
    fullDescription: example(
      "Compares models and settings on the same prompts and seeds.",
      'compare run "red dragon" --with steps=4 --with steps=8',
    ),
  },
});

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`give a whole number from 1 instead of ${text}`);
  return number;
}
