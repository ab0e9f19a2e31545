import type { Job, Json } from "#jobs";
import {
  type SpriteJob,
  spriteJobKind,
  type SpriteOrder,
  spriteOrderSchema,
  type SpriteResult,
  spriteResultSchema,
} from "./sprite-job.ts";

/** A result as the queue keeps it: the picture in base64, and nothing of the library. */
export type StoredResult = Omit<SpriteResult, "png" | "sprite" | "file"> & { readonly png: string };

/** Where the daemon's library has what a job made. */
export type SpriteOf = (job: string) => Pick<SpriteResult, "sprite" | "file"> | undefined;

/**
 * A job as clients see it. `isWhole` includes the pictures in it: the one to start from and the one it came to. What a
 * queue holds may come from another version: an order or a result that cannot be read is left out.
 */
export function viewOf(job: Job, isWhole: boolean, spriteOf: SpriteOf = () => undefined): SpriteJob {
  const { payload, ...facts } = job;
  const order = job.kind === spriteJobKind ? orderOf(payload, isWhole) : undefined;
  const view = { ...withoutUndefined(facts), ...(order && { order }) };
  if (job.state !== "done") return view as SpriteJob;
  const result = job.kind === spriteJobKind ? resultOf(job.result, isWhole) : undefined;
  return { ...view, result: result && { ...result, ...spriteOf(job.id) } } as SpriteJob;
}

function orderOf(payload: Json, isWhole: boolean): SpriteOrder | undefined {
  const { request, ...rest } = (payload ?? {}) as { readonly request?: Record<string, unknown> };
  if (typeof request !== "object") return undefined;
  const { source: _, ...brief } = request;
  const parsed = spriteOrderSchema.safeParse({ ...rest, request: isWhole ? request : brief });
  return parsed.success ? parsed.data : undefined;
}

function resultOf(result: Json, isWhole: boolean): SpriteResult | undefined {
  const { png, ...facts } = (result ?? {}) as { readonly png?: unknown };
  const parsed = spriteResultSchema.safeParse(facts);
  if (!parsed.success || typeof png !== "string") return undefined;
  return isWhole ? { ...parsed.data, png: Uint8Array.from(Buffer.from(png, "base64")) } : parsed.data;
}

function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Value;
}
