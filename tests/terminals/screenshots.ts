/**
 * Takes the pictures of docs/studio: the studio in xterm with sixels, on a real daemon and a library of its own. Needs
 * Xvfb, xterm and ImageMagick. `node tests/terminals/screenshots.ts FOLDER`
 */
import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { photograph, startDisplay, xtermWords } from "./display.ts";

const launcher = fileURLToPath(new URL("../../bin/dgx-pixels.js", import.meta.url));
const drive = fileURLToPath(new URL("./drive.ts", import.meta.url));
const out = resolve(process.argv[2] ?? "docs/studio");

const folder = await mkdtemp(join(tmpdir(), "dgx-s-"));
const { display, server } = await startDisplay();
const env = {
  PATH: process.env["PATH"],
  HOME: folder,
  XDG_RUNTIME_DIR: folder,
  DISPLAY: display,
  LANG: "C.UTF-8",
  DGX_PIXELS_MODELS: join(folder, "models"),
  DGX_PIXELS_THREADS: "1",
  // Nobody listens there.
  DGX_PIXELS_COMFYUI: "http://127.0.0.1:18188",
};
const run = (...words: readonly string[]) => promisify(execFile)(process.execPath, [launcher, ...words], { env });

const prompts = [
  "red dragon",
  "blue potion",
  "golden sword",
  "stone brick wall",
  "wizard in a purple robe holding a staff",
  "green slime",
  "skeleton with a shield",
  "ruby ring",
];
const votes = ["z", "x", "x", "c"];
const escape = "\u001b";
const down = `${escape}[B`;

const daemon = spawn(process.execPath, [launcher, "worker", "start"], { env, stdio: ["ignore", "pipe", "inherit"] });
const ends = [() => daemon.kill("SIGTERM"), () => server.kill("SIGTERM")];
try {
  await mkdir(out, { recursive: true });
  // Pictures tell nobody where this checkout lies.
  await symlink(fileURLToPath(new URL("../../models", import.meta.url)), env.DGX_PIXELS_MODELS);
  // The same sprites each time.
  const settings = join(folder, ".config", "dgx-pixels");
  await mkdir(settings, { recursive: true });
  const draft = { prompt: "", negative: "", generator: "sprite", seed: 1, count: 1, background: "auto", tile: false };
  await writeFile(join(settings, "terminal.json"), JSON.stringify({ draft }));
  await new Promise((ready) => daemon.stdout.once("data", ready));
  for (const [index, prompt] of prompts.entries())
    await run("generate", prompt, "--count", "2", "--seed", `${7 + index}`);

  const socket = join(folder, "typed");
  const terminal = spawn("xterm", [...xtermWords, process.execPath, drive, socket], { env, stdio: "ignore" });
  ends.unshift(() => terminal.kill("SIGTERM"));
  await sleep(6000);
  const typist = connect(socket);
  const type = async (text: string, ms = 600) => {
    typist.write(text);
    await sleep(ms);
  };
  const picture = async (name: string) => {
    const file = join(out, `${name}.png`);
    // What is around the window is black; its colors are few.
    await photograph(display, file, "-trim", "+repage", "+dither", "-colors", "256");
  };

  await type("knight with a blue shield", 1000);
  await type("\r", 6000);
  await picture("generate");

  await type(escape);
  await type("4");
  for (const _ of prompts.slice(0, 4)) await type(down, 200);
  await type("2, 4, 8");
  await type(down, 200);
  await type("\r", 9000);
  for (const vote of votes) await type(vote);
  await picture("compare");

  await type("3", 4000);
  await picture("gallery");

  await run("jobs", "add", "castle on a hill", "--count", "40", "--size", "64");
  await type("2", 4000);
  await picture("queue");
  await type("6", 20_000);
  await picture("monitor");
  for (const [key, name] of [
    ["5", "models"],
    ["7", "settings"],
    ["8", "help"],
  ] as const) {
    await type(key, 3000);
    await picture(name);
  }
  typist.destroy();
} finally {
  for (const end of ends) end();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 300 });
}
