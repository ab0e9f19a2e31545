import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { queueSchema } from "./queue-schema.ts";
import { openSqliteQueue } from "./sqlite-queue.ts";

function sampleFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "queue-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "below", "queue.db");
}

const open = (file: string, busyTimeoutMs = 5000) =>
  openSqliteQueue(file, { clock: () => new Date(), randomId: randomUUID, busyTimeoutMs });

async function makeQueue(file: string, jobs = 1): Promise<void> {
  const queue = await open(file);
  await queue.add(
    Array.from({ length: jobs }, () => ({
      id: randomUUID(),
      kind: "generate",
      lane: "sprite",
      payload: "x".repeat(500),
    })),
  );
  await queue.close();
}

async function expectRefusal(file: string, code: string, rest: string): Promise<void> {
  const before = readFileSync(file);
  await expect(open(file)).rejects.toMatchObject({
    name: "JobsError",
    code,
    message: `Cannot open the queue: ${file} ${rest}`,
  });
  expect(readFileSync(file)).toEqual(before);
}

test("a new queue says whose it is and of which version", async () => {
  const file = sampleFile();
  await makeQueue(file);
  using database = new DatabaseSync(file);
  expect(database.prepare("PRAGMA application_id").get()).toEqual({ application_id: queueSchema.applicationId });
  expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: queueSchema.steps.length });
});

test("a queue of a newer version is left untouched", async () => {
  const file = sampleFile();
  await makeQueue(file);
  using database = new DatabaseSync(file);
  database.exec("PRAGMA user_version = 99");
  database.close();
  const known = queueSchema.steps.length;
  await expectRefusal(
    file,
    "newer-version",
    `has version 99, and this program knows up to ${known}; update dgx-pixels or choose another file`,
  );
});

test("a file that is no database is left untouched", async () => {
  const file = sampleFile();
  mkdirSync(join(file, ".."));
  writeFileSync(file, "some notes of mine, long enough to be taken for a header of a database".repeat(20));
  await expectRefusal(file, "not-a-queue", "is not a queue; choose another file");
});

test("another program's database is left untouched", async () => {
  const file = sampleFile();
  mkdirSync(join(file, ".."));
  using database = new DatabaseSync(file);
  database.exec("CREATE TABLE mine (a)");
  database.close();
  await expectRefusal(file, "not-a-queue", "belongs to another program; choose another file");
});

test("a damaged database is told as such, with the way out", async () => {
  const file = sampleFile();
  await makeQueue(file, 50);
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 4096);
  writeFileSync(file, bytes);
  await expectRefusal(file, "damaged", "is damaged; move it away, and a new queue is made in its place");
});

test("a folder in place of the database is told", async () => {
  const file = sampleFile();
  mkdirSync(file, { recursive: true });
  await expect(open(file)).rejects.toMatchObject({ name: "JobsError", code: "not-writable" });
});

test("waits for another process that writes, and gives up in time with a sentence", async () => {
  const file = sampleFile();
  await makeQueue(file);
  const queue = await open(file, 50);
  onTestFinished(() => queue.close());
  using other = new DatabaseSync(file);
  other.exec("BEGIN IMMEDIATE");
  await expect(queue.pauseAll()).rejects.toMatchObject({
    code: "busy",
    message: `Cannot pause the queue: another process has been writing to ${file} for 0.05 s; try again later`,
  });
  expect(await queue.isPaused()).toBe(false);
  other.exec("COMMIT");
  await queue.pauseAll();
  expect(await queue.isPaused()).toBe(true);
});

test("an idle worker does not need the write lock", async () => {
  const file = sampleFile();
  const queue = await open(file, 50);
  onTestFinished(() => queue.close());
  using other = new DatabaseSync(file);
  other.exec("BEGIN IMMEDIATE");
  expect(await queue.claim({ worker: "w", lanes: ["sprite"], leaseMs: 1000 })).toBeUndefined();
  expect(await queue.recover()).toBe(0);
  other.exec("COMMIT");
});
