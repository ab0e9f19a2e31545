import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testQueueConformance } from "../conformance.ts";
import type { JobQueue } from "../queue.ts";
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
