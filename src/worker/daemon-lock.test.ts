import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lockDaemon } from "./daemon-lock.ts";

it("lets one daemon in at a time, and names it to the others", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dgx-l-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const home = join(folder, "library");
  const unlock = await lockDaemon(home, { endpoint: "ipc:///run/s" });
  await expect(lockDaemon(home, { endpoint: "ipc:///run/t" })).rejects.toMatchObject({
    name: "WorkerError",
    code: "already-running",
    message: `Cannot start a daemon for ${home}: a daemon has it already (process ${process.pid}, ipc:///run/s); use that one, or end it first`,
  });
  await rm(join(home, "daemon.json"));
  await expect(lockDaemon(home, { endpoint: "ipc:///run/t" })).rejects.toThrow("another daemon has it");
  await writeFile(join(home, "daemon.json"), "{");
  await expect(lockDaemon(home, { endpoint: "ipc:///run/t" })).rejects.toThrow("another daemon has it");
  unlock();
  (await lockDaemon(home, { endpoint: "ipc:///run/t" }))();
  await rm(join(home, "daemon.lock"));
  await mkdir(join(home, "daemon.lock"));
  await expect(lockDaemon(home, { endpoint: "ipc:///run/t" })).rejects.toMatchObject({ code: "not-lockable" });
});
