import { buildCommand, buildRouteMap } from "@stricli/core";
import type { CliContext } from "./context.ts";
import { example } from "./example.ts";
import { numberFlag, textFlag } from "./optional-flags.ts";
import { orderFlags } from "./order-flags.ts";

const commands = () => import("./commands/jobs.ts");
type CommandFlags<Name extends keyof Commands> = Parameters<Commands[Name]>[0];
type Commands = Awaited<ReturnType<typeof commands>>;

const json = { kind: "boolean", brief: "One JSON object a line, for programs", default: false } as const;
const states = ["queued", "waiting", "paused", "running", "done", "failed", "cancelled"] as const;

const jobs = (minimum: number) =>
  ({
    kind: "array",
    parameter: { parse: String, brief: "Jobs: ids, or the first four or more characters of them", placeholder: "job" },
    minimum,
  }) as const;

const add = buildCommand<CommandFlags<"add">, string[], CliContext>({
  loader: async () => (await commands()).add,
  parameters: {
    flags: {
      ...orderFlags,
      generator: textFlag("What draws: sprite, the embedded model", "NAME"),
      priority: numberFlag("Higher is drawn first: -10 to 10 (0 by default)", "N"),
      group: textFlag("A name for jobs that belong together", "NAME"),
      after: {
        kind: "parsed",
        parse: String,
        brief: "A job that must be done first; may be repeated",
        placeholder: "JOB",
        variadic: true,
        optional: true,
      },
      json,
    },
    aliases: { n: "count", s: "seed" },
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "What to draw, in English words", placeholder: "prompt" },
      minimum: 1,
    },
  },
  docs: {
    brief: "Queue sprites and come back at once",
    fullDescription: example(
      "Queues sprites, one job each, and prints their ids; the daemon draws them.",
      'jobs add "red dragon" --count 20',
    ),
  },
});

const list = buildCommand<CommandFlags<"list">, [], CliContext>({
  loader: async () => (await commands()).list,
  parameters: {
    flags: {
      state: {
        kind: "enum",
        values: states,
        brief: "Only in this state; may be repeated",
        variadic: true,
        optional: true,
      },
      group: textFlag("Only of this group", "NAME"),
      client: textFlag("Only asked for by this client", "NAME"),
      generator: textFlag("Only for this generator", "NAME"),
      limit: numberFlag("How many at most (50 by default)", "N"),
      json,
    },
  },
  docs: {
    brief: "List jobs: running, then in the order in which they are drawn, then ended",
    fullDescription: example("Lists jobs.", "jobs list --state failed"),
  },
});

const show = buildCommand<CommandFlags<"show">, string[], CliContext>({
  loader: async () => (await commands()).show,
  parameters: { flags: { json }, positional: jobs(1) },
  docs: {
    brief: "Show jobs with all that is known of them",
    fullDescription: example("Shows jobs: what they draw, where they stand, why they failed.", "jobs show 3fa2"),
  },
});

const watch = buildCommand<CommandFlags<"watch">, string[], CliContext>({
  loader: async () => (await commands()).watch,
  parameters: { flags: { json }, positional: jobs(0) },
  docs: {
    brief: "Tell what happens: to some jobs until they end, or to all until Ctrl-C",
    fullDescription: example("Prints every change as it happens.", "jobs watch", "jobs watch 3fa2 91cc --json"),
  },
});

const cancel = buildCommand<CommandFlags<"cancel">, string[], CliContext>({
  loader: async () => (await commands()).cancel,
  parameters: { flags: { json }, positional: jobs(1) },
  docs: {
    brief: "End jobs; running ones stop within a step",
    fullDescription: example("Ends jobs that have not ended.", "jobs cancel 3fa2"),
  },
});

const retry = buildCommand<CommandFlags<"retry">, string[], CliContext>({
  loader: async () => (await commands()).retry,
  parameters: { flags: { json }, positional: jobs(1) },
  docs: {
    brief: "Run failed or cancelled jobs again",
    fullDescription: example("Runs jobs again, from their first try.", "jobs retry 3fa2"),
  },
});

const move = buildCommand<CommandFlags<"move">, [string, string], CliContext>({
  loader: async () => (await commands()).move,
  parameters: {
    flags: { json },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, brief: "A job's id, or its beginning", placeholder: "job" },
        { parse: String, brief: "up, down, top, bottom, or a priority from -10 to 10", placeholder: "where" },
      ],
    },
  },
  docs: {
    brief: "Move a job among those of its priority, or to another priority",
    fullDescription: example("Moves a queued job.", "jobs move 3fa2 top", "jobs move 3fa2 5"),
  },
});

const pause = buildCommand<CommandFlags<"pause">, string[], CliContext>({
  loader: async () => (await commands()).pause,
  parameters: { flags: { json }, positional: jobs(0) },
  docs: {
    brief: "Hold jobs, or the whole queue",
    fullDescription: example(
      "Holds queued jobs; without any, the queue: what runs goes on, nothing else is begun.",
      "jobs pause 3fa2",
      "jobs pause",
    ),
  },
});

const resume = buildCommand<CommandFlags<"resume">, string[], CliContext>({
  loader: async () => (await commands()).resume,
  parameters: { flags: { json }, positional: jobs(0) },
  docs: {
    brief: "Let held jobs, or the whole queue, go on",
    fullDescription: example("Lets held jobs go on; without any, the queue.", "jobs resume"),
  },
});

const clear = buildCommand<CommandFlags<"clear">, string[], CliContext>({
  loader: async () => (await commands()).clear,
  parameters: {
    flags: {
      state: {
        kind: "enum",
        values: ["done", "failed", "cancelled"],
        brief: "Only in this state; may be repeated",
        variadic: true,
        optional: true,
      },
      json,
    },
    positional: jobs(0),
  },
  docs: {
    brief: "Forget ended jobs; their sprites stay in the library",
    fullDescription: example("Forgets ended jobs: all, those of some states, or some.", "jobs clear --state done"),
  },
});

export const jobsRoutes = buildRouteMap({
  routes: { add, list, show, watch, cancel, retry, move, pause, resume, clear },
  docs: {
    brief: "The queue: what waits, runs and has ended",
    fullDescription: example(
      "The queue, by the daemon where one runs, and else as it lies on the disk.",
      'jobs add "red dragon"',
    ),
  },
});
