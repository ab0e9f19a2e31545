import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { GenerationRequest, Progress } from "#asset";
import { createRaster } from "#pixels";
import type { GeneratedImage, GenerateOptions, Generator, GeneratorChoice } from "../generator.ts";
import { GeneratorError } from "../generator-error.ts";
import { type ExactRequest, exactRequest } from "./artist.ts";
import { type Manifest, readManifest, readWords } from "./model-files.ts";
import type { Answer, Task, WorkerData } from "./worker.ts";

export type SpriteGeneratorOptions = {
  /** The folder with model.json. */
  readonly folder: string;
  /** CPU threads, which are also the most pictures drawn at the same time. */
  readonly threads: number;
};

type Waiting = {
  readonly task: Task;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly resolve: (done: Extract<Answer, { kind: "done" }>) => void;
  readonly reject: (error: Error) => void;
};

/** One worker thread and what it is drawing. */
type Desk = {
  readonly worker: Worker;
  readonly ended: Promise<unknown>;
  ready: boolean;
  drawing: Waiting | undefined;
};

/**
 * The embedded model as a generator. Worker threads start with the first picture; a second one only when a second
 * picture waits, since each holds the network in memory.
 */
export function openSpriteGenerator(options: SpriteGeneratorOptions): Generator {
  const desks: Desk[] = [];
  const queue: Waiting[] = [];
  let manifest: Promise<Manifest> | undefined;
  let nextId = 1;
  let closed = false;

  const generator: Generator = {
    async describe(choice = {}) {
      refuseChoices(choice, await loadManifest());
      const { name, version, hash, sizes, styles, defaults } = await loadManifest();
      return {
        name: "sprite",
        model: name,
        version,
        hash,
        sizes,
        styles: Object.keys(styles),
        defaults: { steps: defaults.steps, guidance: defaults.guidance },
        parallel: options.threads,
      };
    },

    async generate(request: GenerationRequest, { signal, onProgress }: GenerateOptions = {}): Promise<GeneratedImage> {
      signal?.throwIfAborted();
      refuseChoices(request, await loadManifest());
      const exact = exactRequest(request, await loadManifest());
      const done = await enqueue(exact, signal, onProgress);
      return {
        raster: createRaster(done.size, done.size, done.pixels),
        request: exact,
        seconds: done.seconds,
        notes: done.notes,
      };
    },

    async words() {
      return readWords(options.folder, await loadManifest());
    },

    async close() {
      closed = true;
      const error = new GeneratorError("closed", "Cannot draw any more: the sprite generator was closed");
      for (const waiting of queue.splice(0)) waiting.reject(error);
      await Promise.all(
        desks.splice(0).map(({ worker, drawing, ended }) => {
          if (drawing !== undefined) cancel(drawing.task);
          drawing?.reject(error);
          worker.postMessage("close");
          return ended;
        }),
      );
    },
  };
  return generator;

  function loadManifest(): Promise<Manifest> {
    manifest ??= readManifest(options.folder);
    return manifest;
  }

  function enqueue(request: ExactRequest, signal: AbortSignal | undefined, onProgress: Waiting["onProgress"]) {
    if (closed) throw new GeneratorError("closed", "Cannot draw any more: the sprite generator was closed");
    signal?.throwIfAborted();
    return new Promise<Extract<Answer, { kind: "done" }>>((resolve, reject) => {
      const onAbort = () => {
        cancel(waiting.task);
        const index = queue.indexOf(waiting);
        if (index >= 0) queue.splice(index, 1);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      const settle = () => signal?.removeEventListener("abort", onAbort);
      const waiting: Waiting = {
        task: { id: nextId++, request, cancelled: new SharedArrayBuffer(4) },
        onProgress,
        resolve: (done) => {
          settle();
          resolve(done);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      queue.push(waiting);
      serveQueue();
    });
  }

  function serveQueue(): void {
    while (queue.length > 0) {
      const desk = desks.find(({ drawing }) => drawing === undefined) ?? openDesk();
      const waiting = desk && queue.shift();
      if (desk === undefined || waiting === undefined) return;
      desk.drawing = waiting;
      if (!desk.ready) waiting.onProgress?.({ kind: "loading", what: "sprite model" });
      desk.worker.postMessage(waiting.task);
    }
  }

  function openDesk(): Desk | undefined {
    if (desks.length >= options.threads) return undefined;
    const workerData: WorkerData = { folder: options.folder, threads: 1 };
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
    const desk: Desk = { worker, ended: once(worker, "exit"), ready: false, drawing: undefined };
    desks.push(desk);
    worker.on("message", (answer: Answer) => receive(desk, answer));
    worker.on("error", (cause: Error) =>
      dismiss(desk, new GeneratorError("model-failed", `Cannot run the sprite model: ${cause.message}`, { cause })),
    );
    worker.on("exit", (code) =>
      dismiss(
        desk,
        new GeneratorError("model-failed", `Cannot run the sprite model: its thread ended with code ${code}`),
      ),
    );
    return desk;
  }

  function receive(desk: Desk, answer: Answer): void {
    const { drawing } = desk;
    if (answer.kind === "ready") {
      desk.ready = true;
    } else if (answer.kind === "step") {
      const { step, preview } = answer;
      drawing?.onProgress?.({ kind: "step", step, steps: drawing.task.request.steps, preview });
    } else if (answer.kind === "failed" && answer.id === undefined) {
      dismiss(desk, failureOf(answer));
    } else {
      desk.drawing = undefined;
      if (answer.kind === "done") drawing?.resolve(answer);
      else drawing?.reject(failureOf(answer));
      serveQueue();
    }
  }

  /** A thread that cannot go on: its picture fails, and with no thread left so do all that wait. */
  function dismiss(desk: Desk, error: GeneratorError): void {
    const index = desks.indexOf(desk);
    if (index < 0) return;
    desks.splice(index, 1);
    desk.drawing?.reject(error);
    if (desks.length === 0) for (const waiting of queue.splice(0)) waiting.reject(error);
    else serveQueue();
  }
}

/** There is one model here, without workflows. */
function refuseChoices(
  { workflow, model, loras, batch }: GeneratorChoice & Pick<GenerationRequest, "batch">,
  { name }: Manifest,
): void {
  const [what, value] =
    workflow !== undefined
      ? ["the workflow", workflow]
      : model !== undefined && model !== name
        ? ["the model", model]
        : loras !== undefined && loras.length > 0
          ? ["the LoRA", loras[0].name]
          : ["a batch of", batch?.count];
  if (value === undefined) return;
  throw new GeneratorError(
    "unsupported",
    `Cannot use ${what} ${value} with the embedded model: add --generator comfyui, or leave it out`,
  );
}

function cancel({ cancelled }: Task): void {
  Atomics.store(new Int32Array(cancelled), 0, 1);
}

function failureOf(answer: Extract<Answer, { kind: "failed" }>): GeneratorError {
  if (answer.code !== undefined) return new GeneratorError(answer.code, answer.message);
  return new GeneratorError("model-failed", `Cannot run the sprite model: ${answer.message}`);
}
