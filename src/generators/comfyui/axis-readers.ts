import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type AxisReading, type Raster, readAxis } from "#pixels";
import type { AxisTask } from "./axis-thread.ts";

/** Reads the two axes of a picture at the same time, each in a thread of its own. */
export type AxisReaders = {
  /**
   * Has the threads start if pictures of so many pixels need them, so that they are ready when the first comes; resolves
   * when they are, or never will be.
   */
  readonly warmUp: (pixels: number) => Promise<void>;
  readonly read: (picture: Raster) => Promise<{ readonly x: AxisReading; readonly y: AxisReading }>;
  readonly close: () => void;
};

/** A small picture is read in less time than it takes to hand it over. */
const fewestPixels = 256 * 256;

type Pair = { readonly x: Worker; readonly y: Worker; readonly ready: Promise<void> };

/**
 * Threads that keep no process alive. A picture is read on this thread where it is small, the machine has one processor,
 * the threads are not ready or have failed, or another picture is being read; the readings are the same.
 */
export function openAxisReaders(processors = availableParallelism()): AxisReaders {
  let pair: Pair | undefined;
  let isUnable = processors < 2;
  let isReady = false;
  let isBusy = false;
  let memory = new SharedArrayBuffer(0);

  return {
    warmUp: (pixels) => (pixels < fewestPixels ? undefined : start()?.ready) ?? Promise.resolve(),

    async read(picture) {
      const { width, height, data } = picture;
      const threads = pair;
      if (width * height < fewestPixels || isBusy || !isReady || threads === undefined) return readHere(picture);
      isBusy = true;
      try {
        if (memory.byteLength < data.length) memory = new SharedArrayBuffer(data.length);
        new Uint8ClampedArray(memory).set(data);
        const task = { width, height, memory };
        const [x, y] = await Promise.all([
          readingOf(threads.x, { ...task, axis: "x" }),
          readingOf(threads.y, { ...task, axis: "y" }),
        ]);
        return { x, y };
      } catch {
        stop();
        return readHere(picture);
      } finally {
        isBusy = false;
      }
    },

    close: stop,
  };

  function start(): Pair | undefined {
    if (isUnable || pair !== undefined) return pair;
    const [x, y] = [startThread(), startThread()];
    const ready = areReady(x, y);
    pair = { x, y, ready };
    return pair;
  }

  async function areReady(x: Worker, y: Worker): Promise<void> {
    try {
      await Promise.all([answerOf(x), answerOf(y)]);
      isReady = true;
    } catch {
      // They have ended; pictures are read here.
    }
  }

  function startThread(): Worker {
    const thread = new Worker(new URL("./axis-thread.ts", import.meta.url));
    thread.unref();
    thread.on("error", stop);
    return thread;
  }

  /** For good: what could not be done once is not tried at every picture. */
  function stop(): void {
    isUnable = true;
    for (const thread of pair === undefined ? [] : [pair.x, pair.y]) void thread.terminate();
    pair = undefined;
  }
}

function readHere(picture: Raster) {
  return { x: readAxis("x", picture), y: readAxis("y", picture) };
}

/** The process waits for it, unlike for a thread that starts. */
async function readingOf(thread: Worker, task: AxisTask): Promise<AxisReading> {
  thread.ref();
  try {
    thread.postMessage(task);
    return (await answerOf(thread)) as AxisReading;
  } finally {
    thread.unref();
  }
}

/** The next message; rejects when the thread ends instead. */
function answerOf(thread: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      thread.off("message", answered).off("exit", ended);
      end();
    };
    const answered = (message: unknown) => settle(() => resolve(message));
    const ended = (code: number) => settle(() => reject(new Error(`the thread ended with ${code}`)));
    thread.on("message", answered).on("exit", ended);
  });
}
