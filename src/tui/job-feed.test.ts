import { expect, it } from "vitest";
import type { Client, SpriteJob } from "#protocol";
import { JobFeed } from "./job-feed.ts";

const job = (id: string, rest: object) => ({ id, lane: "sprite", priority: 0, addedMs: 0, ...rest }) as SpriteJob;
const done = (id: string, seconds: number) =>
  job(id, { state: "done", startedMs: 0, endedMs: 1000, result: { seconds } });

/** A queue that stands still, with so many slots of the lane and one of another. */
async function feedOf(slots: number, jobs: readonly SpriteJob[]): Promise<JobFeed> {
  const loaded = Promise.withResolvers<void>();
  const client: Pick<Client, "list" | "counts" | "status" | "watch"> = {
    list: async () => ({ jobs }) as never,
    counts: async () => ({ counts: {}, isPaused: false }) as never,
    status: async () => {
      const lanes = [...Array.from({ length: slots }, () => ["sprite"]), ["other"]];
      return { slots: lanes.map((of, index) => ({ name: String(index), lanes: of })) } as never;
    },
    watch: () => () => {},
  };
  const feed = new JobFeed(client as Client, () => loaded.resolve());
  await loaded.promise;
  return feed;
}

const waiting = ["b", "c", "d"].map((id) => job(id, { state: "queued" }));
const running = job("a", { state: "running", startedMs: 0, progress: { step: 1, steps: 4 } });

it.each([
  [1, [4, 6, 8]],
  [2, [2, 4, 4]],
])("tells when each job will be done, by the time of those before, on %i slots", async (slots, seconds) => {
  const feed = await feedOf(slots, [running, ...waiting, done("x", 1), done("y", 3)]);
  expect(waiting.map((one) => feed.etaOf(one, 500))).toEqual(seconds);
  // A quarter took half a second.
  expect(feed.etaOf(running, 500)).toBe(1.5);
});

it("tells no time before anything was measured", async () => {
  const feed = await feedOf(1, waiting);
  expect(feed.etaOf(waiting[0], 500)).toBeUndefined();
});
