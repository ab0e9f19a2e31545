import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { symlinkSync, utimesSync, writeFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { writeFileAtomically } from "./atomic-write.ts";
import { FilesError } from "./files-error.ts";
import { makeFolder, syncFolder } from "./folder.ts";
import { writeUnderFreeName } from "./free-name.ts";
import { removeStaleTemporaries } from "./stale-temporaries.ts";
import { isTemporaryName, temporaryName } from "./temporary-name.ts";

vi.mock("node:fs/promises", async (original) => ({ ...(await original<typeof fs>()) }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "files-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const read = (name: string) => readFileSync(join(folder, name), "utf8");

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

test("writes a new file and replaces an old one, leaving nothing beside it", async () => {
  const path = join(folder, "a.txt");
  await writeFileAtomically(path, "one");
  await writeFileAtomically(path, new TextEncoder().encode("two"));
  expect(read("a.txt")).toBe("two");
  expect(readdirSync(folder)).toEqual(["a.txt"]);
});

test("keeps the permissions of the file it replaces", async () => {
  const path = join(folder, "a.sh");
  writeFileSync(path, "one");
  chmodSync(path, 0o750);
  await writeFileAtomically(path, "two");
  expect(statSync(path).mode & 0o777).toBe(0o750);
});

test("follows a link instead of replacing it", async () => {
  writeFileSync(join(folder, "target"), "one");
  symlinkSync("target", join(folder, "link"));
  await writeFileAtomically(join(folder, "link"), "two");
  expect(read("target")).toBe("two");
  expect(readdirSync(folder).sort()).toEqual(["link", "target"]);
});

test.each([
  ["a folder", () => "/", "is-a-folder"],
  ["a device", () => "/dev/null", "not-a-file"],
  ["a folder that does not exist", () => join(folder, "none", "a"), "missing"],
  ["a file in place of a folder", () => join(folder, "file", "a"), "not-a-folder"],
  ["a name of 300 characters", () => join(folder, "n".repeat(300)), "name-too-long"],
])("refuses %s", async (_what, path, code) => {
  writeFileSync(join(folder, "file"), "kept");
  await expect(writeFileAtomically(path(), "x")).rejects.toMatchObject({ name: "FilesError", code });
  expect(readdirSync(folder)).toEqual(["file"]);
  expect(read("file")).toBe("kept");
});

test("a device that is refused is still a device", async () => {
  await writeFileAtomically("/dev/null", "x").catch(() => undefined);
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});

test("a failing rename leaves the old file and no temporary", async () => {
  writeFileSync(join(folder, "a"), "old");
  vi.spyOn(fs, "rename").mockRejectedValueOnce(systemError("EIO"));
  await expect(writeFileAtomically(join(folder, "a"), "new")).rejects.toMatchObject({ code: "failed" });
  expect(read("a")).toBe("old");
  expect(readdirSync(folder)).toEqual(["a"]);
});

test("a failure that cannot be cleaned up after is still the one that is told", async () => {
  vi.spyOn(fs, "rename").mockRejectedValueOnce(systemError("ENOSPC"));
  vi.spyOn(fs, "rm").mockRejectedValueOnce(systemError("EIO"));
  await expect(writeFileAtomically(join(folder, "a"), "new")).rejects.toMatchObject({ code: "disk-full" });
});

test("an abort before or during the writing throws its reason and leaves the old file", async () => {
  writeFileSync(join(folder, "a"), "old");
  const reason = new Error("enough");
  await expect(writeFileAtomically(join(folder, "a"), "new", { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );

  const controller = new AbortController();
  const writing = writeFileAtomically(join(folder, "a"), new Uint8Array(8_000_000), { signal: controller.signal });
  controller.abort(reason);
  await expect(writing).rejects.toBe(reason);
  expect(read("a")).toBe("old");
  expect(readdirSync(folder)).toEqual(["a"]);
});

test("onlyIfAbsent never replaces, and one of several at once wins", async () => {
  const path = join(folder, "a");
  const tries = ["1", "2", "3", "4"].map((text) => writeFileAtomically(path, text, { onlyIfAbsent: true }));
  const results = await Promise.allSettled(tries);
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  for (const result of results.filter((result) => result.status === "rejected"))
    expect(result.reason).toMatchObject({ name: "FilesError", code: "exists" });
  const winner = results.findIndex((result) => result.status === "fulfilled");
  expect(read("a")).toBe(String(winner + 1));
  expect(readdirSync(folder)).toEqual(["a"]);
});

test("onlyIfAbsent holds on a file system without links", async () => {
  vi.spyOn(fs, "link").mockRejectedValue(systemError("EPERM"));
  onTestFinished(() => void vi.restoreAllMocks());
  await writeFileAtomically(join(folder, "a"), "one", { onlyIfAbsent: true });
  await expect(writeFileAtomically(join(folder, "a"), "two", { onlyIfAbsent: true })).rejects.toMatchObject({
    code: "exists",
  });
  expect(read("a")).toBe("one");
  expect(readdirSync(folder)).toEqual(["a"]);
});

test("onlyIfAbsent reports a link that fails for another reason", async () => {
  vi.spyOn(fs, "link").mockRejectedValueOnce(systemError("EIO"));
  await expect(writeFileAtomically(join(folder, "a"), "one", { onlyIfAbsent: true })).rejects.toMatchObject({
    code: "failed",
  });
  expect(readdirSync(folder)).toEqual([]);
});

test("free names count up, also when taken at once", async () => {
  const paths = await Promise.all(["x", "y", "z"].map((text) => writeUnderFreeName(folder, "red-dragon", "png", text)));
  expect(paths.sort()).toEqual(["-2.png", "-3.png", ".png"].map((end) => join(folder, `red-dragon${end}`)));
  expect(["red-dragon.png", "red-dragon-2.png", "red-dragon-3.png"].map(read).sort()).toEqual(["x", "y", "z"]);
});

test("a free name that fails for another reason is not tried again", async () => {
  await expect(writeUnderFreeName(join(folder, "none"), "a", "png", "x")).rejects.toMatchObject({ code: "missing" });
});

test("free names end at some time", async () => {
  vi.spyOn(fs, "lstat").mockResolvedValue(statSync(folder));
  onTestFinished(() => void vi.restoreAllMocks());
  await expect(writeUnderFreeName(folder, "a", "png", "x")).rejects.toMatchObject({
    code: "exists",
    message: `Cannot write ${join(folder, "a.png")}: 10000 files of that name exist; choose another`,
  });
});

test("stale temporaries go, everything else stays", async () => {
  const old = temporaryName();
  const young = temporaryName();
  for (const name of [old, young, "sprite.png", ".dgx-pixels-1-xyz.tmp"]) writeFileSync(join(folder, name), "");
  const now = new Date();
  const anHourAgo = new Date(now.getTime() - 3_600_000);
  for (const name of [old, "sprite.png", ".dgx-pixels-1-xyz.tmp"]) utimesSync(join(folder, name), anHourAgo, anHourAgo);
  expect(await removeStaleTemporaries(folder, 60_000, now)).toBe(1);
  expect(readdirSync(folder).sort()).toEqual([".dgx-pixels-1-xyz.tmp", young, "sprite.png"].sort());
  expect(await removeStaleTemporaries(join(folder, "none"), 0, now)).toBe(0);
  await expect(removeStaleTemporaries(join(folder, "sprite.png"), 0, now)).rejects.toMatchObject({
    code: "not-a-folder",
  });
});

test("a temporary that another process removes meanwhile is passed over", async () => {
  writeFileSync(join(folder, temporaryName()), "");
  vi.spyOn(fs, "stat").mockRejectedValueOnce(systemError("ENOENT"));
  expect(await removeStaleTemporaries(folder, 0, new Date(Date.now() + 1000))).toBe(0);
});

test("makes folders, again and within each other, and refuses a file in the way", async () => {
  await makeFolder(join(folder, "a", "b", "c"));
  await makeFolder(join(folder, "a", "b", "c"));
  expect(statSync(join(folder, "a", "b", "c")).isDirectory()).toBe(true);
  writeFileSync(join(folder, "file"), "");
  await expect(makeFolder(join(folder, "file"))).rejects.toMatchObject({ code: "not-a-folder" });
  await expect(makeFolder(join(folder, "file", "a"))).rejects.toMatchObject({ code: "not-a-folder" });
});

test("a file system that cannot sync folders is good enough, a failing one is not", async () => {
  vi.spyOn(fs, "open").mockRejectedValueOnce(systemError("EISDIR")).mockRejectedValueOnce(systemError("EIO"));
  await syncFolder(folder);
  await expect(syncFolder(folder)).rejects.toMatchObject({ code: "EIO" });
});

test("a write that is killed leaves the old file whole and a temporary that can be told", async () => {
  writeFileSync(join(folder, "a"), "old");
  const script = `import { writeFileAtomically } from "#files";
    process.stdout.write("ready");
    for (;;) await writeFileAtomically(process.argv[1] + "/a", new Uint8Array(3_000_000).fill(65));`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script, folder]);
  await once(child.stdout, "data");
  await sleep(100 * Math.random());
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(["old".length, 3_000_000]).toContain(statSync(join(folder, "a")).size);
  for (const name of readdirSync(folder)) expect(name === "a" || isTemporaryName(name)).toBe(true);
});

/** A disk of one's own in a name space of one's own, so that nothing is left mounted. */
const mountPrefix = ["--user", "--map-root-user", "--mount", "sh", "-ec"];
const needsMount = "needs Linux with user name spaces, to mount a disk";
const canMount = (() => {
  try {
    execFileSync("unshare", [...mountPrefix, "mount -t tmpfs tmpfs /mnt"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

function onDisk(mount: string, script: string): { code: string; message: string; files: string[]; old: string } {
  const source = `import { writeFileAtomically } from "#files"; import { readdirSync, readFileSync } from "node:fs";
    const folder = process.argv[1];
    try { ${script} } catch ({ code, message }) {
      console.log(JSON.stringify({ code, message, files: readdirSync(folder), old: readFileSync(folder + "/a", "utf8") }));
    }`;
  const output = execFileSync(
    "unshare",
    [
      ...mountPrefix,
      `${mount}; exec "$0" --input-type=module-typescript -e "$2" "$1"`,
      process.execPath,
      folder,
      source,
    ],
    { encoding: "utf8" },
  );
  return JSON.parse(output);
}

test("a full disk is told, and keeps the old file", ({ skip }) => {
  skip(!canMount, needsMount);
  const mount = `mount -t tmpfs -o size=64k tmpfs "$1"; printf old > "$1/a"`;
  expect(onDisk(mount, `await writeFileAtomically(folder + "/a", new Uint8Array(200_000));`)).toEqual({
    code: "disk-full",
    message: `Cannot write ${join(folder, "a")}: the disk is full; free some space or choose another folder`,
    files: ["a"],
    old: "old",
  });
});

test("a read-only disk is told, and keeps the old file", ({ skip }) => {
  skip(!canMount, needsMount);
  const mount = `mount -t tmpfs tmpfs "$1"; printf old > "$1/a"; mount -o remount,ro "$1"`;
  expect(onDisk(mount, `await writeFileAtomically(folder + "/a", "new");`)).toEqual({
    code: "not-writable",
    message: `Cannot write ${join(folder, "a")}: the disk is read-only; choose a folder that can be written`,
    files: ["a"],
    old: "old",
  });
});

test("errors are FilesError", async () => {
  await expect(writeFileAtomically("/", "x")).rejects.toBeInstanceOf(FilesError);
});
