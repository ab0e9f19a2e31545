import type { Schema } from "#database";

/**
 * A queue of this program ("DGXQ").
 *
 * `place` orders the unfinished jobs of one priority and is unique among them; a running job keeps its place, to which it
 * returns when its try does not end well. The list columns say where a job stands in a list: running, then what is to
 * run in its order, then what has ended, newest first. Payloads and results lie apart, so that a heartbeat does not
 * write them again. `changed` is the number of the job's last change in the queue's sequence, by which other processes
 * hear of it.
 */
export const queueSchema: Schema = {
  applicationId: 0x44_47_58_51,
  steps: [
    `
    CREATE TABLE jobs (
      serial INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      lane TEXT NOT NULL,
      client TEXT NOT NULL,
      group_name TEXT,
      priority INTEGER NOT NULL,
      place INTEGER NOT NULL,
      state TEXT NOT NULL
        CHECK (state IN ('queued', 'waiting', 'paused', 'running', 'done', 'failed', 'cancelled')),
      max_attempts INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      unmet INTEGER NOT NULL DEFAULT 0,
      added_ms INTEGER NOT NULL,
      not_before_ms INTEGER,
      started_ms INTEGER,
      ended_ms INTEGER,
      worker TEXT,
      token TEXT,
      lease_ends_ms INTEGER,
      progress TEXT,
      is_cancelling INTEGER NOT NULL DEFAULT 0,
      failure TEXT,
      changed INTEGER NOT NULL,
      list_rank INTEGER NOT NULL GENERATED ALWAYS AS
        (CASE WHEN state = 'running' THEN 0 WHEN state IN ('queued', 'waiting', 'paused') THEN 1 ELSE 2 END),
      list_first INTEGER GENERATED ALWAYS AS
        (CASE WHEN state = 'running' THEN started_ms WHEN ended_ms IS NULL THEN -priority ELSE -ended_ms END),
      list_second INTEGER NOT NULL GENERATED ALWAYS AS
        (CASE WHEN state = 'running' THEN serial WHEN ended_ms IS NULL THEN place ELSE -serial END)
    ) STRICT;
    CREATE INDEX jobs_in_order ON jobs (list_rank, list_first, list_second);
    CREATE INDEX jobs_ready ON jobs (lane, priority DESC, place, client) WHERE state = 'queued' AND not_before_ms IS NULL;
    CREATE INDEX jobs_deferred ON jobs (not_before_ms) WHERE state = 'queued' AND not_before_ms IS NOT NULL;
    CREATE INDEX jobs_leased ON jobs (lease_ends_ms, client) WHERE state = 'running';
    CREATE INDEX jobs_pending ON jobs (client) WHERE state IN ('queued', 'waiting', 'paused');
    CREATE INDEX jobs_by_group ON jobs (group_name, state) WHERE group_name IS NOT NULL;
    CREATE INDEX jobs_by_change ON jobs (changed);

    CREATE TABLE payloads (job INTEGER PRIMARY KEY REFERENCES jobs (serial) ON DELETE CASCADE, json TEXT NOT NULL) STRICT;
    CREATE TABLE results (job INTEGER PRIMARY KEY REFERENCES jobs (serial) ON DELETE CASCADE, json TEXT NOT NULL) STRICT;

    -- By id, not by serial: what has been done may be forgotten.
    CREATE TABLE dependencies (
      job INTEGER NOT NULL REFERENCES jobs (serial) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      after_id TEXT NOT NULL,
      is_met INTEGER NOT NULL,
      PRIMARY KEY (job, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX dependents ON dependencies (after_id);

    CREATE TABLE queue (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      sequence INTEGER NOT NULL,
      is_paused INTEGER NOT NULL,
      pause_changed INTEGER NOT NULL
    ) STRICT;
    INSERT INTO queue VALUES (1, 0, 0, 0);

    CREATE TABLE removals (changed INTEGER PRIMARY KEY, id TEXT NOT NULL, removed_ms INTEGER NOT NULL) STRICT;
    CREATE INDEX removals_by_time ON removals (removed_ms);
    `,
    // What runs is few, and what waits is counted by client only under a quota: the index of the list serves both, and
    // every claim and completion has fewer pages to write.
    `
    DROP INDEX jobs_leased;
    DROP INDEX jobs_pending;
    DROP INDEX jobs_in_order;
    CREATE INDEX jobs_in_order ON jobs (list_rank, list_first, list_second, client);
    `,
  ],
};
