import { randomUUID } from "node:crypto";
import { type Progress, readRecipe } from "#asset";
import { decodePng } from "#pixels";
import { type Client, followJobs, ProtocolError } from "#protocol";
import type { MadeSprite } from "#worker";
import { isOutOfOrder, substituteNote, withoutChoices } from "./chosen-generator.ts";
import { inBatches, mostOf } from "./in-batches.ts";
import type { Order } from "./order.ts";

export type DrawByDaemonOptions = {
  readonly generator: string;
  /** Has the embedded model draw what the generator cannot, at once instead of after more tries. */
  readonly fallback?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `index` is that of the request. */
  readonly onProgress?: ((progress: Progress, index: number) => void) | undefined;
};

const farewellMs = 2000;

/**
 * An order as the daemon's generator draws it, or the embedded model in its place where that was asked for and is needed.
 * Rejects when neither can: somebody waits for it.
 */
export async function chooseDaemonGenerator(
  client: Client,
  order: Order,
  { generator, fallback = false, signal }: Pick<DrawByDaemonOptions, "generator" | "fallback" | "signal">,
): Promise<{ readonly generator: string; readonly order: Order; readonly notes: readonly string[] }> {
  const mayFallBack = fallback && generator !== "sprite";
  try {
    const { generator: facts } = await client.describe({ generator, request: order.requests[0] }, { signal });
    return { generator, order: { ...order, requests: inBatches(order.requests, mostOf(facts)) }, notes: [] };
  } catch (error) {
    signal?.throwIfAborted();
    if (!mayFallBack || !isOutOfOrder(error)) throw error;
    const requests = order.requests.map(withoutChoices);
    return { generator: "sprite", order: { ...order, requests }, notes: [substituteNote(error)] };
  }
}

/**
 * Has the daemon draw an order, and gives its sprites in the order of their requests, as drawing them here would. When
 * the caller goes away, or one cannot be drawn, what has not begun is not drawn either.
 */
export async function* drawByDaemon(
  client: Client,
  { requests, finishing }: Order,
  { generator, fallback = false, signal, onProgress }: DrawByDaemonOptions,
): AsyncGenerator<MadeSprite> {
  const mayFallBack = fallback && generator !== "sprite";
  const group = randomUUID();
  const jobs = requests.map((request) => ({
    id: randomUUID(),
    generator,
    group,
    order: { request, finishing },
    ...(mayFallBack && { maxAttempts: 1 }),
  }));
  const indexes: ReadonlyMap<string, number> = new Map(jobs.map(({ id }, index) => [id, index]));
  const following = followJobs(
    client,
    group,
    jobs.map(({ id }) => id),
    {
      signal,
      onProgress: ({ id, step, steps, note, preview }) => {
        const progress: Progress =
          note === undefined
            ? {
                kind: "step",
                step,
                steps,
                ...(preview && { preview: { ...preview, data: new Uint8ClampedArray(preview.data) } }),
              }
            : { kind: "loading", what: note.replace(/^loading the /, "") };
        onProgress?.(progress, indexes.get(id) ?? 0);
      },
    },
  );
  try {
    await client.add({ jobs }, { signal });
    for (const [index, { id, order }] of jobs.entries()) {
      const ended = await following.ended(id);
      if (ended.state === "failed") {
        const failure = new ProtocolError(ended.failure.code, ended.failure.message);
        if (!mayFallBack || !isOutOfOrder(failure)) throw failure;
        const alone = { requests: [withoutChoices(order.request)], finishing };
        const substitute = drawByDaemon(client, alone, {
          generator: "sprite",
          signal,
          onProgress: onProgress && ((progress) => onProgress(progress, index)),
        });
        for await (const made of substitute) yield { ...made, notes: [substituteNote(failure), ...made.notes] };
        continue;
      }
      if (ended.state === "cancelled")
        throw new ProtocolError("cancelled", "Cannot wait for the sprite: somebody cancelled its job");
      const { job } = await client.get({ id }, { signal });
      const result = job?.state === "done" ? job.result : undefined;
      if (result?.png === undefined)
        throw new ProtocolError("not-found", `Cannot fetch the sprite of the job ${id}: somebody removed it`);
      const { png, seconds, notes } = result;
      yield { raster: decodePng(png), recipe: readRecipe(png), png, seconds, notes };
    }
  } finally {
    following.stop();
    const left = following.open();
    // The first that the daemon does not hear of ends it: then nobody hears of the others either.
    await Promise.all(left.map((id) => client.cancel({ id }, { timeoutMs: farewellMs }))).catch(() => {});
  }
}
