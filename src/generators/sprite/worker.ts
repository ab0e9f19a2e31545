/**
 * The thread that holds the network: ONNX Runtime blocks the thread it runs on, so it must not be the main one. It is
 * started with a WorkerData, answers with a `ready` or `failed` message, then serves Tasks one after the other until it
 * is told to close. It must never be terminated from outside: ONNX Runtime aborts the whole process then.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Raster } from "#pixels";
import { GeneratorError } from "../generator-error.ts";
import { draw, type ExactRequest } from "./artist.ts";
import { openDenoiser } from "./denoiser.ts";
import { type Enlarger, openEnlarger } from "./enlarger.ts";
import { readManifest, readModelFile, readVocabulary } from "./model-files.ts";

export type WorkerData = { readonly folder: string; readonly threads: number };

export type Task = {
  readonly id: number;
  readonly request: ExactRequest;
  /** One shared integer; set to 1 it cancels the task at its next step. Messages would not be read in time. */
  readonly cancelled: SharedArrayBuffer;
};

export type Answer =
  | { readonly kind: "ready" }
  | { readonly kind: "step"; readonly id: number; readonly step: number; readonly preview: Raster }
  | {
      readonly kind: "done";
      readonly id: number;
      readonly size: number;
      readonly pixels: Uint8ClampedArray;
      readonly seconds: number;
      readonly notes: readonly string[];
    }
  | {
      readonly kind: "failed";
      readonly id?: number;
      readonly code: GeneratorError["code"] | undefined;
      readonly message: string;
    };

const port = parentPort;
if (port === null) throw new Error("Cannot run the sprite worker: it must be started as a worker thread");
const { folder, threads } = workerData as WorkerData;

const answer = (message: Answer) => port.postMessage(message);
const fail = (error: unknown, id?: number) =>
  answer({
    kind: "failed",
    ...(id !== undefined && { id }),
    code: error instanceof GeneratorError ? error.code : undefined,
    message: error instanceof Error ? error.message : String(error),
  });

try {
  const manifest = await readManifest(folder);
  const [vocabulary, network] = await Promise.all([
    readVocabulary(folder, manifest),
    readModelFile(folder, manifest, manifest.denoiser),
  ]);
  const denoiser = await openDenoiser(network, { threads, manifest, vocabulary });
  // Most pictures do without the second stage: it is opened for the first that needs it.
  let enlarger: Promise<Enlarger> | undefined;
  const openSecondStage = async () => {
    if (manifest.enlarger === undefined) throw new GeneratorError("unsupported", "Cannot draw larger than the canvas");
    return openEnlarger(await readModelFile(folder, manifest, manifest.enlarger.file), threads);
  };
  const predictColors = async () => (await (enlarger ??= openSecondStage())).predict;
  const model = { manifest, vocabulary, denoiser, predictColors };

  let previous: Promise<void> = Promise.resolve();
  const close = async () => {
    await denoiser.release();
    await (await enlarger?.catch(() => undefined))?.release();
    port.close();
  };
  port.on("message", (message: Task | "close") => {
    previous = previous.then(() => (message === "close" ? close() : serve(message)));
  });
  const serve = async ({ id, request, cancelled }: Task) => {
    const flag = new Int32Array(cancelled);
    const start = performance.now();
    const throwIfCancelled = () => {
      if (Atomics.load(flag, 0) !== 0) throw new Error("cancelled");
    };
    try {
      throwIfCancelled();
      const { raster, notes } = await draw(request, model, (step, preview) => {
        throwIfCancelled();
        answer({ kind: "step", id, step, preview });
      });
      const seconds = (performance.now() - start) / 1000;
      answer({ kind: "done", id, size: raster.width, pixels: raster.data, seconds, notes });
    } catch (error) {
      fail(error, id);
    }
  };
  answer({ kind: "ready" });
} catch (error) {
  fail(error);
}
