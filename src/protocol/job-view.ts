import type { Job } from "#jobs";
import { type SpriteJob, spriteJobKind, type SpriteOrder, type SpriteResult } from "./sprite-job.ts";

/** A result as the queue keeps it: the picture in base64, and nothing of the library. */
export type StoredResult = Omit<SpriteResult, "png" | "sprite" | "file"> & { readonly png: string };

/** Where the daemon's library has what a job made. */
export type SpriteOf = (job: string) => Pick<SpriteResult, "sprite" | "file"> | undefined;

/**
 * A job as clients see it. `isWhole` includes the pictures in it: the one to start from and the one it came to. The
 * queue holds what was checked when it was added, so it is not checked again.
 */
export function viewOf(job: Job, isWhole: boolean, spriteOf: SpriteOf = () => undefined): SpriteJob {
  const { payload, ...facts } = job;
  const view = {
    ...withoutUndefined(facts),
    ...(job.kind === spriteJobKind && { order: orderOf(payload as SpriteOrder, isWhole) }),
  };
  if (job.state !== "done") return view as SpriteJob;
  return { ...view, result: { ...resultOf(job.result as StoredResult, isWhole), ...spriteOf(job.id) } } as SpriteJob;
}

function orderOf(order: SpriteOrder, isWhole: boolean): SpriteOrder {
  if (isWhole || order.request.source === undefined) return order;
  const { source: _, ...request } = order.request;
  return { ...order, request };
}

function resultOf({ png, ...facts }: StoredResult, isWhole: boolean): SpriteResult {
  return isWhole ? { ...facts, png: Uint8Array.from(Buffer.from(png, "base64")) } : facts;
}

function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Value;
}
