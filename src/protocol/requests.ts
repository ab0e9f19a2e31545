import { generationRequestSchema } from "#asset";
import { z } from "zod";
import { jobIdSchema, jobStates, spriteJobSchema, spriteOrderSchema } from "./sprite-job.ts";

/** The version of the messages. A daemon answers clients of its own version and tells others which one that is. */
export const protocolVersion = 1;

const name = z.string().min(1).max(100);
const jobState = z.enum(jobStates);
const priority = z.int().min(-10).max(10);
const nothing = z.strictObject({});
const oneJob = z.strictObject({ id: jobIdSchema });
const theJob = z.object({ job: spriteJobSchema });
const thePause = z.object({ isPaused: z.boolean() });
const filter = {
  group: name.optional(),
  client: name.optional(),
  lane: name.optional(),
};

/** A generator as the daemon has it; what generators add later passes through. */
const generatorSchema = z.looseObject({
  name: z.string(),
  model: z.string(),
  version: z.string(),
  hash: z.string(),
  sizes: z.array(z.int()).readonly(),
  styles: z.array(z.string()).readonly(),
  defaults: z.object({ steps: z.number(), guidance: z.number() }),
  parallel: z.int(),
});

const slotSchema = z.object({
  /** Unique within the worker, such as "sprite-1" or the address of a server. */
  name: z.string(),
  lanes: z.array(z.string()).readonly(),
  /** The job it is drawing. */
  job: z.string().optional(),
});

/** Every request by name: what it is about, its parameters, and what it is answered with. */
export const requests = {
  hello: {
    about: "The first request of a connection: what the daemon is.",
    params: nothing,
    reply: z.object({
      software: z.string(),
      /** Another value after each start of the daemon. */
      session: z.string(),
      /** The daemon's library folder, on its own machine. */
      library: z.string().optional(),
    }),
  },
  status: {
    about: "How the daemon does: its slots, its queue, since when.",
    params: nothing,
    reply: z.object({
      startedMs: z.number(),
      isDraining: z.boolean(),
      isPaused: z.boolean(),
      counts: z.record(jobState, z.int()),
      slots: z.array(slotSchema).readonly(),
    }),
  },
  generators: {
    about: "What can draw, each with its sizes, styles and defaults.",
    params: nothing,
    reply: z.object({ generators: z.array(generatorSchema).readonly() }),
  },
  describe: {
    about: "The same of one generator, as it draws a certain request: the workflow, model and files that this takes.",
    params: z.strictObject({ generator: name, request: generationRequestSchema.optional() }),
    reply: z.object({ generator: generatorSchema }),
  },
  add: {
    about: "Adds jobs, one a sprite, all or none. Asking again with the same ids adds nothing.",
    params: z.strictObject({
      jobs: z
        .array(
          z.strictObject({
            /** Chosen by the client. */
            id: jobIdSchema,
            generator: name.default("sprite"),
            order: spriteOrderSchema,
            priority: priority.optional(),
            /** Jobs that belong together: a comparison, a batch. */
            group: name.optional(),
            /** Jobs that must be done first. */
            after: z.array(jobIdSchema).max(1000).readonly().optional(),
            maxAttempts: z.int().min(1).max(1000).optional(),
          }),
        )
        .min(1)
        .max(1000)
        .readonly(),
    }),
    reply: z.object({ jobs: z.array(spriteJobSchema).readonly() }),
  },
  get: {
    about: "One job with its whole order and result; null when there is none of that id.",
    params: oneJob,
    reply: z.object({ job: spriteJobSchema.nullable() }),
  },
  list: {
    about: "Running jobs first, then in the order in which they will run, then the ended ones, newest first.",
    params: z.strictObject({
      ...filter,
      states: z.array(jobState).readonly().optional(),
      limit: z.int().min(1).max(1000).default(100),
      offset: z.int().min(0).default(0),
    }),
    reply: z.object({ jobs: z.array(spriteJobSchema).readonly(), total: z.int() }),
  },
  counts: {
    about: "How many jobs there are in each state.",
    params: z.strictObject(filter),
    reply: z.object({ counts: z.record(jobState, z.int()), isPaused: z.boolean() }),
  },
  cancel: {
    about: "Ends a job that has not ended; a running one stops within a step.",
    params: oneJob,
    reply: theJob,
  },
  retry: { about: "Runs a failed or cancelled job again, from its first try.", params: oneJob, reply: theJob },
  move: {
    about: "Moves a queued job among those of its priority.",
    params: z.strictObject({ id: jobIdSchema, to: z.enum(["up", "down", "top", "bottom"]) }),
    reply: theJob,
  },
  setPriority: {
    about: "Higher runs first: from -10 to 10, 0 unless asked otherwise.",
    params: z.strictObject({ id: jobIdSchema, priority }),
    reply: theJob,
  },
  pause: { about: "Holds a queued or waiting job; it keeps its place.", params: oneJob, reply: theJob },
  resume: { about: "Lets a held job go on.", params: oneJob, reply: theJob },
  pauseAll: {
    about: "Holds the queue: running jobs go on, no other is begun. Kept over restarts.",
    params: nothing,
    reply: thePause,
  },
  resumeAll: { about: "Lets the queue go on.", params: nothing, reply: thePause },
  remove: {
    about: "Forgets ended jobs: one by its id, or all of some states. Their sprites stay in the library.",
    params: z.union([
      oneJob,
      z.strictObject({
        states: z
          .array(z.enum(["done", "failed", "cancelled"]))
          .min(1)
          .readonly(),
      }),
    ]),
    reply: z.object({ removed: z.int() }),
  },
} as const;

export type RequestName = keyof typeof requests;

export const requestNames = Object.keys(requests) as readonly RequestName[];

export function isRequestName(text: string): text is RequestName {
  return Object.hasOwn(requests, text);
}

/** Requests that change nothing, so that answering them twice is as good as once. */
export const readingRequests: ReadonlySet<RequestName> = new Set([
  "hello",
  "status",
  "generators",
  "describe",
  "get",
  "list",
  "counts",
]);

export type GeneratorFacts = z.infer<typeof generatorSchema>;
export type SlotFacts = z.infer<typeof slotSchema>;
/** What a caller gives; defaults may be left out. */
export type Params<Name extends RequestName> = z.input<(typeof requests)[Name]["params"]>;
export type Reply<Name extends RequestName> = z.output<(typeof requests)[Name]["reply"]>;
