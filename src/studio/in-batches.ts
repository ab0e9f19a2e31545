import type { GenerationRequest } from "#asset";
import { type Client, type GeneratorFacts, ProtocolError } from "#protocol";
import type { Order } from "./order.ts";

/**
 * Requests that differ in their seeds alone, for a generator that draws several in one go: each batch has one seed, and
 * a request for every picture of it.
 */
export function inBatches(
  requests: readonly GenerationRequest[],
  most: number | undefined,
): readonly GenerationRequest[] {
  if (most === undefined || requests.length < 2 || requests.some(({ batch }) => batch !== undefined)) return requests;
  return requests.map((request, index) => {
    const number = Math.floor(index / most);
    const count = Math.min(most, requests.length - number * most);
    return { ...request, seed: requests[0].seed + number, batch: { count, index: index % most } };
  });
}

/**
 * An order as jobs for a generator of the queue's: in batches where its workflow draws several pictures in one go. One
 * that cannot tell now leaves one picture a job; what is wrong with the order is told when it is drawn.
 */
export async function inBatchesOf(
  client: Pick<Client, "describe">,
  generator: string,
  order: Order,
  signal?: AbortSignal,
): Promise<Order> {
  const [first] = order.requests;
  if (order.requests.length < 2) return order;
  try {
    const { generator: facts } = await client.describe({ generator, request: first }, { signal });
    return { ...order, requests: inBatches(order.requests, mostOf(facts)) };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof ProtocolError)) throw error;
    return order;
  }
}

/** How many pictures a daemon's generator draws in one go, if it says so. */
export function mostOf(facts: GeneratorFacts): number | undefined {
  return typeof facts["batch"] === "number" ? facts["batch"] : undefined;
}
