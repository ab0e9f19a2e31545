import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodePng } from "#pixels";

const launcher = fileURLToPath(new URL("../bin/dgx-pixels.js", import.meta.url));
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "dgx-cmp-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** A process of its own for each command, as a person at a terminal has. */
async function dgxPixels(...words: readonly string[]) {
  const env = { HOME: home, XDG_RUNTIME_DIR: home, DGX_PIXELS_LIBRARY: join(home, "library"), DGX_PIXELS_THREADS: "1" };
  const run = promisify(execFile)(process.execPath, [launcher, ...words], { env, cwd: home });
  const { stdout, stderr, code } = await run.then(
    (done) => ({ ...done, code: 0 }),
    (error) => ({ stdout: String(error.stdout), stderr: String(error.stderr), code: Number(error.code) }),
  );
  const lines = words.includes("--json") && code === 0 ? stdout.trim().split("\n").filter(Boolean) : [];
  return { stdout, stderr, code, json: lines.map((line) => JSON.parse(line)) };
}

test("settings are compared, voted on, ranked and laid out, each by a command of its own", async () => {
  const run = await dgxPixels(
    ...["compare", "run", "red dragon", "blue potion", "--with", "steps=1", "--with", "steps=2,label=twice"],
    ...["--size", "16", "--seed", "7", "--json"],
  );
  expect(run.json.map(({ label, prompt, seed, failure }) => [label, prompt, seed, failure])).toEqual([
    ["steps 1", "red dragon", 7, undefined],
    ["steps 1", "blue potion", 7, undefined],
    ["twice", "red dragon", 7, undefined],
    ["twice", "blue potion", 7, undefined],
  ]);
  const id = String(run.json[0].comparison).slice(0, 8);

  const shown = await dgxPixels("compare", "show", id, "--json");
  expect(shown.json.map(({ sprites }) => sprites.map(({ steps }: { steps: number }) => steps))).toEqual([
    [1, 2],
    [1, 2],
  ]);
  // It is the sprite that generate makes of the same order.
  await dgxPixels(
    "generate",
    "red dragon",
    "--steps",
    "2",
    "--size",
    "16",
    "--seed",
    "7",
    "--out",
    join(home, "one.png"),
  );
  expect(await readFile(shown.json[0].sprites[1].file)).toEqual(await readFile(join(home, "one.png")));

  await dgxPixels("compare", "vote", id, "1", "2");
  const voted = await dgxPixels("compare", "vote", id, "2", "none", "--json");
  expect(voted.json.map(({ best }) => best)).toEqual([2, "none"]);
  const ranking = await dgxPixels("compare", "ranking", "--json");
  expect(ranking.json.map(({ label, won, shown }) => [label, won, shown])).toEqual([
    ["twice", 1.5, 2],
    ["steps 1", 0.5, 2],
  ]);

  const file = join(home, "sheet.png");
  await dgxPixels("compare", "sheet", id, "--out", file);
  const { width, height } = decodePng(await readFile(file));
  expect([width, height]).toEqual([472, 370]);
  const again = await dgxPixels("compare", "sheet", id, "--out", file);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("it exists already")]);

  expect((await dgxPixels("compare", "list", "--json")).json).toMatchObject([
    { rows: 2, votes: 2, contenders: ["steps 1", "twice"] },
  ]);
  await dgxPixels("compare", "remove", id);
  expect((await dgxPixels("compare", "list")).stdout).toBe("");
});

test("what cannot be compared is told in one sentence, and nothing is drawn", async () => {
  const cases: readonly (readonly [readonly string[], number, string])[] = [
    [["run", "dragon", "--with", "steps=1"], 1, "Cannot compare 1 contenders: give 2 to 64"],
    [["run", "dragon", "--with", "steps=1", "--with", "steps=x"], 2, "Cannot use steps x: give a number"],
    [["run", "dragon", "--with", "steps=1", "--with", "wings=2"], 2, 'Cannot read the setting "wings=2"'],
    [["run", "dragon", "--down", "steps=1,2"], 2, "Cannot lay out a grid by --down alone: give --across too"],
    [["show", "ffff"], 1, 'Cannot find the comparison "ffff"'],
  ];
  for (const [words, code, sentence] of cases) {
    const told = await dgxPixels("compare", ...words);
    expect([told.code, told.stderr]).toEqual([code, expect.stringContaining(sentence)]);
  }
  expect((await dgxPixels("compare", "list")).stdout).toBe("");
});
