import { z } from "zod";
import { bytesSchema, jobProgressSchema, spriteJobSchema } from "./sprite-job.ts";

/** What a picture looks like so far: straight RGBA, four bytes a pixel, reduced to `previewSize` at most. */
const previewSchema = z.object({ width: z.int(), height: z.int(), data: bytesSchema });

export type Preview = z.infer<typeof previewSchema>;

/** Greatest width and height of a preview, so that a slow subscriber's backlog stays small. */
export const previewSize = 128;

/** What the daemon tells everyone who listens. */
export const eventSchema = z.discriminatedUnion("kind", [
  /** A job as it stands after a change. */
  z.object({ kind: z.literal("job"), job: spriteJobSchema }),
  z.object({ kind: z.literal("removed"), id: z.string() }),
  z.object({ kind: z.literal("queue"), isPaused: z.boolean() }),
  /** How far a running job is; the latest only, where there are more than can be told. */
  z.object({
    kind: z.literal("progress"),
    id: z.string(),
    ...jobProgressSchema.shape,
    preview: previewSchema.optional(),
  }),
]);

export type DaemonEvent = z.infer<typeof eventSchema>;

/** What a listener hears: the daemon's events, and what became of the connection. */
export type ClientEvent =
  | DaemonEvent
  /** Events may have been missed (a restart, a slow listener): what is shown should be asked for again. */
  | { readonly kind: "missed" }
  | { readonly kind: "connection"; readonly isConnected: boolean };
