import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Job, JobState, NewJob } from "./job.ts";
import type { Claim, JobEvent, JobQueue } from "./queue.ts";
import type { QueueOptions } from "./queue-options.ts";

/** Waits, as long as a loaded machine may take, until something holds. */
const eventually = <Result>(check: () => Result | Promise<Result>) =>
  vi.waitFor(check, { timeout: 30_000, interval: 20 });

/** One queue of a test's own, which any number of handles can be opened on. */
export type QueueBench = {
  open(options?: Pick<QueueOptions, "quota" | "backoffMs">): Promise<JobQueue>;
  /** Until the queue's clock is this much further. */
  elapse(ms: number): Promise<void>;
  /** Closes what is still open and takes the queue away. */
  end(): Promise<void>;
};

/** Short, since some queues can only wait for it to pass. */
const leaseMs = 300;
const longLeaseMs = 60_000;
const lane = "sprite";

const aJob = (changes: Partial<NewJob> = {}): NewJob => ({
  id: randomUUID(),
  kind: "generate",
  lane,
  payload: { prompt: "red dragon" },
  ...changes,
});

const someJobs = (count: number, changes: Partial<NewJob> = {}): readonly NewJob[] =>
  Array.from({ length: count }, () => aJob(changes));

const idsOf = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);

async function claimed(queue: JobQueue, worker = "box-1", lease = longLeaseMs): Promise<Claim> {
  const claim = await queue.claim({ worker, lanes: [lane], leaseMs: lease });
  if (claim === undefined) throw new Error("Cannot claim a job: none is ready");
  return claim;
}

const noJob = (queue: JobQueue) =>
  expect(queue.claim({ worker: "box-9", lanes: [lane], leaseMs })).resolves.toBeUndefined();

/** The ids in the order in which a worker gets them, each completed before the next. */
async function runAll(queue: JobQueue): Promise<readonly string[]> {
  const ids: string[] = [];
  for (;;) {
    const claim = await queue.claim({ worker: "box-1", lanes: [lane], leaseMs: longLeaseMs });
    if (claim === undefined) return ids;
    ids.push(claim.job.id);
    expect(await queue.complete(claim, null)).toBe(true);
  }
}

const stateOf = async (queue: JobQueue, id: string): Promise<JobState | undefined> => (await queue.get(id))?.state;

/** The behaviour that every queue owes its callers. */
export function testQueueConformance(name: string, begin: () => Promise<QueueBench>): void {
  describe(`${name} keeps the queue's contract`, () => {
    let bench: QueueBench;
    let queue: JobQueue;
    beforeEach(async () => {
      bench = await begin();
      queue = await bench.open();
    });
    afterEach(() => bench.end());

    describe("adding", () => {
      it("answers the jobs as they stand, with all that was left out filled in", async () => {
        const job = aJob({ payload: { prompt: "red dragon", seeds: [1, 2, null], isTile: false } });
        const [added] = await queue.add([job]);
        expect(added).toEqual({
          id: job.id,
          kind: "generate",
          lane,
          payload: job.payload,
          priority: 0,
          group: undefined,
          after: [],
          client: "anonymous",
          attempts: 0,
          maxAttempts: 3,
          addedMs: expect.any(Number),
          lastFailure: undefined,
          state: "queued",
          notBeforeMs: undefined,
        });
        expect(await queue.get(job.id)).toEqual(added);
        expect(await queue.add([])).toEqual([]);
        expect(await queue.get(randomUUID())).toBeUndefined();
      });

      it("keeps all that a client says", async () => {
        const job = aJob({ priority: -3, group: "dragons", client: "ann", maxAttempts: 7, kind: "fix" });
        const [added] = await queue.add([job]);
        expect(added).toMatchObject({ priority: -3, group: "dragons", client: "ann", maxAttempts: 7, kind: "fix" });
      });

      it("adds a job once, however often it is asked", async () => {
        const job = aJob();
        const [first] = await queue.add([job]);
        expect(await queue.add([{ ...job, kind: "other" }, job])).toEqual([first, first]);
        expect((await queue.list()).total).toBe(1);
        const claim = await claimed(queue);
        await queue.complete(claim, "made");
        expect(await queue.add([job])).toMatchObject([{ id: job.id, state: "done", result: "made" }]);
        await noJob(queue);
      });

      it.each<[string, unknown, string]>([
        ["id", "x", 'Cannot use id "x" of a job: give a UUID in lower case'],
        ["id", "B1C5E0D2-0000-4000-8000-000000000000", "give a UUID in lower case"],
        ["kind", "", 'Cannot use kind "" of a job: give a text of 1 to 200 characters'],
        ["lane", 5, "Cannot use lane 5 of a job"],
        ["client", "a\0b", "Cannot use client"],
        ["group", "x".repeat(201), "Cannot use group"],
        ["priority", 11, "Cannot use priority 11 of a job: give a whole number from -10 to 10"],
        ["priority", 0.5, "Cannot use priority 0.5 of a job"],
        ["maxAttempts", 0, "Cannot use maxAttempts 0 of a job: give a whole number from 1 to 1000"],
        ["after", ["x"], "give ids of jobs, which are UUIDs in lower case"],
        ["after", "all", "give a list of at most 1000 ids of jobs"],
        ["payload", undefined, "Cannot use payload undefined of a job: give plain data that JSON can hold"],
        ["payload", 5n, "Cannot use payload 5 of a job: give plain data that JSON can hold"],
      ])("refuses a wrong %s (%#), and with it all of the call", async (field, value, message) => {
        const jobs = [aJob(), { ...aJob(), [field]: value } as NewJob];
        await expect(queue.add(jobs)).rejects.toMatchObject({
          name: "JobsError",
          code: "invalid-job",
          message: expect.stringContaining(message),
        });
        expect((await queue.list()).total).toBe(0);
      });
    });

    describe("order", () => {
      it("runs higher priorities first, and one priority in the order of adding", async () => {
        const jobs = [0, 5, -10, 0, 10, 5].map((priority) => aJob({ priority }));
        await queue.add(jobs.slice(0, 2));
        await queue.add(jobs.slice(2));
        const inOrder = [4, 1, 5, 0, 3, 2].map((index) => jobs[index]?.id);
        expect(idsOf((await queue.list()).jobs)).toEqual(inOrder);
        expect(await runAll(queue)).toEqual(inOrder);
      });

      it("gives a worker jobs of its lanes only, across lanes by priority and place", async () => {
        const jobs = ["comfyui", "sprite", "tile", "sprite", "comfyui"].map((lane) => aJob({ lane }));
        const urgent = aJob({ lane: "comfyui", priority: 1 });
        await queue.add([...jobs, urgent]);
        const ids: (string | undefined)[] = [];
        for (let turn = 0; turn < 6; turn++)
          ids.push((await queue.claim({ worker: "box-1", lanes: ["sprite", "comfyui"], leaseMs }))?.job.id);
        expect(ids).toEqual([urgent.id, jobs[0]?.id, jobs[1]?.id, jobs[3]?.id, jobs[4]?.id, undefined]);
        expect(await queue.claim({ worker: "box-1", lanes: [], leaseMs })).toBeUndefined();
      });

      it("moves jobs up, down, to the top and to the bottom of their priority", async () => {
        const jobs = someJobs(5);
        const urgent = aJob({ priority: 1 });
        await queue.add([...jobs, urgent]);
        const [a, b, c, d, e] = idsOf(jobs) as [string, string, string, string, string];
        const order = async () => idsOf((await queue.list()).jobs).slice(1);
        expect(await queue.move(c, "up")).toMatchObject({ id: c, state: "queued" });
        expect(await order()).toEqual([a, c, b, d, e]);
        await queue.move(a, "up");
        expect(await order()).toEqual([a, c, b, d, e]);
        await queue.move(b, "down");
        expect(await order()).toEqual([a, c, d, b, e]);
        await queue.move(e, "down");
        await queue.move(e, "top");
        expect(await order()).toEqual([e, a, c, d, b]);
        await queue.move(e, "top");
        await queue.move(a, "bottom");
        await queue.move(a, "bottom");
        expect(await order()).toEqual([e, c, d, b, a]);
        expect(await runAll(queue)).toEqual([urgent.id, e, c, d, b, a]);
      });

      it("puts moved jobs before and behind those that come later as one expects", async () => {
        const [a, b] = someJobs(2) as [NewJob, NewJob];
        await queue.add([a, b]);
        await queue.move(a.id, "bottom");
        const c = aJob();
        await queue.add([c]);
        await queue.move(c.id, "top");
        expect(await runAll(queue)).toEqual([c.id, b.id, a.id]);
      });

      it("keeps to the order through any number of moves", async () => {
        const expected = idsOf(someJobs(12));
        await queue.add(expected.map((id) => aJob({ id })));
        const moves = ["up", "down", "top", "bottom"] as const;
        for (let turn = 0; turn < 80; turn++) {
          const from = (turn * 7 + (turn >> 2)) % expected.length;
          const move = moves[(turn * 5 + (turn >> 3)) % 4] ?? "up";
          const [id] = expected.splice(from, 1) as [string];
          const to = { up: Math.max(0, from - 1), down: from + 1, top: 0, bottom: expected.length }[move];
          expected.splice(to, 0, id);
          await queue.move(id, move);
        }
        expect(idsOf((await queue.list()).jobs)).toEqual(expected);
        expect(await runAll(queue)).toEqual(expected);
      });

      it("puts a job of a new priority behind those that have it", async () => {
        const [a, b, c] = [aJob(), aJob(), aJob({ priority: 2 })] as [NewJob, NewJob, NewJob];
        await queue.add([a, b, c]);
        expect(await queue.setPriority(b.id, 2)).toMatchObject({ id: b.id, priority: 2 });
        await queue.setPriority(c.id, 2);
        expect(idsOf((await queue.list()).jobs)).toEqual([c.id, b.id, a.id]);
        expect(await runAll(queue)).toEqual([c.id, b.id, a.id]);
        await expect(queue.setPriority(a.id, 1)).rejects.toMatchObject({
          code: "wrong-state",
          message: `Cannot set the priority of job ${a.id}, which is done: add it again to have it run again`,
        });
        await expect(queue.setPriority(a.id, 99)).rejects.toMatchObject({ code: "invalid-job" });
      });

      it("brings a job that was given back, failed or lost to its old place", async () => {
        const [a, b, c] = someJobs(3) as [NewJob, NewJob, NewJob];
        await queue.add([a, b, c]);
        const held = [await claimed(queue), await claimed(queue)] as const;
        await queue.move(c.id, "top");
        const d = aJob();
        await queue.add([d]);
        await queue.move(d.id, "top");
        await queue.release(held[1]);
        await queue.release(held[0]);
        const order = idsOf((await queue.list()).jobs);
        expect(order).toEqual([d.id, c.id, a.id, b.id]);
        expect(await runAll(queue)).toEqual(order);
      });

      it("tells what it cannot move", async () => {
        const [a] = await queue.add([aJob()]);
        const id = a?.id ?? "";
        const claim = await claimed(queue);
        await expect(queue.move(id, "up")).rejects.toMatchObject({
          code: "wrong-state",
          message: `Cannot move job ${id}, which is running: only jobs that have not begun have a place to move`,
        });
        await queue.complete(claim, 1);
        await expect(queue.move(id, "up")).rejects.toMatchObject({ code: "wrong-state" });
        const unknown = randomUUID();
        await expect(queue.move(unknown, "up")).rejects.toMatchObject({
          code: "not-found",
          message: `Cannot move job ${unknown}: there is none with this id; look in the list of jobs`,
        });
      });
    });

    describe("claims", () => {
      it("hands a job to one worker, with its lease, and counts the try", async () => {
        const job = aJob();
        await queue.add([job]);
        const { job: running, token } = await claimed(queue, "box-1");
        expect(running).toMatchObject({
          id: job.id,
          state: "running",
          worker: "box-1",
          attempts: 1,
          isCancelling: false,
          progress: undefined,
          payload: job.payload,
        });
        expect(running.leaseEndsMs - running.startedMs).toBe(longLeaseMs);
        expect(token).not.toBe("");
        expect(await queue.get(job.id)).toEqual(running);
        await noJob(queue);
      });

      it("keeps the result and the times of a job that is done", async () => {
        const job = aJob();
        await queue.add([job]);
        const claim = await claimed(queue);
        await bench.elapse(20);
        expect(await queue.complete(claim, { file: "a.png" })).toBe(true);
        const done = await queue.get(job.id);
        expect(done).toMatchObject({ state: "done", result: { file: "a.png" }, attempts: 1 });
        if (done?.state !== "done") throw new Error("Cannot be");
        expect(done.startedMs).toBe(claim.job.startedMs);
        expect(done.endedMs).toBeGreaterThanOrEqual(done.startedMs + 10);
      });

      it("completes once, whoever asks and however often", async () => {
        await queue.add([aJob()]);
        const claim = await claimed(queue);
        expect(await queue.complete(claim, "first")).toBe(true);
        expect(await queue.complete(claim, "second")).toBe(true);
        expect(await queue.complete({ ...claim, token: "guessed" }, "third")).toBe(false);
        expect(await queue.fail(claim, { code: "late", message: "Too late" })).toBe(false);
        expect(await queue.release(claim)).toBe(false);
        expect(await queue.confirmCancelled(claim)).toBe(false);
        expect(await queue.heartbeat(claim, leaseMs)).toBe("lost");
        expect(await queue.get(claim.job.id)).toMatchObject({ state: "done", result: "first" });
      });

      it("lets nobody do anything to a job without its token", async () => {
        await queue.add([aJob()]);
        const claim = await claimed(queue);
        const guessed = { ...claim, token: "guessed" };
        expect(await queue.heartbeat(guessed, 1)).toBe("lost");
        expect(await queue.complete(guessed, 1)).toBe(false);
        expect(await queue.fail(guessed, { code: "x", message: "X" })).toBe(false);
        expect(await queue.release(guessed)).toBe(false);
        expect(await queue.confirmCancelled(guessed)).toBe(false);
        expect(await queue.get(claim.job.id)).toEqual(claim.job);
      });

      it("keeps a lease that is renewed, and shows how far the job is", async () => {
        await queue.add([aJob()]);
        const claim = await claimed(queue, "box-1", leaseMs);
        for (let step = 1; step <= 4; step++) {
          await bench.elapse(leaseMs / 2);
          expect(await queue.heartbeat(claim, leaseMs, { step, steps: 8, note: "drawing" })).toBe("held");
        }
        expect(await queue.recover()).toBe(0);
        expect(await queue.get(claim.job.id)).toMatchObject({
          state: "running",
          progress: { step: 4, steps: 8, note: "drawing" },
        });
        expect(await queue.heartbeat(claim, longLeaseMs)).toBe("held");
        expect(await queue.get(claim.job.id)).toMatchObject({ progress: { step: 4, steps: 8, note: "drawing" } });
      });

      it("gives a job whose lease ended to the next worker, and lets the first one go", async () => {
        const [first, second] = someJobs(2) as [NewJob, NewJob];
        await queue.add([first, second]);
        const lost = await claimed(queue, "box-1", leaseMs);
        await bench.elapse(leaseMs + 50);
        const claim = await claimed(queue, "box-2");
        expect(claim.job).toMatchObject({
          id: first.id,
          worker: "box-2",
          attempts: 2,
          lastFailure: {
            code: "lease-expired",
            message: "Worker box-1 did not report in time; it was stopped, or its machine was",
          },
        });
        expect(await queue.heartbeat(lost, leaseMs)).toBe("lost");
        expect(await queue.complete(lost, "stale")).toBe(false);
        expect(await queue.fail(lost, { code: "x", message: "X" })).toBe(false);
        expect(await queue.complete(claim, "fresh")).toBe(true);
        expect(await queue.get(first.id)).toMatchObject({ state: "done", result: "fresh" });
      });

      it("recovers expired leases: back to the queue, and failed after the last try", async () => {
        const [once, often] = [aJob({ maxAttempts: 1 }), aJob()] as [NewJob, NewJob];
        await queue.add([once, often]);
        await claimed(queue, "box-1", leaseMs);
        await claimed(queue, "box-1", leaseMs);
        expect(await queue.recover()).toBe(0);
        await bench.elapse(leaseMs + 50);
        expect(await queue.recover()).toBe(2);
        expect(await queue.recover()).toBe(0);
        expect(await queue.get(once.id)).toMatchObject({
          state: "failed",
          failure: { code: "lease-expired" },
          attempts: 1,
        });
        expect(await queue.get(often.id)).toMatchObject({ state: "queued", attempts: 1, notBeforeMs: undefined });
      });

      it("gives a job back without counting the try", async () => {
        const job = aJob({ maxAttempts: 1 });
        await queue.add([job]);
        for (let turn = 0; turn < 3; turn++) expect(await queue.release(await claimed(queue))).toBe(true);
        expect(await queue.get(job.id)).toMatchObject({ state: "queued", attempts: 0 });
        expect((await claimed(queue)).job.attempts).toBe(1);
      });

      it.each([0, -1, 0.5, Number.NaN])("refuses a lease of %d ms", async (lease) => {
        await expect(queue.claim({ worker: "w", lanes: [lane], leaseMs: lease })).rejects.toMatchObject({
          code: "invalid-argument",
        });
      });

      it("hands out every job once to workers on several handles", async () => {
        const jobs = someJobs(60);
        await queue.add(jobs);
        const handles = [queue, await bench.open(), await bench.open()];
        const seen: string[] = [];
        await Promise.all(
          handles.map(async (handle, index) => {
            for (;;) {
              const claim = await handle.claim({ worker: `box-${index}`, lanes: [lane], leaseMs: longLeaseMs });
              if (claim === undefined) return;
              seen.push(claim.job.id);
              await new Promise(setImmediate);
              expect(await handle.complete(claim, index)).toBe(true);
            }
          }),
        );
        expect(seen.toSorted()).toEqual(idsOf(jobs).toSorted());
        expect(await queue.counts()).toMatchObject({ done: 60, queued: 0, running: 0 });
      });
    });

    describe("failures", () => {
      const failure = { code: "out-of-memory", message: "The GPU is full" };

      it("tries again after the back-off, and stops after the last try", async () => {
        const handle = await bench.open({ backoffMs: (attempts) => 150 * attempts });
        const job = aJob({ maxAttempts: 2 });
        await handle.add([job]);
        expect(await handle.fail(await claimed(handle), failure)).toBe(true);
        const waiting = await handle.get(job.id);
        expect(waiting).toMatchObject({ state: "queued", attempts: 1, lastFailure: failure });
        expect(waiting?.state === "queued" && waiting.notBeforeMs).toBeGreaterThan(0);
        await noJob(handle);
        await bench.elapse(250);
        const second = await claimed(handle);
        expect(second.job).toMatchObject({ id: job.id, attempts: 2, lastFailure: failure });
        expect(await handle.fail(second, { ...failure, message: "Still full" })).toBe(true);
        expect(await handle.get(job.id)).toMatchObject({
          state: "failed",
          attempts: 2,
          failure: { code: "out-of-memory", message: "Still full" },
        });
        await bench.elapse(500);
        await noJob(handle);
      });

      it("lets other jobs pass one that waits for its back-off", async () => {
        const handle = await bench.open({ backoffMs: () => 60_000 });
        const [a, b] = someJobs(2) as [NewJob, NewJob];
        await handle.add([a, b]);
        await handle.fail(await claimed(handle), failure);
        expect((await claimed(handle)).job.id).toBe(b.id);
        await noJob(handle);
      });

      it("does not try again what cannot succeed", async () => {
        const job = aJob();
        await queue.add([job]);
        await queue.fail(await claimed(queue), failure, { isPermanent: true });
        expect(await queue.get(job.id)).toMatchObject({ state: "failed", failure, lastFailure: failure, attempts: 1 });
      });

      it("runs a failed job again when a person asks, from its first try, at the end of its priority", async () => {
        const [a, b] = someJobs(2) as [NewJob, NewJob];
        await queue.add([a, b]);
        await queue.fail(await claimed(queue), failure, { isPermanent: true });
        expect(await queue.retry(a.id)).toMatchObject({
          state: "queued",
          attempts: 0,
          lastFailure: undefined,
          notBeforeMs: undefined,
        });
        await expect(queue.retry(a.id)).rejects.toMatchObject({
          code: "wrong-state",
          message: `Cannot retry job ${a.id}, which is queued: only failed and cancelled jobs can be run again`,
        });
        expect(await runAll(queue)).toEqual([b.id, a.id]);
        await expect(queue.retry(a.id)).rejects.toMatchObject({ code: "wrong-state" });
        await expect(queue.retry(randomUUID())).rejects.toMatchObject({ code: "not-found" });
      });
    });

    describe("cancelling", () => {
      it("ends jobs that have not begun at once", async () => {
        const [queued, paused, first, waiting] = [aJob(), aJob(), aJob({ priority: -1 }), aJob()] as [
          NewJob,
          NewJob,
          NewJob,
          NewJob,
        ];
        await queue.add([queued, paused, first, { ...waiting, after: [first.id] }]);
        await queue.pause(paused.id);
        for (const { id } of [queued, paused, waiting])
          expect(await queue.cancel(id)).toMatchObject({ id, state: "cancelled", startedMs: undefined });
        expect(await runAll(queue)).toEqual([first.id]);
        expect(await stateOf(queue, waiting.id)).toBe("cancelled");
      });

      it("tells the worker of a running one, and ends it when that has stopped", async () => {
        const job = aJob();
        await queue.add([job]);
        const claim = await claimed(queue);
        expect(await queue.cancel(job.id)).toMatchObject({ state: "running", isCancelling: true });
        expect(await queue.cancel(job.id)).toMatchObject({ state: "running", isCancelling: true });
        expect(await queue.heartbeat(claim, longLeaseMs)).toBe("cancelling");
        expect(await queue.confirmCancelled(claim)).toBe(true);
        expect(await queue.get(job.id)).toMatchObject({ state: "cancelled", startedMs: claim.job.startedMs });
        expect(await queue.complete(claim, 1)).toBe(false);
      });

      it("lets work stand that was finished before its worker heard of it", async () => {
        const job = aJob();
        await queue.add([job]);
        const claim = await claimed(queue);
        await queue.cancel(job.id);
        expect(await queue.complete(claim, "made")).toBe(true);
        expect(await queue.get(job.id)).toMatchObject({ state: "done", result: "made" });
      });

      it.each(["fail", "release", "expire"])("does not run a cancelled job again after %s", async (how) => {
        const job = aJob();
        await queue.add([job]);
        const claim = await claimed(queue, "box-1", leaseMs);
        await queue.cancel(job.id);
        if (how === "fail") await queue.fail(claim, { code: "x", message: "X" });
        else if (how === "release") await queue.release(claim);
        else {
          await bench.elapse(leaseMs + 50);
          await queue.recover();
        }
        expect(await stateOf(queue, job.id)).toBe("cancelled");
        await noJob(queue);
      });

      it("leaves ended jobs as they are, and runs cancelled ones again when asked", async () => {
        const job = aJob();
        await queue.add([job]);
        await queue.cancel(job.id);
        const cancelled = await queue.get(job.id);
        expect(await queue.cancel(job.id)).toEqual(cancelled);
        expect(await queue.retry(job.id)).toMatchObject({ state: "queued", attempts: 0 });
        expect(await runAll(queue)).toEqual([job.id]);
        expect(await queue.cancel(job.id)).toMatchObject({ state: "done" });
        await expect(queue.cancel(randomUUID())).rejects.toMatchObject({ code: "not-found" });
      });
    });

    describe("pausing", () => {
      it("holds a job in its place", async () => {
        const [a, b, c] = someJobs(3) as [NewJob, NewJob, NewJob];
        await queue.add([a, b, c]);
        expect(await queue.pause(a.id)).toMatchObject({ state: "paused" });
        expect(await queue.pause(a.id)).toMatchObject({ state: "paused" });
        expect((await claimed(queue)).job.id).toBe(b.id);
        expect(idsOf((await queue.list()).jobs)).toEqual([b.id, a.id, c.id]);
        expect(await queue.resume(a.id)).toMatchObject({ state: "queued" });
        expect(await queue.resume(a.id)).toMatchObject({ state: "queued" });
        expect(await runAll(queue)).toEqual([a.id, c.id]);
      });

      it("can move a held job", async () => {
        const [a, b] = someJobs(2) as [NewJob, NewJob];
        await queue.add([a, b]);
        await queue.pause(b.id);
        await queue.move(b.id, "up");
        await queue.setPriority(a.id, 3);
        await queue.setPriority(b.id, 4);
        await queue.resume(b.id);
        expect(await runAll(queue)).toEqual([b.id, a.id]);
      });

      it("holds a waiting job, also when what it waits for is done", async () => {
        const [first, held] = [aJob(), aJob()] as [NewJob, NewJob];
        await queue.add([first, { ...held, after: [first.id] }]);
        await queue.pause(held.id);
        expect(await queue.resume(held.id)).toMatchObject({ state: "waiting" });
        await queue.pause(held.id);
        expect(await runAll(queue)).toEqual([first.id]);
        expect(await stateOf(queue, held.id)).toBe("paused");
        expect(await queue.resume(held.id)).toMatchObject({ state: "queued" });
        expect(await runAll(queue)).toEqual([held.id]);
      });

      it("tells what it cannot hold", async () => {
        await queue.add([aJob()]);
        const claim = await claimed(queue);
        const { id } = claim.job;
        await expect(queue.pause(id)).rejects.toMatchObject({
          code: "wrong-state",
          message: `Cannot pause job ${id}, which is running: only jobs that have not begun can be held`,
        });
        await expect(queue.resume(id)).rejects.toMatchObject({ code: "wrong-state" });
      });

      it("holds the whole queue, for every handle, until resumed; running jobs go on", async () => {
        await queue.add(someJobs(2));
        const claim = await claimed(queue);
        expect(await queue.isPaused()).toBe(false);
        await queue.pauseAll();
        await queue.pauseAll();
        await noJob(queue);
        const other = await bench.open();
        expect(await other.isPaused()).toBe(true);
        await noJob(other);
        expect(await queue.complete(claim, 1)).toBe(true);
        await queue.close();
        const again = await bench.open();
        expect(await again.isPaused()).toBe(true);
        await noJob(again);
        await other.resumeAll();
        expect(await again.isPaused()).toBe(false);
        expect(await runAll(again)).toHaveLength(1);
      });
    });

    describe("dependencies", () => {
      it("runs a job after all that it waits for, also when those are more urgent or elsewhere", async () => {
        const [a, b, last] = [aJob({ priority: -5 }), aJob({ priority: -6 }), aJob({ priority: 10 })] as [
          NewJob,
          NewJob,
          NewJob,
        ];
        const [, , added] = await queue.add([a, b, { ...last, after: [a.id, b.id, a.id] }]);
        expect(added).toMatchObject({ state: "waiting", after: [a.id, b.id] });
        expect(await runAll(queue)).toEqual([a.id, b.id, last.id]);
      });

      it("does not wait for what is done already", async () => {
        const first = aJob();
        await queue.add([first]);
        await runAll(queue);
        expect(await queue.add([aJob({ after: [first.id] })])).toMatchObject([{ state: "queued" }]);
      });

      it("remembers what was done after it has been removed", async () => {
        const [a, b, last] = someJobs(3) as [NewJob, NewJob, NewJob];
        await queue.add([a, b, { ...last, after: [a.id, b.id] }]);
        await queue.complete(await claimed(queue), 1);
        expect(await queue.remove({ id: a.id })).toBe(1);
        expect(await runAll(queue)).toEqual([b.id, last.id]);
      });

      it.each(["fails", "is cancelled"])("fails those that wait when one %s, to the end of the chain", async (how) => {
        const [a, b, c, d] = someJobs(4) as [NewJob, NewJob, NewJob, NewJob];
        await queue.add([a, { ...b, after: [a.id] }, { ...c, after: [b.id] }, d]);
        await queue.pause(c.id);
        if (how === "fails")
          await queue.fail(await claimed(queue), { code: "oh", message: "It burned" }, { isPermanent: true });
        else await queue.cancel(a.id);
        const failure =
          how === "fails"
            ? { code: "dependency-failed", message: `Job ${a.id}, which had to be done first, failed: It burned` }
            : { code: "dependency-cancelled", message: `Job ${a.id}, which had to be done first, was cancelled` };
        for (const id of [b.id, c.id])
          expect(await queue.get(id)).toMatchObject({ state: "failed", failure, startedMs: undefined });
        expect(await queue.add([aJob({ after: [a.id] }), aJob({ after: [c.id] })])).toMatchObject([
          { state: "failed", failure },
          { state: "failed", failure },
        ]);
        expect(await runAll(queue)).toEqual([d.id]);
      });

      it("runs a chain again from where it broke, in its order", async () => {
        const [a, b] = someJobs(2) as [NewJob, NewJob];
        await queue.add([a, { ...b, after: [a.id] }]);
        await queue.cancel(a.id);
        await expect(queue.retry(b.id)).rejects.toMatchObject({
          code: "wrong-state",
          message: `Cannot retry job ${b.id}: job ${a.id}, which has to be done first, was cancelled; retry that one first`,
        });
        await queue.retry(a.id);
        expect(await queue.retry(b.id)).toMatchObject({ state: "waiting" });
        expect(await runAll(queue)).toEqual([a.id, b.id]);
      });

      it("runs a job again after what it waited for was done in the meantime", async () => {
        const [a, b] = someJobs(2) as [NewJob, NewJob];
        await queue.add([a, { ...b, after: [a.id] }]);
        await queue.cancel(a.id);
        await queue.retry(a.id);
        expect(await runAll(queue)).toEqual([a.id]);
        expect(await queue.retry(b.id)).toMatchObject({ state: "queued" });
        expect(await runAll(queue)).toEqual([b.id]);
      });

      it("does not run again what waits for a job that is gone", async () => {
        const [a, b] = someJobs(2) as [NewJob, NewJob];
        await queue.add([a, { ...b, after: [a.id] }]);
        await queue.cancel(a.id);
        await queue.remove({ id: a.id });
        await expect(queue.retry(b.id)).rejects.toMatchObject({
          message: `Cannot retry job ${b.id}: job ${a.id}, which has to be done first, has been removed; add the jobs again`,
        });
      });

      it("refuses to wait for an unknown job, for itself and for one that comes later, and then adds none", async () => {
        const [a, b] = someJobs(2) as [NewJob, NewJob];
        for (const jobs of [
          [a, { ...b, after: [randomUUID()] }],
          [{ ...a, after: [a.id] }],
          [{ ...a, after: [b.id] }, b],
        ])
          await expect(queue.add(jobs)).rejects.toMatchObject({
            code: "unknown-dependency",
            message: expect.stringMatching(/^Cannot add job .* after job .*, which is unknown: add that one first/),
          });
        expect((await queue.list()).total).toBe(0);
      });
    });

    describe("quotas", () => {
      it("refuses more jobs in the queue than a client may have, all of the call, and no other client", async () => {
        const handle = await bench.open({ quota: { maxQueued: 3 } });
        const own = someJobs(3, { client: "ann" });
        await handle.add(own);
        await expect(handle.add([aJob({ client: "ben" }), aJob({ client: "ann" })])).rejects.toMatchObject({
          code: "quota",
          details: { client: "ann", queued: 4, limit: 3 },
          message:
            "Cannot add these jobs: client ann would have 4 in the queue, and 3 are allowed; wait until some are done, or cancel some",
        });
        expect(await handle.add(own)).toHaveLength(3);
        await handle.add([aJob({ client: "ben" })]);
        await claimed(handle);
        await handle.add([aJob({ client: "ann" })]);
        expect((await handle.list()).total).toBe(5);
      });

      it("runs no more of a client's jobs at once than it may have, and others' meanwhile", async () => {
        const handle = await bench.open({ quota: { maxRunning: 2 } });
        const own = someJobs(4, { client: "ann", priority: 5 });
        const other = aJob({ client: "ben" });
        await handle.add([...own, other]);
        const first = await claimed(handle);
        await claimed(handle);
        expect((await claimed(handle)).job.id).toBe(other.id);
        await noJob(handle);
        await handle.complete(first, 1);
        expect((await claimed(handle)).job.id).toBe(own[2]?.id);
        await noJob(handle);
      });
    });

    describe("listing", () => {
      it("lists running ones first, then those to come in their order, then ended ones, newest first", async () => {
        const jobs = someJobs(7);
        const [done, failed, running, alsoRunning, waiting, queued, urgent] = idsOf(jobs) as string[];
        await queue.add(
          jobs.map((job) => ({
            ...job,
            after: job.id === waiting ? [running ?? ""] : [],
            priority: job.id === urgent ? 1 : 0,
          })),
        );
        await queue.pause(urgent ?? "");
        await queue.complete(await claimed(queue), 1);
        await bench.elapse(5);
        await queue.fail(await claimed(queue), { code: "x", message: "X" }, { isPermanent: true });
        await claimed(queue);
        await bench.elapse(5);
        await claimed(queue);
        const { jobs: listed, total } = await queue.list();
        expect(total).toBe(7);
        expect(listed.map(({ id, state }) => [id, state])).toEqual([
          [running, "running"],
          [alsoRunning, "running"],
          [urgent, "paused"],
          [waiting, "waiting"],
          [queued, "queued"],
          [failed, "failed"],
          [done, "done"],
        ]);
        expect(await queue.counts()).toEqual({
          queued: 1,
          waiting: 1,
          paused: 1,
          running: 2,
          done: 1,
          failed: 1,
          cancelled: 0,
        });
      });

      it("finds by state, group, client and lane, a page at a time", async () => {
        await queue.add([
          aJob({ group: "a", client: "ann" }),
          aJob({ group: "a", client: "ben" }),
          aJob({ group: "b", client: "ann", lane: "comfyui" }),
          aJob({ client: "ann" }),
        ]);
        await queue.complete(await claimed(queue), 1);
        const total = async (filter: Parameters<JobQueue["list"]>[0]) => (await queue.list(filter)).total;
        expect(await total({ group: "a" })).toBe(2);
        expect(await total({ group: "a", states: ["queued"] })).toBe(1);
        expect(await total({ client: "ann" })).toBe(3);
        expect(await total({ client: "ann", lane: "comfyui" })).toBe(1);
        expect(await total({ states: ["done", "queued"] })).toBe(4);
        expect(await total({ states: [] })).toBe(0);
        expect(await total({ group: "nobody's" })).toBe(0);
        expect(await queue.counts({ group: "a" })).toMatchObject({ done: 1, queued: 1 });
        expect(await queue.counts({ client: "ben" })).toMatchObject({ done: 0, queued: 1 });
        const all = idsOf((await queue.list()).jobs);
        expect(idsOf((await queue.list({}, { limit: 2 })).jobs)).toEqual(all.slice(0, 2));
        expect(await queue.list({}, { limit: 2, offset: 3 })).toMatchObject({ jobs: [{ id: all[3] }], total: 4 });
        expect(await queue.list({}, { offset: 9 })).toEqual({ jobs: [], total: 4 });
        await expect(queue.list({}, { limit: 0 })).rejects.toMatchObject({ code: "invalid-argument" });
        await expect(queue.list({}, { offset: -1 })).rejects.toMatchObject({
          message: "Cannot use offset -1: give a whole number of at least 0",
        });
      });

      it("holds 10,000 jobs: pages, moves, counts and runs them in order", async () => {
        const jobs = someJobs(10_000);
        for (let start = 0; start < jobs.length; start += 1000) await queue.add(jobs.slice(start, start + 1000));
        const ids = idsOf(jobs);
        expect(await queue.counts()).toMatchObject({ queued: 10_000 });
        const middle = await queue.list({}, { limit: 50, offset: 5000 });
        expect(middle.total).toBe(10_000);
        expect(idsOf(middle.jobs)).toEqual(ids.slice(5000, 5050));
        const last = ids.at(-1) ?? "";
        await queue.move(last, "top");
        await queue.move(ids[5000] ?? "", "up");
        await queue.move(ids[0] ?? "", "bottom");
        const end = await queue.list({}, { limit: 2, offset: 9998 });
        expect(idsOf(end.jobs)).toEqual([ids[9998], ids[0]]);
        const near = await queue.list({}, { limit: 3, offset: 4999 });
        expect(idsOf(near.jobs)).toEqual([ids[5000], ids[4999], ids[5001]]);
        const claimedIds: string[] = [];
        for (let turn = 0; turn < 20; turn++) claimedIds.push((await claimed(queue)).job.id);
        expect(claimedIds).toEqual([last, ...ids.slice(1, 20)]);
      });
    });

    describe("removing", () => {
      it("forgets ended jobs, by state and by id, and no others", async () => {
        const [done, failed, cancelled, queued] = someJobs(4) as [NewJob, NewJob, NewJob, NewJob];
        await queue.add([done, failed, cancelled, queued]);
        await queue.complete(await claimed(queue), 1);
        await queue.fail(await claimed(queue), { code: "x", message: "X" }, { isPermanent: true });
        await queue.cancel(cancelled.id);
        expect(await queue.remove({ states: ["done", "failed"] })).toBe(2);
        expect(await queue.get(done.id)).toBeUndefined();
        expect(await queue.remove({ id: cancelled.id })).toBe(1);
        expect(await queue.remove({ id: cancelled.id })).toBe(0);
        await expect(queue.remove({ id: queued.id })).rejects.toMatchObject({
          code: "wrong-state",
          message: `Cannot remove job ${queued.id}, which is queued: cancel it first`,
        });
        expect(await queue.remove({ states: ["done", "failed", "cancelled"] })).toBe(0);
        expect(idsOf((await queue.list()).jobs)).toEqual([queued.id]);
        expect(await queue.add([done])).toMatchObject([{ id: done.id, state: "queued" }]);
      });
    });

    describe("watching", () => {
      const seenBy = (watched: JobQueue) => {
        const events: JobEvent[] = [];
        const stop = watched.watch((event) => events.push(event));
        return { events, stop };
      };
      const brief = (event: JobEvent): string => {
        if (event.kind === "removed") return `removed ${event.id}`;
        return event.kind === "queue" ? `queue ${event.isPaused}` : `${event.job.state} ${event.job.id}`;
      };

      it("tells every change of its own in order, until it is stopped", async () => {
        const [a, b] = someJobs(2) as [NewJob, NewJob];
        await queue.add([aJob()]);
        const { events, stop } = seenBy(queue);
        const told = async (brieves: readonly string[]) => {
          await eventually(() => expect(events.map(brief)).toEqual(brieves));
          events.length = 0;
        };
        await queue.pauseAll();
        await queue.resumeAll();
        await told(["queue true", "queue false"]);
        await queue.add([
          { ...a, priority: 10 },
          { ...b, after: [a.id] },
        ]);
        await told([`queued ${a.id}`, `waiting ${b.id}`]);
        const claim = await claimed(queue);
        await told([`running ${a.id}`]);
        await queue.heartbeat(claim, longLeaseMs, { step: 1, steps: 2 });
        await eventually(() => expect(events).toMatchObject([{ job: { progress: { step: 1 } } }]));
        events.length = 0;
        await queue.complete(claim, { file: "a.png" });
        await eventually(() =>
          expect(events).toMatchObject([{ job: { result: { file: "a.png" } } }, { job: { id: b.id } }]),
        );
        await told([`done ${a.id}`, `queued ${b.id}`]);
        await queue.remove({ id: a.id });
        await told([`removed ${a.id}`]);
        stop();
        await queue.cancel(b.id);
        const later = seenBy(queue);
        await eventually(async () => {
          await queue.pauseAll();
          await queue.resumeAll();
          expect(later.events.length).toBeGreaterThan(0);
        });
        expect(events).toEqual([]);
        later.stop();
      });

      it("hears of what other handles do", async () => {
        const other = await bench.open();
        const { events, stop } = seenBy(other);
        const job = aJob();
        await queue.add([job]);
        await eventually(() => expect(events.map(brief)).toContain(`queued ${job.id}`));
        await queue.complete(await claimed(queue), "made");
        await eventually(() =>
          expect(events.at(-1)).toMatchObject({ job: { id: job.id, state: "done", result: "made" } }),
        );
        await queue.remove({ id: job.id });
        await eventually(() => expect(events.at(-1)).toEqual({ kind: "removed", id: job.id }));
        stop();
      });

      it("tells all listeners, whatever one of them does", async () => {
        const surprises: unknown[] = [];
        const keep = (error: unknown) => surprises.push(error);
        const others = process.rawListeners("uncaughtException");
        process.removeAllListeners("uncaughtException").on("uncaughtException", keep);
        try {
          const stopFirst = queue.watch(() => {
            throw new Error("a listener's own");
          });
          const { events, stop } = seenBy(queue);
          await eventually(async () => {
            await queue.pauseAll();
            await queue.resumeAll();
            expect(events.length).toBeGreaterThan(0);
          });
          stopFirst();
          stop();
          await eventually(() => expect(surprises.length).toBeGreaterThan(0));
        } finally {
          process.removeListener("uncaughtException", keep);
          for (const listener of others) process.on("uncaughtException", listener as () => void);
        }
        expect(String(surprises[0])).toContain("a listener's own");
      });
    });

    describe("looking on", () => {
      const picture = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 128) };

      it("sees what workers show, until it ends, and changes nothing of the job", async () => {
        const queue = await bench.open();
        const [job] = await queue.add([aJob()]);
        const seen: unknown[] = [];
        const events: JobEvent[] = [];
        queue.watch((event) => events.push(event));
        const end = queue.lookOn((glimpse) => seen.push(glimpse));
        const glimpse = { id: job.id, progress: { step: 1, steps: 4, note: "loading" }, picture };
        await eventually(() => {
          queue.show(glimpse);
          expect(seen[0]).toEqual(glimpse);
        });
        end();
        await claimed(queue);
        queue.show({ id: job.id, progress: { step: 2, steps: 4 } });
        await eventually(() => expect(events.length).toBeGreaterThan(0));
        expect(seen.every((one) => (one as typeof glimpse).progress.step === 1)).toBe(true);
        expect(await queue.get(job.id)).toMatchObject({ state: "running", progress: undefined });
      });
    });

    describe("restarts", () => {
      it("keeps every job, state, order and time", async () => {
        const jobs = [...someJobs(3), aJob({ priority: 3 }), aJob({ group: "g", client: "ann" })];
        await queue.add(jobs);
        await queue.move(jobs[2]?.id ?? "", "top");
        await queue.pause(jobs[1]?.id ?? "");
        const claim = await claimed(queue);
        await queue.heartbeat(claim, longLeaseMs, { step: 1, steps: 2 });
        const second = await claimed(queue);
        await queue.complete(second, { made: true });
        await queue.fail(await claimed(queue), { code: "x", message: "X" }, { isPermanent: true });
        const before = await queue.list();
        await queue.close();
        const again = await bench.open();
        expect(await again.list()).toEqual(before);
        expect(await again.heartbeat(claim, longLeaseMs)).toBe("held");
        expect(await again.complete(claim, "after the restart")).toBe(true);
        expect(await again.complete(second, "again")).toBe(true);
      });

      it("says that it has been closed, and closes twice", async () => {
        await queue.close();
        await queue.close();
        await expect(queue.add([aJob()])).rejects.toMatchObject({
          name: "JobsError",
          code: "closed",
          message: "Cannot add to the queue: the queue has been closed; open it again",
        });
        await expect(queue.list()).rejects.toMatchObject({ code: "closed" });
      });
    });

    it("keeps every invariant through any sequence of operations", async () => {
      queue = await bench.open({ backoffMs: () => 600_000 });
      const known: string[] = [];
      const claims: Claim[] = [];
      let random = 12_345;
      const draw = (below: number) => {
        random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
        return Math.floor((random / 2 ** 31) * below);
      };
      const ended = new Map<string, Job>();
      const wrongClaims: string[] = [];
      const unlessRefused = async (doing: Promise<Job>) => {
        await doing.catch((error) => {
          if (error.code !== "wrong-state" && error.code !== "not-found") throw error;
        });
      };
      const claimNext = async () => {
        const { jobs } = await queue.list({ states: ["queued"] }, { limit: 1000 });
        const best = jobs.find((job) => job.state === "queued" && job.notBeforeMs === undefined);
        const next = await queue.claim({ worker: "w", lanes: [lane], leaseMs: longLeaseMs });
        if (next?.job.id !== best?.id) wrongClaims.push(`${next?.job.id} instead of ${best?.id}`);
        if (next !== undefined) claims.push(next);
      };
      for (let turn = 0; turn < 300; turn++) {
        const id = known[draw(known.length)] ?? randomUUID();
        const claim = claims[draw(claims.length)];
        const step = draw(claim === undefined ? 7 : 10);
        if (step < 2) {
          const job = aJob({ priority: draw(3), after: known.length > 0 && draw(3) === 0 ? [id] : [] });
          await queue.add([job]);
          known.push(job.id);
        } else if (step < 4) await claimNext();
        else if (step === 4) await unlessRefused(queue.cancel(id));
        else if (step === 5)
          await unlessRefused(queue.move(id, (["up", "down", "top", "bottom"] as const)[draw(4)] ?? "up"));
        else if (step === 6) await unlessRefused(draw(2) === 0 ? queue.pause(id) : queue.resume(id));
        else if (claim !== undefined && step === 7) await queue.complete(claim, turn);
        else if (claim !== undefined && step === 8)
          await queue.fail(claim, { code: "x", message: "X" }, { isPermanent: draw(2) === 0 });
        else if (claim !== undefined) await queue.release(claim);

        const { jobs, total } = await queue.list({}, { limit: 1000 });
        expect(total).toBe(known.length);
        const counted: Record<string, number> = {};
        for (const { state } of jobs) counted[state] = (counted[state] ?? 0) + 1;
        const counts = Object.entries(await queue.counts()).filter(([, count]) => count > 0);
        expect(Object.fromEntries(counts)).toEqual(counted);
        // What has ended stays as it was.
        const listed = new Map(jobs.map((job) => [job.id, job]));
        expect([...ended.keys()].map((endedId) => listed.get(endedId))).toEqual([...ended.values()]);
        for (const job of jobs)
          if (job.state === "done" || job.state === "failed" || job.state === "cancelled") ended.set(job.id, job);
      }
      expect(wrongClaims).toEqual([]);
      expect(ended.size).toBeGreaterThan(10);
    });
  });
}
