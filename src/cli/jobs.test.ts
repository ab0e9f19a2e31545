import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type JobQueue, openSqliteQueue } from "#jobs";
import { connectInProcess, createService } from "#protocol";
import { createStudio } from "#studio";
import type { CliContext, RunningWorker, WorkerStart } from "./context.ts";
import { runCli } from "./run.ts";

/** Waits, as long as a loaded machine may take, until something holds. */
const eventually = <Result>(check: () => Result | Promise<Result>) =>
  vi.waitFor(check, { timeout: 30_000, interval: 10 });

let queue: JobQueue;
let context: Omit<CliContext, "process" | "signal">;
let isDaemon: boolean;
let started: WorkerStart[];
let closed: number[];

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "dgx-j-"));
  queue = await openSqliteQueue(join(folder, "jobs.db"), { clock: () => new Date(), randomId: randomUUID });
  const service = createService({
    queue,
    daemon: { software: "dgx-pixels 9.9.9", session: "1", library: folder },
    lanes: ["sprite"],
    describeGenerators: async () => [],
    describeGenerator: () => Promise.reject(new Error("not here")),
    slots: () => [
      { name: "sprite-1", lanes: ["sprite"], job: "3fa2" },
      { name: "sprite-2", lanes: ["sprite"] },
    ],
    isDraining: () => false,
    startedMs: 0,
  });
  const refuse = async () => {
    throw new Error("This command was to work without it");
  };
  isDaemon = true;
  started = [];
  closed = [];
  const worker: RunningWorker = {
    name: "box-1",
    endpoint: "ipc:///run/s.sock",
    health: "http://127.0.0.1:8189",
    library: "/library",
    queue: "/library/jobs.db",
    slots: ["sprite-1"],
    close: async (graceMs) => void closed.push(graceMs),
  };
  context = {
    studio: async () =>
      createStudio({
        generators: {},
        models: folder,
        openLibrary: refuse,
        rebuildLibrary: refuse,
        diagnose: refuse,
        software: "dgx-pixels 9.9.9",
        randomSeed: () => 1234,
      }),
    daemon: {
      openJobs: async () => {
        const client = connectInProcess(service, { client: "ada" });
        return { client, isDaemon, close: client.close };
      },
      openDrawing: refuse,
      start: async (options) => {
        started.push(options);
        return worker;
      },
      makeKeys: async (name) => ({ file: `/keys/${name}.client.json` }),
    },
    tui: refuse,
    comfyui: refuse,
    benchSuites: refuse,
  };
  onTestFinished(async () => {
    service.close();
    await queue.close();
    await rm(folder, { recursive: true, force: true });
  });
});

async function dgxPixels(inputs: readonly string[], signal = new AbortController().signal) {
  let out = "";
  let err = "";
  const process: CliContext["process"] = {
    stdout: { write: (text) => void (out += text) },
    stderr: { write: (text) => void (err += text) },
  };
  const running = runCli(inputs, { ...context, process, signal }, "9.9.9");
  const outcome = async () => {
    await running;
    const json = () =>
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    return { out, err, code: Number(process.exitCode ?? 0), json };
  };
  return { outcome, printed: () => out };
}

const run = async (...inputs: string[]) => (await dgxPixels(inputs)).outcome();
const addJobs = async (...inputs: string[]) =>
  (await run("jobs", "add", "red dragon", "--json", ...inputs)).json() as { id: string }[];

async function claim() {
  const claim = await queue.claim({ worker: "box-1", lanes: ["sprite"], leaseMs: 60_000 });
  if (claim === undefined) throw new Error("Cannot claim: there is no job");
  return claim;
}
const result = { png: "", seconds: 0.2, notes: ["a note"], width: 32, height: 32, colors: 4 };

describe("jobs add", () => {
  it("queues one job a sprite, with all that was asked for", async () => {
    const jobs = await addJobs("--count", "2", "--seed", "5", "--size", "16", "--priority", "3", "--group", "batch");
    expect(jobs).toMatchObject([
      { state: "queued", lane: "sprite", priority: 3, group: "batch", order: { request: { seed: 5, size: 16 } } },
      { state: "queued", order: { request: { seed: 6, prompt: "red dragon" } } },
    ]);
    const [after] = await addJobs("--after", jobs[0].id.slice(0, 8), "--after", jobs[1].id);
    expect(after).toMatchObject({ state: "waiting", after: [jobs[0].id, jobs[1].id] });
  });

  it("says that nobody draws where no daemon runs", async () => {
    expect((await run("jobs", "add", "red", "dragon")).err).toBe("");
    isDaemon = false;
    const { out, err, code } = await run("jobs", "add", "red", "dragon");
    expect(code).toBe(0);
    expect(out).toMatch(/^[0-9a-f]{8} {2}queued {5}sprite {2}seed 1234 {2}red dragon\n$/);
    expect(err).toBe("No daemon runs: they wait until dgx-pixels worker starts one.\n");
  });

  it("refuses what cannot be drawn before anything is queued", async () => {
    const { err, code } = await run("jobs", "add", "red dragon", "--size", "0");
    expect([code, err]).toEqual([1, "Cannot use size 0: give a whole number from 1 to 4096\n"]);
    expect((await run("jobs", "add", "gem", "--generator", "paint")).err).toContain("Cannot use the generator paint");
    expect((await queue.list()).total).toBe(0);
  });
});

describe("jobs list and show", () => {
  it("list what there is, by state, and say when there is more", async () => {
    await addJobs("--count", "3");
    await queue.fail(await claim(), { code: "odd", message: "Cannot draw it" }, { isPermanent: true });
    const { out, err } = await run("jobs", "list", "--limit", "2");
    expect(out.trim().split("\n")).toHaveLength(2);
    expect(err).toBe("There are 3 in all: raise --limit, or narrow the list.\n");
    expect((await run("jobs", "list", "--state", "failed")).out).toMatch(
      /^[0-9a-f]{8} {2}failed {5}sprite {2}seed 1232 .*\(Cannot draw it\)\n$/,
    );
    expect((await run("jobs", "list", "--client", "ada", "--json")).json()).toHaveLength(3);
    expect((await run("jobs", "list", "--client", "bob")).out).toBe("");
    expect((await run("jobs", "list", "--limit", "0")).code).toBe(2);
  });

  it("show a job by the beginning of its id, without its picture", async () => {
    const [{ id }] = await addJobs();
    await queue.complete(await claim(), { ...result, png: "aGVsbG8=" });
    const { out } = await run("jobs", "show", id.slice(0, 6));
    for (const words of [`id: ${id}`, "client: ada", "tries: 1 of 3", "took: ", "note: a note"])
      expect(out).toContain(words);
    const [job] = (await run("jobs", "show", id, "--json")).json();
    expect(job).toMatchObject({ id, state: "done", result: { seconds: 0.2 } });
    expect(job.result).not.toHaveProperty("png");
  });

  it("tell unknown and unclear ids", async () => {
    expect(await run("jobs", "show", "3fa2")).toMatchObject({
      code: 2,
      err: expect.stringContaining("none begins so"),
    });
    expect(await run("jobs", "show", "xyz!")).toMatchObject({ code: 2, err: expect.stringContaining("give its id") });
    const unknown = "3fa20000-0000-4000-8000-000000000000";
    expect((await run("jobs", "show", unknown)).err).toContain("there is none of that id");
    const twins = [unknown, unknown.replace(/0$/, "1")];
    await queue.add(twins.map((id) => ({ id, kind: "generate", lane: "sprite", payload: {} })));
    expect((await run("jobs", "cancel", "3fa2")).err).toContain("2 begin so");
  });
});

describe("arranging", () => {
  it("moves, holds, cancels, retries and forgets", async () => {
    const [first, second] = await addJobs("--count", "2");
    const top = async () => (await queue.list({ states: ["queued"] })).jobs[0]?.id;
    expect((await run("jobs", "move", second.id, "top")).out).toContain("queued");
    expect(await top()).toBe(second.id);
    expect((await run("jobs", "move", first.id, "5")).out).toContain("priority 5");
    expect(await top()).toBe(first.id);
    expect((await run("jobs", "move", first.id, "sideways")).code).toBe(2);
    expect((await run("jobs", "pause", first.id)).out).toContain("paused");
    expect((await run("jobs", "resume", first.id)).out).toContain("queued");
    expect((await run("jobs", "cancel", first.id, second.id)).out.match(/cancelled/g)).toHaveLength(2);
    expect((await run("jobs", "retry", first.id)).out).toContain("queued");
    expect((await run("jobs", "retry", first.id)).code).toBe(1);
    expect((await run("jobs", "clear")).out).toBe("1 forgotten\n");
    await run("jobs", "cancel", first.id);
    expect((await run("jobs", "clear", "--state", "done", "--json")).json()).toEqual([{ removed: 0 }]);
    expect((await run("jobs", "clear", first.id)).out).toBe("1 forgotten\n");
    expect((await run("jobs", "clear", first.id, "--state", "done")).code).toBe(2);
  });

  it("holds the whole queue", async () => {
    expect((await run("jobs", "pause")).out).toBe("The queue is paused.\n");
    expect(await queue.isPaused()).toBe(true);
    expect((await run("jobs", "resume", "--json")).json()).toEqual([{ isPaused: false }]);
    expect((await run("jobs", "resume")).out).toBe("The queue goes on.\n");
  });
});

describe("jobs watch", () => {
  it("follows some jobs to their ends, and fails when one of them does", async () => {
    const [done, failed] = await addJobs("--count", "2");
    const watching = await dgxPixels(["jobs", "watch", done.id, failed.id, "--json"]);
    await eventually(async () => {
      await run("jobs", "pause", failed.id);
      await run("jobs", "resume", failed.id);
      expect(watching.printed()).toContain('"state":"paused"');
    });
    await queue.complete(await claim(), result);
    await queue.fail(await claim(), { code: "odd", message: "Cannot draw it" }, { isPermanent: true });
    const { json, code } = await watching.outcome();
    expect(code).toBe(1);
    const states = json().flatMap(({ kind, job }) => (kind === "job" ? [job.state] : []));
    expect(states).toEqual(expect.arrayContaining(["running", "done", "failed"]));
    // They have ended already: that is told at once.
    const again = await run("jobs", "watch", done.id);
    expect([again.code, again.out]).toEqual([0, expect.stringContaining("done")]);
  });

  it("tells all that happens until it is ended", async () => {
    const end = new AbortController();
    const watching = await dgxPixels(["jobs", "watch"], end.signal);
    await eventually(async () => {
      await run("jobs", "pause");
      await run("jobs", "resume");
      expect(watching.printed()).toContain("The queue is paused.\nThe queue goes on.\n");
    });
    const [{ id }] = await addJobs();
    const held = await claim();
    await queue.heartbeat(held, 60_000, { step: 2, steps: 8 });
    await queue.complete(held, result);
    await run("jobs", "clear", id);
    end.abort();
    const { out, code } = await watching.outcome();
    expect(code).toBe(0);
    const start = id.slice(0, 8);
    for (const words of ["queued", "running", "step 2 of 8", "done", "forgotten"])
      expect(out).toMatch(new RegExp(`${start}.*${words}`));
  });
});

describe("worker", () => {
  const end = new AbortController();
  end.abort();

  it("starts as asked, tells where it is, and drains when it is ended", async () => {
    const inputs = ["worker", "--listen", "ipc:///run/s.sock", "--slots", "1", "--health-port", "0.0.0.0:8189"];
    const { out, code } = await (await dgxPixels([...inputs, "--grace", "3", "--lease", "5"], end.signal)).outcome();
    expect(code).toBe(0);
    expect(started).toMatchObject([
      { listen: "ipc:///run/s.sock", slots: 1, health: { host: "0.0.0.0", port: 8189 }, leaseMs: 5000 },
    ]);
    expect(closed).toEqual([3000]);
    expect(out).toBe(
      "Listens on ipc:///run/s.sock as box-1\nqueue /library/jobs.db\nlibrary /library\n" +
        "health http://127.0.0.1:8189/healthz and /readyz\n1 at once: sprite-1\n",
    );
    const json = await (await dgxPixels(["worker", "start", "--json"], end.signal)).outcome();
    expect(json.json()).toMatchObject([{ name: "box-1", slots: ["sprite-1"] }]);
    expect(closed).toEqual([3000, 10_000]);
  });

  it("tells trouble that belongs to no job, and works on", async () => {
    const until = new AbortController();
    const running = await dgxPixels(["worker", "--json"], until.signal);
    await eventually(() => expect(started).toHaveLength(1));
    started[0].onTrouble(
      Object.assign(new Error("Cannot reach the queue"), { name: "JobsError", code: "unreachable" }),
    );
    until.abort();
    expect((await running.outcome()).err).toBe('{"error":{"code":"unreachable","message":"Cannot reach the queue"}}\n');
  });

  it.each([
    [["--slots", "1.5"], "Cannot draw 1.5 sprites at once"],
    [["--health-port", "box"], "Cannot answer about health on box"],
    [["--health-port", "70000"], "Cannot answer about health on 70000"],
    [["--grace", "-1"], "Cannot wait -1 s"],
    [["--lease", "0.1"], "Cannot use a lease of 0.1 s"],
  ])("refuses %j", async (flags, message) => {
    const { code, err } = await run("worker", ...flags);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(started).toEqual([]);
  });

  it("says how the daemon does, and fails where none runs", async () => {
    const { out, code } = await run("worker", "status");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^dgx-pixels 9.9.9 runs since 1970-01-01T00:00:00.000Z, library .*\n0 running, 0 queued, 0 failed\n/,
    );
    expect(out).toContain("sprite-1: 3fa2\nsprite-2: idle\n");
    await run("jobs", "pause");
    isDaemon = false;
    expect(await run("worker", "status")).toMatchObject({ code: 1, out: expect.stringContaining("No daemon runs") });
    expect((await run("worker", "status", "--json")).json()).toMatchObject([{ isRunning: false, isPaused: true }]);
  });

  it("makes keys for a client", async () => {
    expect((await run("worker", "keys", "ada")).out).toBe("/keys/ada.client.json\n");
    expect((await run("worker", "keys", "ada", "--json")).json()).toEqual([{ file: "/keys/ada.client.json" }]);
  });
});
