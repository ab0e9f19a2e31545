import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { testQueueConformance } from "../conformance.ts";
import type { JobQueue } from "../queue.ts";
import { queueSchema } from "./queue-schema.ts";
import { openSqliteQueue } from "./sqlite-queue.ts";

testQueueConformance("SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "queue-"));
  const handles: JobQueue[] = [];
  let nowMs = Date.UTC(2026, 0, 1);
  return {
    open: async (options) => {
      const queue = await openSqliteQueue(join(folder, "queue.db"), {
        clock: () => new Date(nowMs),
        randomId: randomUUID,
        pollMs: 5,
        ...options,
      });
      handles.push(queue);
      return queue;
    },
    elapse: async (ms) => {
      nowMs += ms;
    },
    end: async () => {
      for (const queue of handles) await queue.close();
      rmSync(folder, { recursive: true });
    },
  };
});

test("a queue of the first version goes on: what waited is claimed, what ran comes back when its lease ends", async () => {
  const folder = mkdtempSync(join(tmpdir(), "queue-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "queue.db");
  const database = new DatabaseSync(file);
  database.exec(queueSchema.steps[0]);
  database.exec(`PRAGMA application_id = ${queueSchema.applicationId}; PRAGMA user_version = 1`);
  const [ran, waited] = [randomUUID(), randomUUID()];
  database.exec(`
    INSERT INTO jobs (id, kind, lane, client, priority, place, state, max_attempts, attempts, added_ms, started_ms, worker,
      token, lease_ends_ms, changed)
    VALUES ('${ran}', 'generate', 'sprite', 'ada', 0, 1, 'running', 3, 1, 1000, 1000, 'old', 'token', 2000, 2),
      ('${waited}', 'generate', 'sprite', 'ada', 0, 2, 'queued', 3, 0, 1000, NULL, NULL, NULL, NULL, 1);
    INSERT INTO payloads SELECT serial, '{}' FROM jobs;
    UPDATE queue SET sequence = 2`);
  database.close();
  let nowMs = 1500;
  const queue = await openSqliteQueue(file, { clock: () => new Date(nowMs), randomId: randomUUID });
  const claim = async () => (await queue.claim({ worker: "new", lanes: ["sprite"], leaseMs: 60_000 }))?.job.id;
  expect([await claim(), await claim()]).toEqual([waited, undefined]);
  nowMs = 2500;
  expect(await claim()).toBe(ran);
  await queue.close();
});
