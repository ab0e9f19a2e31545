/**
 * The studio on a real pty with a real daemon, under keys, clicks, texts and sizes of chance, while the daemon is killed
 * and comes back. Some seconds here; DGX_PIXELS_FUZZ_SECONDS asks for more, and then memory is looked at as well.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { launcher, megabytesOf, openStudioWindow, processesUnder } from "./studio-window.ts";

const seconds = Number(process.env.DGX_PIXELS_FUZZ_SECONDS ?? 6);
/** Longest that a daemon lives, and that there is none. */
const daemonLivesMs = Math.min(25_000, seconds * 300);
const daemonAwayMs = 3000;

const escape = "\u001b";
const keys = [
  ..."12345678abcdefghijklmnoprstuvwxyzABCGJKPTZ+-=[]/? ",
  ...["A", "B", "C", "D", "H", "F", "1;2A", "1;2B", "1;5A", "1;5B", "5~", "6~", "3~", "Z"].map(
    (code) => `${escape}[${code}`,
  ),
  ...["\r", "\t", "\u007f", escape],
  // Of Ctrl and a letter, what is not Enter, Tab, or a signal.
  ..."aefdgklprstuwx".split("").map((letter) => String.fromCharCode(letter.charCodeAt(0) - 96)),
];
const texts = [
  "red dragon",
  "漢字の剣",
  "👩‍🚀 🇩🇪 👨‍👩‍👧‍👦",
  "e\u0301\u0301 ก็ न्दी",
  "ﷺ \u202eback\u202c",
  "x".repeat(300),
  "-1",
  "99999999999",
  "ア,ｱ,2, 4",
];

// What leaves the studio, writes files where chance says, or opens other programs.
const untouched = ["app.quit", "compare.export", "gallery.deploy", "generate.deploy", "gallery.openFile"];

it.skipIf(process.platform !== "linux")(
  `stands ${seconds} s of chance, with its daemon killed again and again`,
  { timeout: (seconds + 240) * 1000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "dgx-f-"));
    const env = {
      ...process.env,
      HOME: folder,
      XDG_RUNTIME_DIR: folder,
      // Nobody listens there.
      DGX_PIXELS_COMFYUI: "http://127.0.0.1:9",
      DGX_PIXELS_LIBRARY: join(folder, "library"),
      DGX_PIXELS_THREADS: "1",
      LANG: "C.UTF-8",
      COLORTERM: "truecolor",
      DGX_PIXELS_TERMINAL: JSON.stringify({ keys: Object.fromEntries(untouched.map((action) => [action, []])) }),
    };
    let daemon: ChildProcess | undefined;
    const startDaemon = async () => {
      // Settings that the studio saves by chance are not the daemon's.
      const started = spawn(process.execPath, [launcher, "worker", "start"], {
        env: { ...env, XDG_CONFIG_HOME: join(folder, "of-daemon") },
        stdio: ["ignore", "pipe", "inherit"],
      });
      daemon = started;
      await new Promise((resolve, reject) => {
        started.stdout?.once("data", resolve);
        started.once("exit", (code) => reject(new Error(`The daemon ended with ${code} before it was ready`)));
      });
    };
    await startDaemon();
    const window = openStudioWindow({ env: { ...env, XDG_CONFIG_HOME: join(folder, "config") }, folder });
    onTestFinished(async () => {
      daemon?.kill("SIGKILL");
      for (const pid of processesUnder(window.pty.pid).toReversed()) process.kill(pid, "SIGKILL");
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
    });
    await window.until("Leave out");

    let state = 0x9e3779b1;
    const dice = (sides: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * sides);
    };
    const press = () => window.pty.write(keys[dice(keys.length)] ?? "a");
    let [columns, rows] = [140, 40];
    const step = () => {
      const at = `${1 + dice(columns)};${1 + dice(rows)}`;
      const kind = dice(24);
      if (kind === 0) {
        [columns, rows] = [20 + dice(220), 5 + dice(75)];
        window.resize(columns, rows);
      } else if (kind === 1) window.pty.write(`${escape}[200~${texts[dice(texts.length)]}${escape}[201~`);
      else if (kind === 2) window.pty.write(texts[dice(texts.length)] ?? "");
      else if (kind === 3) window.pty.write(`${escape}[<0;${at}M${escape}[<0;${at}m`);
      else if (kind === 4) window.pty.write(`${escape}[<${64 + dice(2)};${at}M`);
      else press();
    };

    const studio = processesUnder(window.pty.pid).at(-1) ?? 0;
    const megabytes: number[] = [];
    let steps = 0;
    let kills = 0;
    const end = Date.now() + seconds * 1000;
    let killAt = Date.now() + dice(daemonLivesMs);
    let returnAt = Number.POSITIVE_INFINITY;
    let gone: Promise<unknown> = Promise.resolve();
    let returning: Promise<void> | undefined;
    const comeBack = async () => {
      await gone;
      await startDaemon();
      killAt = Date.now() + dice(daemonLivesMs);
    };
    while (Date.now() < end && window.ended() === undefined) {
      step();
      if (++steps % 100 === 0) megabytes.push(megabytesOf(studio));
      if (Date.now() > killAt) {
        // The next one needs its lock, which one that is told to end keeps until its job is done.
        gone = new Promise((resolve) => daemon?.once("exit", resolve));
        daemon?.kill(kills++ % 2 === 0 ? "SIGKILL" : "SIGTERM");
        [killAt, returnAt] = [Number.POSITIVE_INFINITY, Date.now() + dice(daemonAwayMs)];
      }
      if (Date.now() > returnAt) {
        returnAt = Number.POSITIVE_INFINITY;
        returning = comeBack();
        // Told where it is waited for.
        returning.catch(() => undefined);
      }
      await new Promise((resolve) => setTimeout(resolve, 5 + dice(25)));
    }
    expect(window.ended()).toBeUndefined();
    await returning;
    await gone;
    if (daemon?.exitCode !== null || daemon.signalCode !== null) await startDaemon();

    // It still does what it is for, and the queue that it shows is the daemon's.
    window.resize(140, 40);
    for (let dialog = 0; dialog < 5; dialog++) {
      window.pty.write(escape);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    window.pty.write(`${escape}OP`);
    await window.until("Leave out");
    await window.until(/(idle|open|held) . daemon *$/m);
    expect(processesUnder(window.pty.pid)).toContain(studio);
    expect(kills).toBeGreaterThan(0);

    if (seconds < 60) return;
    // Memory settles in the first quarter.
    const settled = megabytes.slice(Math.floor(megabytes.length / 4));
    const half = settled.length >> 1;
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const growth = mean(settled.slice(half)) / mean(settled.slice(0, half));
    console.log(
      `fuzz: ${steps} steps, the daemon ended ${kills} times, ${mean(settled).toFixed(0)} MB, ` +
        `${Math.max(...megabytes).toFixed(0)} at most, grew by the factor ${growth.toFixed(3)}`,
    );
    expect(growth).toBeLessThan(1.2);
  },
);
