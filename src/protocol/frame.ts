import { Packr } from "msgpackr";
import { z } from "zod";
import { checkFrame } from "./check-frame.ts";
import { ProtocolError } from "./protocol-error.ts";

// Plain MessagePack that any language reads: no shared structures, no extension types, absent instead of undefined.
// (`skipValues` is missing from the library's own types.)
const packr = new Packr({
  useRecords: false,
  mapsAsObjects: true,
  variableMapSize: true,
  int64AsType: "number",
  skipValues: [undefined],
} as ConstructorParameters<typeof Packr>[0]);

/** Greatest message in bytes; whoever sends a larger one is cut off. */
export const largestFrame = 32 * 2 ** 20;

export function encodeFrame(value: object): Uint8Array {
  // The encoder hands out parts of a buffer that it goes on writing to; a message is on its way for a while.
  return Uint8Array.from(packr.pack(value));
}

/** Plain data of a frame; throws a ProtocolError for bytes that are no such message. */
export function decodeFrame(bytes: Uint8Array): unknown {
  checkFrame(bytes);
  try {
    return packr.unpack(bytes);
  } catch (cause) {
    throw new ProtocolError("bad-message", "Cannot read the message: it is not MessagePack", { cause });
  }
}

/**
 * What stays the same in every version, so that any two can tell each other which they speak: `v` and `id` at the top
 * of a request, and `v`, `id` and `error` of an answer.
 */
export const requestHeadSchema = z.object({ v: z.int(), id: z.string().min(1).max(64) });

export const requestFrameSchema = requestHeadSchema.extend({
  name: z.string().max(64),
  /** Who asks; quotas count by it. */
  client: z.string().min(1).max(100),
  params: z.unknown(),
});

export const answerFrameSchema = requestHeadSchema.extend({
  result: z.unknown().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

export type AnswerFrame = z.infer<typeof answerFrameSchema>;

/** `n` counts the messages of its topic from the daemon's start, so that a gap shows. */
export const eventFrameSchema = z.object({ v: z.int(), session: z.string(), n: z.int(), event: z.unknown() });

/**
 * First parts of published messages. A new subscriber hears `welcome` alone once it is heard of. `beat` tells now and
 * then the number of the last message about jobs, so that a loss at the end shows too.
 */
export const topics = { jobs: "j", progress: "p", beat: "b", welcome: "w" } as const;
