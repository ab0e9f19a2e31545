import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { decodePng } from "#pixels";
import { openLibrary } from "./library.ts";
import { idOf } from "./reference.ts";
import { sampleFolder, sampleLibrary } from "./sample-library.ts";
import { sampleSprite } from "./sample-sprites.ts";

type SampleProcess = {
  readonly child: ChildProcess;
  /** What it has said so far, line by line; the last line may be cut when it was killed. */
  lines(): readonly string[];
  /** Until it has said something. */
  readonly started: Promise<unknown>;
  /** Until it has ended: with its exit code, or null when it was killed. */
  readonly ended: Promise<number | null>;
};

const compileCache = mkdtempSync(join(tmpdir(), "compiled-"));
afterAll(() => rmSync(compileCache, { recursive: true }));

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));

/** Runs TypeScript that finds `openLibrary`, `sampleSprite`, `directory`, `name` and `say` (one line each). */
function processFor(directory: string, name: string, body: string): { command: string; args: string[] } {
  const script = `
    import { writeSync } from "node:fs";
    import { openLibrary } from "#library";
    const { sampleSprite } = await import(${JSON.stringify(new URL("./sample-sprites.ts", import.meta.url).href)});
    const [, directory, name] = process.argv;
    const say = (line) => writeSync(1, line + "\\n");
    ${body}`;
  return { command: process.execPath, args: ["--input-type=module-typescript", "-e", script, directory, name] };
}

function startProcess(directory: string, name: string, body: string): SampleProcess {
  const { command, args } = processFor(directory, name, body);
  const child = spawn(command, args, {
    cwd: packageFolder,
    stdio: ["ignore", "pipe", "inherit"],
    // Starts them three times as fast, once one has ended by itself.
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    child,
    lines: () => said.split("\n").filter((line) => line !== ""),
    started: Promise.race([once(child.stdout, "data"), ended]),
    ended,
  };
}

/** More rounds: DGX_PIXELS_KILL_ROUNDS=500 npx vitest run src/library/processes.test.ts */
const rounds = Number(process.env["DGX_PIXELS_KILL_ROUNDS"] ?? 9);
const processesARound = 3;

/**
 * Adds, tags and removes for ever: sprites of its own, of which it says "+id" when one is in, "?id" before it takes one
 * out and "-id" when that is done, and sprites that all processes have in common.
 */
const work = `
  if (name.startsWith("0")) say("opening");
  const library = await openLibrary(directory, { clock: () => new Date() });
  for (let turn = 0; ; turn++) {
    const { id } = await library.add(sampleSprite("red dragon", Number(name) * 100_000 + turn));
    say("+" + id);
    if (turn % 5 === 1) library.tag([id], ["turn " + turn]);
    if (turn % 4 === 2) {
      say("?" + id);
      library.remove([id]);
      say("-" + id);
    }
    const common = await library.add(sampleSprite("dragon of all", turn % 3));
    try {
      if (turn % 2 === 0) library.remove([common.id]);
    } catch (error) {
      if (error.code !== "not-found") throw error;
    }
  }`;

/** Which ids must be there, from what was said; the last line may be cut. */
function note(lines: readonly string[], present: Set<string>): void {
  for (const line of lines) {
    const id = line.slice(1);
    if (line.length === 17 && line.startsWith("+")) present.add(id);
    else present.delete(id);
  }
}

function picturesIn(directory: string): string[] {
  const folder = join(directory, "sprites");
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith(".png"))
    .map((name) => join(folder, name))
    .sort();
}

async function expectWhole(directory: string, present: ReadonlySet<string>): Promise<number> {
  const library = await openLibrary(directory, { clock: () => new Date() });
  try {
    const { adopted, missing, skipped } = await library.repair();
    expect({ adopted, missing, skipped }).toEqual({ adopted: 0, missing: [], skipped: [] });
    const known = new Set<string>();
    const files: string[] = [];
    let offset: number | null = 0;
    while (offset !== null) {
      const page = library.list({ limit: 1000, offset });
      for (const { id, file, width } of page.entries) {
        const png = readFileSync(file);
        expect(idOf(png)).toBe(id);
        expect(decodePng(png).width).toBe(width);
        known.add(id);
        files.push(file);
      }
      offset = page.nextOffset;
    }
    expect(files.sort()).toEqual(picturesIn(directory));
    expect([...present].filter((id) => !known.has(id))).toEqual([]);
    expect(library.count({ tile: false })).toBe(known.size);
    expect(library.count({ text: "dragon" })).toBe(known.size);
  } finally {
    library.close();
  }
  using database = new DatabaseSync(join(directory, "library.db"));
  expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  database.exec("INSERT INTO sprite_search (sprite_search) VALUES ('integrity-check')");
  return Number(database.prepare("SELECT count(*) AS n FROM sprites").get()?.["n"]);
}

test("several processes make, open and fill one library at once", async () => {
  const directory = sampleFolder();
  const each = 15;
  const processes = ["0", "1", "2"].map((name) =>
    startProcess(
      directory,
      name,
      `const library = await openLibrary(directory, { clock: () => new Date() });
       for (let turn = 0; turn < ${each}; turn++) {
         const { id } = await library.add(sampleSprite("own dragon", Number(name) * 1000 + turn));
         library.rate([id], 1 + turn % 5);
         await library.add(sampleSprite("common dragon", turn));
       }
       library.close();`,
    ),
  );
  expect(await Promise.all(processes.map(({ ended }) => ended))).toEqual([0, 0, 0]);
  expect(await expectWhole(directory, new Set())).toBe(4 * each);
});

test(`a library is whole after processes at work on it were killed, ${rounds * processesARound} times`, {
  timeout: 10_000 + rounds * 3000,
}, async () => {
  const directory = sampleFolder();
  const present = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const processes = Array.from({ length: processesARound }, (_, index) =>
      startProcess(directory, String(1 + round * processesARound + index), work),
    );
    await Promise.all(
      processes.map(async ({ child, started, ended }) => {
        await started;
        await sleep(60 * Math.random());
        child.kill("SIGKILL");
        expect(await ended).toBeNull();
      }),
    );
    for (const { lines } of processes) note(lines(), present);
    await expectWhole(directory, present);
  }
  expect(present.size).toBeGreaterThan(rounds);
});

test("a library is whole after processes were killed while they made it", async () => {
  const runs = [0, 1, 2].map(async (name) => {
    const directory = sampleFolder();
    const { child, started, ended, lines } = startProcess(directory, `0${name}`, work);
    await started;
    await sleep(15 * Math.random());
    child.kill("SIGKILL");
    await ended;
    const present = new Set<string>();
    note(lines(), present);
    return expectWhole(directory, present);
  });
  for (const count of await Promise.all(runs)) expect(count).toBeGreaterThanOrEqual(0);
});

test("a process that waits too long for another says so, and leaves nothing", async () => {
  const directory = sampleFolder();
  (await sampleLibrary(directory)).close();
  const library = await openLibrary(directory, { clock: () => new Date(), busyTimeoutMs: 50 });
  using other = new DatabaseSync(join(directory, "library.db"));
  other.exec("BEGIN IMMEDIATE");
  await expect(library.add(sampleSprite("a"))).rejects.toMatchObject({
    code: "busy",
    message:
      `Cannot add to the library: another process has been writing to ${join(directory, "library.db")} for 0.05 s; ` +
      "try again later",
  });
  expect(existsSync(join(directory, "sprites"))).toBe(false);
  other.exec("COMMIT");
  await library.add(sampleSprite("a"));
  library.close();
});

test("opening waits for a process that is making the library, and gives up in time", async () => {
  const directory = sampleFolder();
  using other = new DatabaseSync(join(directory, "library.db"));
  other.exec("BEGIN EXCLUSIVE");
  await expect(openLibrary(directory, { clock: () => new Date(), busyTimeoutMs: 60 })).rejects.toMatchObject({
    code: "busy",
  });
  const opening = openLibrary(directory, { clock: () => new Date(), busyTimeoutMs: 20 });
  other.exec("ROLLBACK");
  (await opening).close();
  expect(readdirSync(directory)).toEqual(["library.db"]);
});

/** A disk of one's own in a name space of one's own, so that nothing is left mounted. */
function onDisk(directory: string, mount: string, body: string): unknown {
  const { command, args } = processFor(
    directory,
    "disk",
    `const tell = ({ name, code, message }) => ({ name, code, message }); ${body}`,
  );
  const inside = [
    "--user",
    "--map-root-user",
    "--mount",
    "sh",
    "-ec",
    `${mount}; exec "$@"`,
    directory,
    command,
    ...args,
  ];
  return JSON.parse(execFileSync("unshare", inside, { cwd: packageFolder, encoding: "utf8" }));
}

const needsMount = "needs Linux with user name spaces, to mount a disk";
const canMount = (() => {
  try {
    execFileSync("unshare", ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
})();

test("on a full disk all that was added stays, and can be seen", ({ skip }) => {
  skip(!canMount, needsMount);
  const directory = sampleFolder();
  const result = onDisk(
    directory,
    'mount -t tmpfs -o size=700k tmpfs "$0"',
    `const clock = () => new Date();
     const library = await openLibrary(directory, { clock });
     let added = 0;
     let error;
     try { for (;; added++) await library.add(sampleSprite("dragon", added)); } catch (cause) { error = tell(cause); }
     const { entries } = library.list();
     library.close();
     const again = await openLibrary(directory, { clock });
     say(JSON.stringify({ error, added, whole: entries.length === added && !entries.some((entry) => entry.missing), count: again.count() - added }));`,
  );
  expect(result).toEqual({
    error: {
      name: expect.any(String),
      code: "disk-full",
      message: expect.stringMatching(/^Cannot .*full; free some space/),
    },
    added: expect.toSatisfy((added: number) => added > 2),
    whole: true,
    count: 0,
  });
});

test("a read-only disk is told", ({ skip }) => {
  skip(!canMount, needsMount);
  const directory = sampleFolder();
  expect(
    onDisk(
      directory,
      'mount -t tmpfs -o ro tmpfs "$0"',
      "await openLibrary(directory, { clock: () => new Date() }).catch((error) => say(JSON.stringify(tell(error))));",
    ),
  ).toEqual({
    name: "LibraryError",
    code: "not-writable",
    message: `Cannot open the library: ${join(directory, "library.db")} cannot be written; choose a folder that this user can write`,
  });
});
