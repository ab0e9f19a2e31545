import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Client } from "./client.ts";
import type { ClientEvent } from "./events.ts";
import { ProtocolError } from "./protocol-error.ts";
import { eventually, sampleJob, sampleService, type SampleService } from "./sample-service.ts";
import type { Service } from "./service.ts";

/** How a test reaches a service: as many clients as it likes, all closed at the end. */
export type TransportBench = { readonly client: (name?: string) => Promise<Client>; readonly end: () => Promise<void> };

/** The behaviour that every transport owes those who use it. */
export function testTransportConformance(name: string, open: (service: Service) => Promise<TransportBench>): void {
  describe(`${name} keeps the transport's contract`, () => {
    let sample: SampleService;
    let bench: TransportBench;
    let client: Client;
    beforeEach(async () => {
      sample = await sampleService({ quota: { maxQueued: 20 } });
      bench = await open(sample.service);
      client = await bench.client();
    });
    afterEach(() => bench.end());

    const claim = async () => {
      const claim = await sample.queue.claim({ worker: "box-1", lanes: ["sprite"], leaseMs: 60_000 });
      if (claim === undefined) throw new Error("Cannot claim: there is no job");
      return claim;
    };

    it("tells what the daemon is and has", async () => {
      expect(client.daemon).toMatchObject({ software: "dgx-pixels 9.9.9", library: sample.folder });
      expect((await client.generators()).generators).toMatchObject([{ name: "sprite", sizes: [16, 32] }]);
      const { request } = sampleJob().order;
      // What a generator tells beyond the common facts comes through.
      expect((await client.describe({ generator: "comfyui", request })).generator).toMatchObject({
        name: "comfyui",
        batch: 4,
      });
      await expect(client.describe({ generator: "paint" })).rejects.toMatchObject({ code: "unsupported" });
      expect(await client.status()).toMatchObject({
        isPaused: false,
        counts: { queued: 0, done: 0 },
        slots: [{ name: "sprite-1", lanes: ["sprite"] }],
      });
    });

    it("adds jobs in their order, durably, and only once", async () => {
      const jobs = [sampleJob(), sampleJob({ priority: 5, group: "batch" })];
      const first = await client.add({ jobs });
      expect(first.jobs.map(({ id, state, lane, group }) => [id, state, lane, group])).toEqual([
        [jobs[0].id, "queued", "sprite", undefined],
        [jobs[1].id, "queued", "sprite", "batch"],
      ]);
      expect((await client.add({ jobs })).jobs.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
      const { jobs: listed, total } = await client.list();
      expect(total).toBe(2);
      // The higher priority runs first.
      expect(listed.map(({ id }) => id)).toEqual([jobs[1].id, jobs[0].id]);
      expect(await sample.queue.get(jobs[0].id)).toMatchObject({ kind: "generate", payload: jobs[0].order });
    });

    it("gives a job with the whole of its order and result, and lists without their pictures", async () => {
      const source = { png: Buffer.from("a picture").toString("base64"), strength: 0.5 };
      const job = sampleJob();
      const order = { ...job.order, request: { ...job.order.request, source } };
      await client.add({ jobs: [{ ...job, order }] });
      const png = Uint8Array.of(1, 2, 250);
      const facts = { seconds: 0.2, notes: ["a note"], width: 32, height: 32, colors: 4, sprite: "0011" };
      await sample.queue.complete(await claim(), { ...facts, png: Buffer.from(png).toString("base64") });

      const whole = (await client.get({ id: job.id })).job;
      expect(whole).toMatchObject({ state: "done", order, result: facts });
      expect(whole?.state === "done" && [...(whole.result?.png ?? [])]).toEqual([1, 2, 250]);
      const [brief] = (await client.list({ states: ["done"] })).jobs;
      expect(brief).toMatchObject({ state: "done", order: job.order, result: facts });
      expect(JSON.stringify(brief)).not.toContain("png");
      expect((await client.get({ id: randomUUID() })).job).toBeNull();
    });

    it("arranges the queue", async () => {
      const [first, second, third] = [sampleJob(), sampleJob(), sampleJob()];
      await client.add({ jobs: [first, second, third] });
      const order = async () => (await client.list({ states: ["queued", "paused"] })).jobs.map(({ id }) => id);
      expect((await client.move({ id: third.id, to: "top" })).job).toMatchObject({ id: third.id, state: "queued" });
      expect(await order()).toEqual([third.id, first.id, second.id]);
      expect((await client.setPriority({ id: second.id, priority: 9 })).job.priority).toBe(9);
      expect((await order())[0]).toBe(second.id);
      expect((await client.pause({ id: first.id })).job.state).toBe("paused");
      expect((await client.resume({ id: first.id })).job.state).toBe("queued");
      expect((await client.cancel({ id: first.id })).job.state).toBe("cancelled");
      expect((await client.retry({ id: first.id })).job.state).toBe("queued");
      expect(await client.pauseAll()).toEqual({ isPaused: true });
      expect((await client.counts({})).isPaused).toBe(true);
      expect(await client.resumeAll()).toEqual({ isPaused: false });
      await client.cancel({ id: third.id });
      expect(await client.remove({ states: ["cancelled"] })).toEqual({ removed: 1 });
      expect((await client.counts()).counts).toMatchObject({ queued: 2, cancelled: 0 });
    });

    it("tells every client of every change, with progress and its picture", async () => {
      const other = await bench.client("other");
      const heard: ClientEvent[][] = [[], []];
      const ends = [client, other].map((each, index) => each.watch((event) => void heard[index].push(event)));
      await eventually(() => Promise.all([other, client].map((each) => each.status())));
      // Until both are heard of: what happens before that is not told.
      const job = sampleJob();
      await eventually(async () => {
        await client.pauseAll();
        await client.resumeAll();
        for (const events of heard) expect(events.some(({ kind }) => kind === "queue")).toBe(true);
      });
      await client.add({ jobs: [job] });
      const held = await claim();
      const preview = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3, 4) };
      sample.service.progress(job.id, { step: 3, steps: 8 }, preview);
      await eventually(() => {
        for (const events of heard)
          expect(events).toContainEqual({ kind: "progress", id: job.id, step: 3, steps: 8, preview });
      });
      await sample.queue.fail(held, { code: "odd", message: "Cannot draw it" }, { isPermanent: true });
      await client.remove({ id: job.id });
      await eventually(() => {
        for (const events of heard) {
          const states = events.flatMap((event) => (event.kind === "job" ? [event.job.state] : []));
          expect(states).toEqual(["queued", "running", "failed"]);
          expect(events).toContainEqual({ kind: "removed", id: job.id });
        }
      });
      ends[0]();
      const before = heard[0].length;
      await client.pauseAll();
      await eventually(() => expect(heard[1].at(-1)).toEqual({ kind: "queue", isPaused: true }));
      expect(heard[0].length).toBe(before);
    });

    it("conflates progress to what can be looked at, the latest last", async () => {
      const steps: number[] = [];
      client.watch((event) => {
        if (event.kind === "progress") steps.push(event.step);
      });
      const id = randomUUID();
      await eventually(() => {
        sample.service.progress(id, { step: 0, steps: 1000 });
        expect(steps.length).toBeGreaterThan(0);
      });
      for (let step = 1; step <= 1000; step++) sample.service.progress(id, { step, steps: 1000 });
      await eventually(() => expect(steps.at(-1)).toBe(1000));
      expect(steps.length).toBeLessThan(100);
    });

    it("does not let a listener that throws trouble the others", async () => {
      let heard = 0;
      client.watch(() => {
        throw new Error("a mistake");
      });
      client.watch(() => void heard++);
      await eventually(async () => {
        await client.pauseAll();
        expect(heard).toBeGreaterThan(0);
      });
      expect(await client.resumeAll()).toEqual({ isPaused: false });
    });

    it.each([
      ["an unknown job", (id: string) => client.cancel({ id }), "not-found"],
      ["an id that is none", () => client.get({ id: "../etc" }), "bad-message"],
      ["an unknown generator", () => client.add({ jobs: [sampleJob({ generator: "paint" })] }), "unsupported"],
      ["no jobs", () => client.add({ jobs: [] }), "bad-message"],
      ["a mistyped option", () => client.list({ limitt: 3 } as never), "bad-message"],
    ])("refuses %s in a sentence, with its code", async (_, ask, code) => {
      const error = await ask(randomUUID()).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(error).toBeInstanceOf(ProtocolError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(/^Cannot /) });
    });

    it("says what an order lacks as the command line does", async () => {
      const job = sampleJob();
      const order = { ...job.order, request: { ...job.order.request, prompt: "  " } };
      await expect(client.add({ jobs: [{ ...job, order }] })).rejects.toThrow("Cannot draw an empty prompt");
    });

    it("counts quotas by client", async () => {
      const many = Array.from({ length: 20 }, () => sampleJob());
      await client.add({ jobs: many });
      await expect(client.add({ jobs: [sampleJob()] })).rejects.toMatchObject({ code: "quota" });
      const other = await bench.client("other");
      const { jobs } = await other.add({ jobs: [sampleJob()] });
      expect(jobs[0].client).toBe("other");
    });

    it("ends calls by their signal and by closing", async () => {
      const reason = new DOMException("stop", "AbortError");
      await expect(client.status({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      const other = await bench.client("other");
      const waiting = other.status();
      await other.close();
      await expect(waiting).rejects.toMatchObject({ code: "closed" });
      await expect(other.status()).rejects.toMatchObject({ code: "closed" });
      expect(await client.status()).toMatchObject({ isDraining: false });
    });
  });
}
