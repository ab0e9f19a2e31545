import { link, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Config } from "#config";
import { inventSprites } from "#library";
import { createRaster, encodePng } from "#pixels";
import { nodeFlags } from "#tui";
import { cpuSecondsOf, megabytesOf, openPty, type PtySession } from "./pty-session.ts";
import type { BenchSuite } from "./suite.ts";

const launcher = fileURLToPath(new URL("../../bin/dgx-pixels.js", import.meta.url));
const stressChild = fileURLToPath(new URL("./tui-stress-child.ts", import.meta.url));

/** Sprites of the gallery, starts, and milliseconds of each look. */
const fullPlan = { sprites: 10_000, starts: 5, lookMs: 5000, keys: 60 };

/** The studio on a real pty of 200 x 60 cells: frames as they arrive there, processor time and memory of its process. */
export function tuiSuite(config: Pick<Config, "models">, { sprites, starts, lookMs, keys } = fullPlan): BenchSuite {
  return {
    name: "tui",
    description: `The studio on a pty of 200 x 60: frames, processor, keys, start; a gallery of ${sprites}. Linux.`,
    async run({ signal, log }) {
      const folder = await mkdtemp(join(tmpdir(), "dgx-pixels-bench-"));
      const env = {
        TERM: "xterm-256color",
        COLORTERM: "truecolor",
        LANG: "C.UTF-8",
        HOME: folder,
        XDG_RUNTIME_DIR: folder,
        PATH: "/usr/bin:/bin",
        DGX_PIXELS_LIBRARY: join(folder, "library"),
        DGX_PIXELS_MODELS: config.models,
        DGX_PIXELS_THREADS: "1",
      };
      try {
        log("every panel changing");
        const stress = await lookAtStress(lookMs, keys);
        log(`a library of ${sprites} sprites`);
        await fillLibrary(env.DGX_PIXELS_LIBRARY, sprites);
        log("starts");
        const first: number[] = [];
        for (let start = 0; start <= starts; start++) {
          signal.throwIfAborted();
          const session = await openPty(process.execPath, [launcher, "tui"], env);
          first.push(await session.until("Leave out"));
          await session.close();
        }
        log("the gallery");
        const gallery = await lookAtGallery(env, lookMs);
        // The first start fills Node's compile cache.
        return { ...stress, startToFirstFrameSeconds: rounded(medianOf(first.slice(1)) / 1000), ...gallery };
      } finally {
        await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      }
    },
  };
}

async function lookAtStress(lookMs: number, keys: number) {
  const session = await openPty(process.execPath, [...nodeFlags, stressChild], {
    PATH: "/usr/bin:/bin",
    TERM: "xterm-256color",
  });
  try {
    await session.until("Panel 29");
    await sleep(1000);
    const frames = await watchFrames(session, lookMs);
    const latencies: number[] = [];
    for (let key = 0; key < keys; key++) {
      const letter = String.fromCharCode(97 + (key % 26));
      const seen = session.until(letter.repeat(12));
      session.write(letter);
      latencies.push(await seen);
      await sleep(40 + (key % 7) * 5);
    }
    const previews: number[] = [];
    for (let picture = 0; picture < 10; picture++) {
      const seen = session.until((picture % 2 === 0 ? "@" : "#").repeat(12));
      session.write("\r");
      previews.push(await seen);
      await sleep(200);
    }
    return {
      framesPerSecond: rounded(frames.perSecond),
      frameIntervalP99Milliseconds: rounded(frames.p99),
      frameIntervalP50Milliseconds: rounded(frames.p50),
      busyProcessorShare: rounded(frames.processorShare),
      keyToPaintP50Milliseconds: rounded(medianOf(latencies)),
      previewOf1024P50Milliseconds: rounded(medianOf(previews)),
    };
  } finally {
    await session.close();
  }
}

async function lookAtGallery(env: Readonly<Record<string, string>>, lookMs: number) {
  const session = await openPty(process.execPath, [launcher, "tui"], env);
  try {
    await session.until("Leave out");
    await sleep(2500);
    const pid = session.pid();
    const idleFrom = cpuSecondsOf(pid);
    await sleep(lookMs);
    const idleShare = (cpuSecondsOf(pid) - idleFrom) / (lookMs / 1000);
    session.write("\u001b");
    await sleep(300);
    const opened = session.until("newest");
    session.write("3");
    const openMs = await opened;
    await sleep(1000);
    // A key that repeats faster than frames are drawn.
    const repeat = setInterval(() => session.write("\u001b[B"), 8);
    await sleep(300);
    const scroll = await watchFrames(session, lookMs);
    clearInterval(repeat);
    // To the last sprite and back, so that everything was looked at that is kept.
    for (const key of ["\u001b[F", "\u001b[H", "\r", "\u001b[C", "\u001b[C"]) {
      session.write(key);
      await sleep(300);
    }
    return {
      idleProcessorShare: rounded(idleShare),
      galleryOpenMilliseconds: rounded(openMs),
      galleryScrollFramesPerSecond: rounded(scroll.perSecond),
      galleryScrollIntervalP99Milliseconds: rounded(scroll.p99),
      megabytesWithGallery: Math.round(megabytesOf(pid)),
    };
  } finally {
    await session.close();
  }
}

async function watchFrames(session: PtySession, lookMs: number) {
  const pid = session.pid();
  const from = session.frames.length;
  const cpuFrom = cpuSecondsOf(pid);
  const startedMs = performance.now();
  await sleep(lookMs);
  const seconds = (performance.now() - startedMs) / 1000;
  const processorShare = (cpuSecondsOf(pid) - cpuFrom) / seconds;
  const frames = session.frames.slice(from);
  const intervals = frames.slice(1).map((at, index) => at - (frames[index] ?? at));
  const sorted = intervals.toSorted((a, b) => a - b);
  return {
    perSecond: frames.length / seconds,
    p50: sorted[Math.floor(sorted.length * 0.5)] ?? 0,
    p99: sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0,
    processorShare,
  };
}

/** Rows as the library suite invents them, with pictures: sixty-four different ones, each under many names. */
async function fillLibrary(library: string, sprites: number): Promise<void> {
  await inventSprites(library, sprites);
  const folder = join(library, "sprites", "invented");
  await mkdir(folder, { recursive: true });
  const different = Math.min(64, sprites);
  for (let number = 0; number < different; number++) {
    const raster = createRaster(32, 32);
    for (let pixel = 0; pixel < 1024; pixel++) {
      const isInside = Math.hypot((pixel % 32) - 15.5, (pixel >> 5) - 15.5) < 8 + (number % 8);
      const color = [(number * 37) % 256, (pixel * 3 + number) % 256, (pixel >> 5) * 8, isInside ? 255 : 0];
      raster.data.set(isInside ? color : [0, 0, 0, 0], pixel * 4);
    }
    await writeFile(join(folder, `${number}.png`), encodePng(raster));
  }
  for (let number = different; number < sprites; number++)
    await link(join(folder, `${number % different}.png`), join(folder, `${number}.png`));
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
