import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readRecipe } from "#asset";
import { openSqliteQueue } from "#jobs";
import { decodePng } from "#pixels";
import type { Client, ClientEvent } from "#protocol";
import { eventually, orderFor, sampleDaemon, sampleGenerator } from "./sample-daemon.ts";

const stateOf = async (client: Client, id: string) => (await client.get({ id })).job?.state;
const until = (client: Client, id: string, state: string) =>
  eventually(async () => expect(await stateOf(client, id)).toBe(state));

describe("a job", () => {
  it("is drawn, finished, stored and told", async () => {
    const { client, library } = await sampleDaemon();
    const events: ClientEvent[] = [];
    client.watch((event) => events.push(event));
    const order = orderFor("red dragon");
    await client.add({ jobs: [order] });
    await until(client, order.id, "done");

    const { job } = await client.get({ id: order.id });
    const result = job?.state === "done" ? job.result : undefined;
    expect(result).toMatchObject({ width: 8, height: 8, colors: 1, notes: ["flat"] });
    const [entry] = library.list().entries;
    expect([result?.sprite, result?.file]).toEqual([entry.id, entry.file]);
    const png = await readFile(entry.file);
    expect(Buffer.from(result?.png ?? [])).toEqual(png);
    expect(readRecipe(png)).toMatchObject({
      request: { prompt: "red dragon", seed: 7, steps: 4 },
      finishing: [{ step: "orphans" }],
      software: "dgx-pixels 9.9.9",
    });
    expect([...decodePng(png).data.subarray(0, 4)]).toEqual([7, 0, 7, 255]);

    expect(events.map((event) => (event.kind === "job" ? event.job.state : event.kind))).toEqual(
      expect.arrayContaining(["queued", "running", "progress", "done"]),
    );
    const progress = events.find((event) => event.kind === "progress");
    expect(progress).toMatchObject({ id: order.id, steps: 4, preview: { width: 8, height: 8 } });
    expect(events.at(-1)).toMatchObject({ kind: "job", job: { state: "done", result: { sprite: entry.id } } });
  });

  it("fails at once when no try could help, and after its tries when one might", async () => {
    const { client, generator } = await sampleDaemon();
    const [never, maybe] = [orderFor("impossible"), orderFor("broken", { maxAttempts: 3 })];
    await client.add({ jobs: [never, maybe] });
    await Promise.all([never, maybe].map(({ id }) => until(client, id, "failed")));
    const failure = { code: "unsupported", message: "Cannot draw the impossible: ask for something else" };
    expect((await client.get({ id: never.id })).job).toMatchObject({ attempts: 1, failure });
    expect((await client.get({ id: maybe.id })).job).toMatchObject({ attempts: 3, failure: { code: "model-failed" } });
    expect(generator.begun.filter((prompt) => prompt === "broken")).toHaveLength(3);
  });

  it("stops within a step when it is cancelled, and leaves nothing", async () => {
    const { client, generator, library } = await sampleDaemon({}, { generator: sampleGenerator({ isHeld: true }) });
    const order = orderFor("red dragon");
    await client.add({ jobs: [order] });
    await eventually(() => expect(generator.begun).toHaveLength(1));
    await client.cancel({ id: order.id });
    await until(client, order.id, "cancelled");
    expect(library.count()).toBe(0);
    expect((await client.status()).slots.every(({ job }) => job === undefined)).toBe(true);
  });

  it("is not drawn again when an earlier try had stored its sprite", async () => {
    const first = await sampleDaemon();
    const order = orderFor("red dragon");
    await first.client.pauseAll();
    await first.client.add({ jobs: [order] });
    // As after a crash between storing and telling, with a generator that never draws the same twice.
    const { png, recipe } = await madeElsewhere();
    const sprite = { png, recipe, width: 8, height: 8, colors: 1, seconds: 0.5 };
    const entry = await first.library.deliver(order.id, sprite);
    await first.client.resumeAll();
    await until(first.client, order.id, "done");
    expect((await first.client.get({ id: order.id })).job).toMatchObject({
      result: { sprite: entry?.id, seconds: 0.5 },
    });
    expect(first.library.count()).toBe(1);
    expect(first.generator.begun).not.toContain("red dragon");
  });
});

/** Another sprite's bytes, from a daemon of its own. */
async function madeElsewhere() {
  const { client } = await sampleDaemon();
  const order = orderFor("blue dragon");
  await client.add({ jobs: [order] });
  await until(client, order.id, "done");
  const { job } = await client.get({ id: order.id });
  const png = job?.state === "done" ? (job.result?.png ?? Uint8Array.of()) : Uint8Array.of();
  return { png, recipe: readRecipe(png) };
}

describe("a daemon", () => {
  it("works on as many jobs as it has slots, in the order of the queue", async () => {
    const { client, generator } = await sampleDaemon({}, { generator: sampleGenerator({ isHeld: true }) });
    const orders = ["a", "b", "c", "d"].map((prompt) => orderFor(prompt, { priority: prompt === "d" ? 5 : 0 }));
    await client.pauseAll();
    await client.add({ jobs: orders });
    await client.resumeAll();
    await eventually(() => expect(generator.begun).toEqual(["d", "a"]));
    const { slots } = await client.status();
    expect(slots.map(({ name, job }) => [name, job === undefined])).toEqual([
      ["sprite-1", false],
      ["sprite-2", false],
    ]);
    generator.letGo();
    await Promise.all(orders.map(({ id }) => until(client, id, "done")));
    expect(generator.begun).toEqual(["d", "a", "b", "c"]);
  });

  it("draws the next picture while the one before is stored, and no more than that", async () => {
    const generator = sampleGenerator();
    const { library: own } = await sampleDaemon({ generators: {} });
    const { promise: disk, resolve: diskIsFree } = Promise.withResolvers<void>();
    const library: typeof own = {
      ...own,
      async deliver(...delivery) {
        await disk;
        return own.deliver(...delivery);
      },
    };
    const generators = { sprite: { open: () => generator, slots: 1 } };
    const { client } = await sampleDaemon({ generators, library }, { generator });
    const orders = ["a", "b", "c", "d"].map((prompt) => orderFor(prompt));
    await client.add({ jobs: orders });
    await eventually(() => expect(generator.begun).toEqual(["a", "b"]));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(generator.begun).toEqual(["a", "b"]);
    diskIsFree();
    await Promise.all(orders.map(({ id }) => until(client, id, "done")));
    expect(own.count()).toBe(4);
  });

  it("rests while its generator is away, instead of wearing the whole queue out", async () => {
    const generator = sampleGenerator();
    const started = performance.now();
    const generators = { sprite: { open: () => generator, slots: 1 } };
    const { client } = await sampleDaemon({ generators }, { generator });
    await client.add({ jobs: Array.from({ length: 20 }, () => orderFor("away")) });
    await eventually(() => expect(generator.begun.length).toBeGreaterThanOrEqual(2));
    await new Promise((resolve) => setTimeout(resolve, 300));
    // A second at first, then two: without a rest all twenty would have failed by now.
    expect(generator.begun.length).toBeLessThanOrEqual(2 + (performance.now() - started) / 1000);
    expect((await client.counts()).counts.failed).toBeLessThanOrEqual(1);
  });

  it("waits for room on a full disk, which costs no job a try and is told once", async () => {
    const full = Object.assign(new Error("Cannot write red-dragon.png: the disk is full; free some space"), {
      name: "FilesError",
      code: "disk-full",
    });
    let isFull = true;
    const { library: whole, ...other } = await sampleDaemon();
    const library = {
      ...whole,
      deliver: async (...asked: Parameters<typeof whole.deliver>) => {
        if (isFull) throw full;
        return whole.deliver(...asked);
      },
    };
    const { client, trouble } = await sampleDaemon({ library, queue: other.queue, name: "box-2" });
    await other.daemon.close();
    const orders = [orderFor("red dragon", { maxAttempts: 1 }), orderFor("gem", { maxAttempts: 1 })];
    await client.add({ jobs: orders });
    await eventually(() => expect(trouble).toEqual([full]));
    await eventually(async () => expect((await client.counts()).counts.queued).toBe(2));
    isFull = false;
    for (const { id } of orders) await until(client, id, "done");
    expect(trouble).toEqual([full]);
  });

  it("lets running jobs finish when it drains, and gives back those that take longer", async () => {
    const quick = await sampleDaemon();
    const order = orderFor("red dragon");
    await quick.client.add({ jobs: [order] });
    await eventually(() => expect(quick.generator.begun).toHaveLength(1));
    await quick.daemon.close(30_000);
    expect(await quick.queue.get(order.id)).toMatchObject({ state: "done" });

    const slow = await sampleDaemon({}, { generator: sampleGenerator({ isHeld: true }) });
    const long = orderFor("blue dragon");
    await slow.client.add({ jobs: [long] });
    await eventually(() => expect(slow.generator.begun).toHaveLength(1));
    await slow.daemon.close(10);
    expect(await slow.queue.get(long.id)).toMatchObject({ state: "queued", attempts: 0 });
  });

  it("does a dead worker's job again once the lease has ended, as the first try would have", async () => {
    const sample = await sampleDaemon();
    await sample.client.pauseAll();
    const order = orderFor("red dragon");
    await sample.client.add({ jobs: [order] });
    await sample.client.resumeAll();
    await until(sample.client, order.id, "done");

    const dead = await sampleDaemon({ generators: {} });
    const lost = orderFor("red dragon", { id: randomUUID() });
    await dead.queue.add([{ id: lost.id, kind: "generate", lane: "sprite", payload: lost.order as never }]);
    await dead.queue.claim({ worker: "box-0", lanes: ["sprite"], leaseMs: 300 });
    const heir = await sampleDaemon({}, { folder: dead.folder });
    await until(heir.client, lost.id, "done");
    expect(heir.library.count()).toBe(1);
  });

  it("leaves a job alone once another worker has it", async () => {
    const generator = sampleGenerator({ isHeld: true });
    const { daemon, client, queue, folder, library } = await sampleDaemon({ leaseMs: 60_000 }, { generator });
    const order = orderFor("red dragon");
    await client.add({ jobs: [order] });
    await eventually(() => expect(generator.begun).toHaveLength(1));
    // A clock that is far ahead takes the lease away.
    const ahead = await openSqliteQueue(join(folder, "jobs.db"), {
      clock: () => new Date(Date.now() + 120_000),
      randomId: randomUUID,
    });
    const claim = await ahead.claim({ worker: "box-2", lanes: ["sprite"], leaseMs: 1000 });
    expect(claim?.job.id).toBe(order.id);
    if (claim !== undefined)
      await ahead.complete(claim, { png: "", seconds: 1, notes: [], width: 8, height: 8, colors: 1 });
    generator.letGo();
    await eventually(async () =>
      expect((await client.status()).slots.every(({ job }) => job === undefined)).toBe(true),
    );
    await ahead.close();
    // What it had drawn is stored all the same; then it tells nobody.
    await daemon.close();
    expect(library.count()).toBe(1);
    expect(await queue.get(order.id)).toMatchObject({ state: "done", result: { png: "" } });
  });

  it("answers about its health", async () => {
    const { daemon, client } = await sampleDaemon({ health: { host: "127.0.0.1", port: 0 } });
    const ask = async (path: string, method = "GET") => {
      const response = await fetch(`${daemon.health}${path}`, { method });
      return [response.status, method === "HEAD" ? "" : await response.json()];
    };
    expect(await ask("/healthz")).toEqual([200, { status: "ok" }]);
    expect(await ask("/readyz")).toEqual([200, { status: "ready", queued: 0, running: 0, slots: 2 }]);
    expect(await ask("/readyz", "HEAD")).toEqual([200, ""]);
    expect((await ask("/"))[0]).toBe(404);
    expect((await ask("/healthz", "POST"))[0]).toBe(405);
    await expect(
      sampleDaemon({ health: { host: "127.0.0.1", port: Number(daemon.health?.split(":").at(-1)) } }),
    ).rejects.toThrow("another program listens there");
    await client.close();
  });
});

describe("a farm", () => {
  it("draws on workers without a library; the head takes in each sprite once", async () => {
    const head = await sampleDaemon({ takesIn: true, generators: { sprite: { open: sampleGenerator, slots: 0 } } });
    const drawer = await sampleDaemon(
      { library: undefined, name: "box-2", queue: head.queue },
      { generator: sampleGenerator() },
    );
    const orders = [1, 2, 3].map((seed) => {
      const order = orderFor("gem");
      return { ...order, order: { ...order.order, request: { ...order.order.request, seed } } };
    });
    const events: ClientEvent[] = [];
    head.client.watch((event) => events.push(event));
    await head.client.add({ jobs: orders });
    await Promise.all(orders.map(({ id }) => until(head.client, id, "done")));
    // Seen as they become, by those who listen to the head.
    expect(events).toContainEqual(expect.objectContaining({ kind: "progress", steps: 4, preview: expect.anything() }));
    await eventually(() => expect(head.library.count()).toBe(3));
    expect(drawer.library.count()).toBe(0);
    const { jobs } = await head.client.list({ states: ["done"] });
    expect(jobs.map((job) => job.state === "done" && job.result?.sprite)).toEqual(
      expect.arrayContaining(head.library.list().entries.map(({ id }) => id)),
    );
    expect(head.trouble).toEqual([]);
  });

  it("takes in what is drawn while the head starts", async () => {
    const drawer = await sampleDaemon({ library: undefined }, { generator: sampleGenerator({ isHeld: true }) });
    const order = orderFor("gem");
    await drawer.client.add({ jobs: [order] });
    await until(drawer.client, order.id, "running");
    const queue = await openSqliteQueue(join(drawer.folder, "jobs.db"), {
      clock: () => new Date(),
      randomId: randomUUID,
      backoffMs: () => 20,
    });
    onTestFinished(() => queue.close());
    // The job ends between what the head lists and its next step.
    const list: typeof queue.list = async (...asked) => {
      const answer = await queue.list(...asked);
      drawer.generator.letGo();
      await until(drawer.client, order.id, "done");
      return answer;
    };
    const head = await sampleDaemon(
      { takesIn: true, queue: { ...queue, list }, generators: { sprite: { open: sampleGenerator, slots: 0 } } },
      { folder: drawer.folder },
    );
    await eventually(() => expect(head.library.count()).toBe(1));
  });

  it("takes in at its start what was drawn while the head was away, but nothing that was removed", async () => {
    const drawer = await sampleDaemon({ library: undefined });
    const [kept, removed] = [orderFor("gem"), orderFor("coin")];
    const other = { ...removed.order, request: { ...removed.order.request, seed: 9 } };
    await drawer.client.add({ jobs: [kept, { ...removed, order: other }] });
    await Promise.all([kept, removed].map(({ id }) => until(drawer.client, id, "done")));
    const settings = { takesIn: true, generators: { sprite: { open: sampleGenerator, slots: 0 } } };
    const first = await sampleDaemon(settings, { folder: drawer.folder });
    expect(first.library.count()).toBe(2);
    first.library.remove([String(first.library.delivered(removed.id)?.id)]);
    const second = await sampleDaemon(settings, { folder: drawer.folder });
    expect(second.library.list().entries.map(({ prompt }) => prompt)).toEqual(["gem"]);
  });
});
