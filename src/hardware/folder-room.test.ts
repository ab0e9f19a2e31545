import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, parse } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { checkFolderRoom } from "./folder-room.ts";

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dgx-pixels-room-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("a writable folder, which stays as it was", async () => {
  const folder = emptyFolder();
  expect(await checkFolderRoom(folder)).toEqual({ exists: true, trouble: null, freeBytes: expect.any(Number) });
  expect(readdirSync(folder)).toEqual([]);
});

test("a folder that can be made is not made", async () => {
  const folder = emptyFolder();
  const room = await checkFolderRoom(join(folder, "a", "b"));
  expect(room).toMatchObject({ exists: false, trouble: null });
  expect(room.freeBytes).toBeGreaterThan(0);
  expect(readdirSync(folder)).toEqual([]);
});

test("a file in its place, or above it", async () => {
  const file = join(emptyFolder(), "file");
  writeFileSync(file, "");
  expect(await checkFolderRoom(file)).toMatchObject({ exists: true, trouble: expect.stringContaining("ENOTDIR") });
  expect(await checkFolderRoom(join(file, "a"))).toMatchObject({
    exists: false,
    trouble: expect.stringContaining("ENOTDIR"),
  });
});

test.skipIf(process.platform !== "linux")("a folder that nobody may write to", async () => {
  expect(await checkFolderRoom("/proc")).toMatchObject({ exists: true, trouble: expect.any(String) });
});

test("a drive that does not exist ends at its root", async () => {
  const { root } = parse(tmpdir());
  expect((await checkFolderRoom(join(root, "no-such-folder-1", "a"))).exists).toBe(false);
});

test("a path that no system accepts", async () => {
  expect(await checkFolderRoom("relative\0")).toMatchObject({ exists: false });
});
