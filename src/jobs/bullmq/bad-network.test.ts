import { randomUUID } from "node:crypto";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { JobQueue } from "../queue.ts";
import { openBullmqQueue } from "./open-bullmq-queue.ts";
import { hasRedis, needsRedis, redisForTests } from "./redis-for-tests.ts";

const lane = "sprite";
const turns = 40;

/** Carries bytes to a socket and back, some later than others, until it is told to cut. */
async function badNetwork(target: string): Promise<{ readonly url: string; cut(): void }> {
  const sockets = new Set<Socket>();
  const pass = (from: Socket, to: Socket) => {
    let before: Promise<unknown> = Promise.resolve();
    from.on("data", (bytes) => {
      before = before.then(() => sleep(Math.random() < 0.1 ? 10 * Math.random() : 0)).then(() => to.write(bytes));
    });
    from.on("error", () => {});
    from.on("close", () => to.destroy());
    sockets.add(from);
    from.on("close", () => sockets.delete(from));
  };
  const server = createServer((near) => {
    const far = connect(target);
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    server.close();
    cut();
  });
  return { url: `redis://127.0.0.1:${(server.address() as { port: number }).port}`, cut };
}

/** Two jobs added and one done at a time; answers which were acknowledged, and which it was told that it completed. */
async function workOn(queue: JobQueue) {
  const added: string[] = [];
  const completed: string[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const jobs = Array.from({ length: 2 }, () => ({ id: randomUUID(), kind: "generate", lane, payload: turn }));
    added.push(...(await queue.add(jobs)).map(({ id }) => id));
    const claim = await queue.claim({ worker: "far", lanes: [lane], leaseMs: 60_000 });
    if (claim === undefined) continue;
    await queue.heartbeat(claim, 60_000, { step: 1, steps: 2 });
    if (await queue.complete(claim, turn)) completed.push(claim.job.id);
  }
  return { added, completed };
}

describe.skipIf(!hasRedis)(`with Redis, which ${needsRedis}, behind a network that delays and cuts`, () => {
  const url = redisForTests();

  test("everything is done once and at the first try, and watchers hear of all of it", async () => {
    const prefix = `far-${randomUUID()}`;
    const network = await badNetwork(url());
    const far = await openBullmqQueue({ url: network.url, prefix, randomId: randomUUID });
    const near = await openBullmqQueue({ url: url(), prefix, randomId: randomUUID });
    onTestFinished(() => near.close());
    onTestFinished(() => far.close());
    const done = new Set<string>();
    far.watch((event) => {
      if (event.kind === "changed" && event.job.state === "done") done.add(event.job.id);
    });
    const ended = new AbortController();
    const working = workOn(far).finally(() => ended.abort());
    while (!ended.signal.aborted) {
      await sleep(60 + 200 * Math.random());
      network.cut();
    }
    const { added, completed } = await working;
    const { jobs, total } = await near.list({}, { limit: 1000 });
    expect(total).toBe(2 * turns);
    expect(new Set(jobs.map(({ id }) => id))).toEqual(new Set(added));
    const finished = jobs.filter(({ state }) => state === "done");
    expect(finished.map(({ id }) => id).toSorted()).toEqual(completed.toSorted());
    // A claim whose answer was lost on the way was given again, instead of running out and counting as a try.
    expect(completed).toHaveLength(turns);
    expect(finished.filter(({ attempts }) => attempts !== 1)).toEqual([]);
    expect(await near.counts()).toMatchObject({ running: 0, queued: turns, done: turns });
    await vi.waitFor(() => expect([...done].toSorted()).toEqual(completed.toSorted()), { timeout: 20_000 });
  });
});
