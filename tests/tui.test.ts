/** The studio in a real terminal (tmux) with a real daemon: as a person has it, over SSH or not. */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLibrary } from "#library";

const launcher = fileURLToPath(new URL("../bin/dgx-pixels.js", import.meta.url));
const hasTmux = spawnSync("tmux", ["-V"]).status === 0;
const deadlineMs = 45_000;

let folder: string;
let daemons: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-t-"));
  daemons = [];
});
afterEach(async () => {
  await tmux("kill-server").catch(() => undefined);
  for (const daemon of daemons) daemon.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

const environment = () => {
  const { TMUX: _, ...env } = process.env;
  return {
    ...env,
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, "config"),
    XDG_RUNTIME_DIR: folder,
    DGX_PIXELS_LIBRARY: join(folder, "library"),
    DGX_PIXELS_THREADS: "1",
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
  };
};

/** A tmux server of the test's own. */
async function tmux(...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("tmux", ["-S", join(folder, "tmux"), "-f", "/dev/null", ...words], {
    env: environment(),
  });
  return stdout;
}

const openTerminal = (name: string) =>
  tmux("new-session", "-d", "-s", name, "-x", "120", "-y", "40", "env PS1='$ ' sh").then(() => until(name, /^\$/m));
const type = (name: string, ...keys: readonly string[]) => tmux("send-keys", "-t", name, ...keys);
const write = (name: string, text: string) => tmux("send-keys", "-t", name, "-l", text);
const screen = (name: string) => tmux("capture-pane", "-p", "-t", name);

async function until(name: string, wanted: RegExp | string): Promise<string> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const shown = await screen(name);
    if (typeof wanted === "string" ? shown.includes(wanted) : wanted.test(shown)) return shown;
    if (Date.now() > deadline) throw new Error(`The terminal never showed ${String(wanted)}:\n${shown}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function startStudio(name: string): Promise<void> {
  await openTerminal(name);
  await write(name, `'${process.execPath}' '${launcher}' tui`);
  await type(name, "Enter");
  await until(name, "Leave out");
}

async function startDaemon(): Promise<ChildProcess> {
  const daemon = spawn(process.execPath, [launcher, "worker", "start"], {
    env: environment(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  daemons.push(daemon);
  await new Promise((resolve) => daemon.stdout?.once("data", resolve));
  return daemon;
}

async function childOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ")[0]);
}

/** Leaves the field, so that keys are commands; a key right behind Escape would be another key. */
async function leaveField(name: string): Promise<void> {
  await type(name, "Escape");
  await until(name, "i Edit the prompt");
}

/** Modes that a studio left behind would have on. */
const modes = (name: string) =>
  tmux("display-message", "-p", "-t", name, "#{alternate_on} #{mouse_any_flag} #{cursor_flag} #{keypad_flag}").then(
    (text) => text.trim(),
  );

describe.skipIf(!hasTmux || process.platform !== "linux")("the studio in tmux", () => {
  it("types a prompt, sees the sprite, votes and deploys, with the daemon drawing; two studios see one queue", async () => {
    await startDaemon();
    await startStudio("one");
    await until("one", "daemon");
    await write("one", "red dragon");
    await type("one", "Enter");
    await until("one", /seed \d+ +32 x 32 px/);
    await until("one", /[▀▄█]{4}/);

    await startStudio("two");
    await leaveField("two");
    await type("two", "2");
    await until("two", /1 done/);
    expect(await screen("two")).toContain("red dragon");

    // A comparison of two step counts, and a vote on it.
    await leaveField("one");
    await type("one", "4");
    await until("one", "What is to be compared?");
    await type("one", "Down", "Down", "Down", "Down");
    await write("one", "2, 4");
    await type("one", "Enter");
    await until("one", "0 of 1 voted");
    await type("one", "x");
    await until("one", "1 of 1 voted");

    await type("one", "1");
    await until("one", "Recent");
    await type("one", "D");
    await until("one", "Copy the sprite into the game");
    await write("one", join(folder, "game"));
    await type("one", "Enter");
    await until("one", "Copied 1");
    expect(await readdir(join(folder, "game"))).toEqual([expect.stringMatching(/^red-dragon-.*\.png$/)]);

    const library = await openLibrary(join(folder, "library"), { clock: () => new Date() });
    expect(library.comparisons.votes()).toHaveLength(1);
    library.close();

    await type("one", "q");
    await until("one", /^\$$/m);
    expect(await modes("one")).toBe("0 0 1 0");
    // Node's warning of the experiment that the renderer needs is not for a person.
    expect(await screen("one")).not.toMatch(/experimental/i);
  });

  it("keeps every typed character over a restart of the daemon, and draws with the new one", async () => {
    const first = await startDaemon();
    await startStudio("one");
    await until("one", "daemon");
    await write("one", "blue ");
    first.kill("SIGKILL");
    await write("one", "potion");
    await until("one", "blue potion");
    await until("one", /daemon away|does not answer/);
    await write("one", " in a bottle");
    await startDaemon();
    await until("one", /idle . daemon/);
    expect(await screen("one")).toContain("blue potion in a bottle");
    await type("one", "Enter");
    await until("one", /seed \d+ +32 x 32 px/);
  });

  it.each(["SIGKILL", "SIGTERM"] as const)("gives the terminal back when its process gets %s", async (signal) => {
    await startStudio("one");
    expect(await modes("one")).toMatch(/^1 1/);
    // The shell's child is the one that watches; its child has the terminal.
    const shell = Number(await tmux("display-message", "-p", "-t", "one", "#{pane_pid}"));
    process.kill(await childOf(await childOf(shell)), signal);
    await until("one", /^\$$/m);
    expect(await modes("one")).toBe("0 0 1 0");
    await write("one", "echo still here");
    await type("one", "Enter");
    await until("one", /^still here$/m);
  });
});
