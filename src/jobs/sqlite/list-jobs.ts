import { inSnapshot } from "#database";
import { checkCount } from "../check-job.ts";
import type { JobCounts, JobFilter, JobPage } from "../queue.ts";
import { type JobRow, jobOf, selectJobs } from "./job-row.ts";
import { type QueueStore, rowOf, rowsOf } from "./queue-store.ts";

const defaultLimit = 100;

export function listJobs(
  store: QueueStore,
  filter: JobFilter,
  { limit = defaultLimit, offset = 0 }: { readonly limit?: number; readonly offset?: number },
): JobPage {
  checkCount("limit", limit);
  checkCount("offset", offset, 0);
  const { sql, values } = conditionsOf(filter);
  return inSnapshot(store.database, () => {
    const total = rowOf<{ total: number }>(store, `SELECT count(*) AS total FROM jobs ${sql}`, ...values)?.total ?? 0;
    const rows = rowsOf<JobRow>(
      store,
      // The page is found before its payloads are read.
      `${selectJobs} WHERE serial IN
         (SELECT serial FROM jobs ${sql} ORDER BY list_rank, list_first, list_second LIMIT ? OFFSET ?)
       ORDER BY list_rank, list_first, list_second`,
      ...values,
      limit,
      offset,
    );
    return { jobs: rows.map(jobOf), total };
  });
}

export function countJobs(store: QueueStore, filter: JobFilter): JobCounts {
  const { sql, values } = conditionsOf(filter);
  const counts = { queued: 0, waiting: 0, paused: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
  for (const { state, count } of rowsOf<{ state: keyof JobCounts; count: number }>(
    store,
    `SELECT state, count(*) AS count FROM jobs ${sql} GROUP BY state`,
    ...values,
  ))
    counts[state] = count;
  return counts;
}

function conditionsOf({ states, group, client, lane }: JobFilter): {
  readonly sql: string;
  readonly values: readonly string[];
} {
  const conditions: [sql: string, value: string][] = [];
  if (states !== undefined) conditions.push(["state IN (SELECT value FROM json_each(?))", JSON.stringify(states)]);
  if (group !== undefined) conditions.push(["group_name = ?", group]);
  if (client !== undefined) conditions.push(["client = ?", client]);
  if (lane !== undefined) conditions.push(["lane = ?", lane]);
  const sql = conditions.length === 0 ? "" : `WHERE ${conditions.map(([condition]) => condition).join(" AND ")}`;
  return { sql, values: conditions.map(([, value]) => value) };
}
