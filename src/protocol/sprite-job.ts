import { generationRequestSchema, recipeSchema } from "#asset";
import { z } from "zod";

/** The kind of job that draws one sprite. */
export const spriteJobKind = "generate";

/** Lower-case, as the queue keeps them. */
export const jobIdSchema = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, {
  error: (issue) => `Cannot use the job id ${JSON.stringify(issue.input)}: give a UUID in lower case`,
});

/** Bytes on their own, apart from the message that brought them. */
export const bytesSchema = z
  .instanceof(Uint8Array)
  .meta({ description: "bytes" })
  .transform((bytes) => Uint8Array.from(bytes))
  .meta({ description: "bytes" });

/** What a job draws: a request and what is done to the picture afterwards. It is the job's payload in the queue. */
export const spriteOrderSchema = z.strictObject({
  request: generationRequestSchema,
  finishing: recipeSchema.shape.finishing,
});

export type SpriteOrder = z.infer<typeof spriteOrderSchema>;

/** What a job came to. */
export const spriteResultSchema = z.object({
  /** The sprite with its recipe inside; left out of lists and events. */
  png: bytesSchema.optional(),
  /** Seconds of drawing and finishing. */
  seconds: z.number(),
  /** What a person should know, such as words that the model does not understand. */
  notes: z.array(z.string()).readonly(),
  width: z.int(),
  height: z.int(),
  colors: z.int(),
  /** Its id in the daemon's library, and the file there; absent where it is not, or no longer. */
  sprite: z.string().optional(),
  file: z.string().optional(),
});

export type SpriteResult = z.infer<typeof spriteResultSchema>;

const failureSchema = z.object({ code: z.string(), message: z.string() });
const timeSchema = z.number();

const facts = {
  id: z.string(),
  kind: z.string(),
  /** The generator that draws it. */
  lane: z.string(),
  /** Lists and events leave the source picture out of the request. */
  order: spriteOrderSchema.optional(),
  priority: z.int(),
  maxAttempts: z.int(),
  attempts: z.int(),
  group: z.string().optional(),
  after: z.array(z.string()).readonly(),
  client: z.string(),
  addedMs: timeSchema,
  /** The failure of the last try, also while another one waits. */
  lastFailure: failureSchema.optional(),
};

export const jobProgressSchema = z.object({ step: z.int(), steps: z.int(), note: z.string().optional() });

/** A job as clients see it: what the queue knows, with order and result read. Times are milliseconds since 1970. */
export const spriteJobSchema = z.discriminatedUnion("state", [
  z.object({ ...facts, state: z.literal("queued"), notBeforeMs: timeSchema.optional() }),
  z.object({ ...facts, state: z.literal("waiting") }),
  z.object({ ...facts, state: z.literal("paused") }),
  z.object({
    ...facts,
    state: z.literal("running"),
    worker: z.string(),
    startedMs: timeSchema,
    leaseEndsMs: timeSchema,
    progress: jobProgressSchema.optional(),
    isCancelling: z.boolean(),
  }),
  z.object({
    ...facts,
    state: z.literal("done"),
    startedMs: timeSchema,
    endedMs: timeSchema,
    result: spriteResultSchema.optional(),
  }),
  z.object({
    ...facts,
    state: z.literal("failed"),
    startedMs: timeSchema.optional(),
    endedMs: timeSchema,
    failure: failureSchema,
  }),
  z.object({ ...facts, state: z.literal("cancelled"), startedMs: timeSchema.optional(), endedMs: timeSchema }),
]);

export type SpriteJob = z.infer<typeof spriteJobSchema>;

export const jobStates = ["queued", "waiting", "paused", "running", "done", "failed", "cancelled"] as const;
