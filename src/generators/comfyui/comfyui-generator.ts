import { setTimeout as sleep } from "node:timers/promises";
import type { GenerationRequest, Progress } from "#asset";
import { readPicture } from "#files";
import type { Raster } from "#pixels";
import type {
  GeneratedImage,
  GenerateOptions,
  Generator,
  GeneratorChoice,
  GeneratorDescription,
} from "../generator.ts";
import { GeneratorError } from "../generator-error.ts";
import { openAxisReaders } from "./axis-readers.ts";
import { checkWorkflow } from "./check-workflow.ts";
import { type Connection, openConnection } from "./connection.ts";
import { fillWorkflow, type SlotValues } from "./fill.ts";
import type { ServerMessage } from "./messages.ts";
import { cudaGraphsNode, withModelNode } from "./model-node.ts";
import { orAborted } from "./or-aborted.ts";
import { defaultWorkflow, descriptionOf, type Plan, planOn } from "./plan.ts";
import { canvasFor, finishPicture, pictureForServer } from "./picture-size.ts";
import { quickDecoder, quickWriter, withQuickDecoder, withQuickWriter } from "./quick-nodes.ts";
import { openPictureReceiver } from "./receive-pictures.ts";
import { LostJob, runJob } from "./run-job.ts";
import { openServer, type Server } from "./server.ts";
import { rememberFacts, type ServerFacts } from "./server-facts.ts";
import { splitPlace } from "./slots.ts";
import { splitBatch, takesOne } from "./split-batch.ts";
import { readStoredPng } from "./stored-png.ts";
import { readTemplate, type Template } from "./template.ts";
import { nodesBehind, type Workflow } from "./workflow.ts";

export type ComfyuiGeneratorOptions = {
  /** One at least. `headers` go with every request: an Authorization, for servers behind a login. */
  readonly servers: readonly {
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>> | undefined;
  }[];
  /** Folder of the person's own workflows, which come before the built-in ones. */
  readonly workflows?: string | undefined;
  /** Another width and height to draw at than the workflows', in pixels: small ones make tests quick. */
  readonly canvas?: number | undefined;
  /** Hears how each job went on its server. */
  readonly onJob?: ((facts: JobFacts) => void) | undefined;
  readonly timing?: Partial<Timing> | undefined;
};

export type JobFacts = {
  readonly server: string;
  /** From submission until the pictures were here and decoded. */
  readonly milliseconds: number;
  /** The server's own part of that; asked for after the job. */
  readonly serverMilliseconds: () => Promise<number | undefined>;
};

type Timing = {
  /** For an answer to a small request. */
  readonly timeoutMs: number;
  /** Between two questions for a job's state, beside the socket. */
  readonly pollMs: number;
  /** How long a server may be away, such as for a restart, before its job is run elsewhere or given up. */
  readonly patienceMs: number;
  /** How long what a server has is remembered. */
  readonly keepMs: number;
  /** How long a server that did not answer is left alone while there are others. */
  readonly restMs: number;
  /** How long a server stands idle before it loads another model, where one that has it is at work. */
  readonly swapAfterMs: number;
};

const defaultTiming: Timing = {
  timeoutMs: 15_000,
  pollMs: 2000,
  patienceMs: 120_000,
  keepMs: 60_000,
  restMs: 15_000,
  swapAfterMs: 5000,
};

/** A model is loaded rather than waited for behind so many jobs. */
const swapCost = 1.5;

/** Tries of one picture, the first included, when servers lose it. */
const attempts = 3;

type Seat = {
  readonly server: Server;
  readonly connection: Connection;
  readonly facts: ServerFacts;
  /** Pictures that are on their way there. */
  load: number;
  restsUntil: number;
  /** The model of the last job that was sent there. */
  model: string | undefined;
  idleSinceMs: number;
};

type ExactRequest = GeneratedImage["request"];

/** Pictures that come from one job, for those who wait for them. */
type Batch = {
  readonly drawn: Promise<Drawn>;
  readonly given: Set<number>;
  readonly listeners: Set<(progress: Progress) => void>;
  readonly stop: AbortController;
  waiting: number;
};

/** A workflow to send. */
type Filled = {
  readonly workflow: Workflow;
  /** The nodes whose pictures are wanted, in order. */
  readonly outputs: readonly string[];
  /** The server does not compress what it writes. */
  readonly isWrittenQuickly: boolean;
};

type Drawn = { readonly rasters: readonly Raster[]; readonly seconds: number; readonly notes: readonly string[] };

/**
 * ComfyUI servers as a generator: workflows with slots, checked against what the server has before they are sent. Jobs
 * go to the server with the shortest queue, but rather wait for one that has their model than have another load it; one
 * that a server loses is run again.
 *
 * The same request gives the same pixels as far as the server does: same version, same hardware.
 */
export function openComfyuiGenerator(options: ComfyuiGeneratorOptions): Generator {
  const timing: Timing = { ...defaultTiming, ...options.timing };
  const seats: readonly Seat[] = options.servers.map(({ url, headers }) => {
    const server = openServer({ url, headers, timeoutMs: timing.timeoutMs });
    const facts = rememberFacts(server, { keepMs: timing.keepMs });
    return {
      server,
      connection: openConnection(server),
      facts,
      load: 0,
      restsUntil: 0,
      model: undefined,
      idleSinceMs: 0,
    };
  });
  if (seats.length === 0)
    throw new GeneratorError("unsupported", "Cannot draw with ComfyUI: no server is named; set DGX_PIXELS_COMFYUI");
  const closing = new AbortController();
  const readers = openAxisReaders();
  const batches = new Map<string, Batch>();
  const templates = new Map<string, { readonly atMs: number; readonly template: Promise<Template> }>();

  return {
    async describe(choice: GeneratorChoice = {}): Promise<GeneratorDescription> {
      const template = await templateFor(choice);
      const plan = await onSomeSeat(undefined, (seat) => planOnSeat(seat, template, choice));
      return descriptionOf(plan, seats.length);
    },

    async generate(request: GenerationRequest, { signal, onProgress }: GenerateOptions = {}): Promise<GeneratedImage> {
      signal?.throwIfAborted();
      closing.signal.throwIfAborted();
      const template = await templateFor(request);
      refuseUnsupported(request, template);
      const either = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
      // The choice is made once, so that all tries and all pictures of a batch are of the same files.
      const plan = await orAborted(
        onSomeSeat(either, (seat) => planOnSeat(seat, template, request)),
        either,
      );
      const exact = exactRequest(request, plan);
      const index = exact.batch?.index ?? 0;
      const drawn =
        exact.batch === undefined
          ? await draw(exact, plan, either, onProgress)
          : await drawTogether(exact, plan, either, onProgress);
      const raster = drawn.rasters[index];
      if (raster === undefined)
        throw new GeneratorError(
          "model-failed",
          `Cannot draw picture ${index + 1} of the workflow ${template.name}: it gave ${drawn.rasters.length}`,
        );
      const notes = [...plan.notes, ...drawn.notes];
      const by = descriptionOf(plan, seats.length);
      return { raster, request: exact, by, seconds: drawn.seconds / drawn.rasters.length, notes };
    },

    async close() {
      closing.abort(new GeneratorError("closed", "Cannot draw any more: the ComfyUI generator was closed"));
      for (const { connection } of seats) connection.close();
      readers.close();
    },
  };

  /** Workflow files are read again after a moment, since a person may be editing one. */
  function templateFor(choice: GeneratorChoice): Promise<Template> {
    const name = choice.workflow ?? defaultWorkflow(choice);
    const known = templates.get(name);
    if (known !== undefined && performance.now() - known.atMs < 2000) return known.template;
    const template = readTemplate(name, options.workflows);
    templates.set(name, { atMs: performance.now(), template });
    template.catch(() => templates.delete(name));
    return template;
  }

  async function planOnSeat({ server, facts }: Seat, template: Template, choice: GeneratorChoice): Promise<Plan> {
    try {
      return await planOn({ url: server.url, facts }, template, choice);
    } catch (error) {
      if (!(error instanceof GeneratorError) || error.code === "server-unreachable" || !facts.forget()) throw error;
      return planOn({ url: server.url, facts }, template, choice);
    }
  }

  async function draw(
    exact: ExactRequest,
    plan: Plan,
    signal: AbortSignal,
    onProgress: GenerateOptions["onProgress"],
  ): Promise<Drawn> {
    const notes: string[] = [];
    for (let attempt = 1; ; attempt++) {
      try {
        const work = (seat: Seat) => drawOn(seat, exact, plan, signal, onProgress);
        const drawn = await onSomeSeat(signal, work, plan.model);
        return { ...drawn, notes };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof LostJob)) throw error;
        if (attempt === attempts) throw error.failure;
        // The only server was there a moment ago: it is waited for, as in the middle of a job.
        if (seats.length === 1 && isUnreachable(error.failure) && !(await isBack(seats[0].server, signal)))
          throw error.failure;
        notes.push("A server lost the job, which was run again");
      }
    }
  }

  /** Whether a server that is away answers again before patience ends. */
  async function isBack(server: Server, signal: AbortSignal): Promise<boolean> {
    const deadline = performance.now() + timing.patienceMs;
    for (;;) {
      try {
        await server.queueLength(signal);
        return true;
      } catch (error) {
        signal.throwIfAborted();
        if (!isUnreachable(error)) throw error;
      }
      if (performance.now() > deadline) return false;
      await sleep(Math.min(timing.pollMs, 500), undefined, { signal });
    }
  }

  /**
   * Tries the servers, the one that is free soonest first: one that is away, or lacks a file that others may have, leaves
   * it to the next. The first failure is the one that is told.
   */
  async function onSomeSeat<Result>(
    signal: AbortSignal | undefined,
    work: (seat: Seat) => Promise<Result>,
    model?: string,
  ): Promise<Result> {
    let failure: Error | undefined;
    const queued = await queueLengths(signal);
    const untried = new Set(seats);
    while (untried.size > 0) {
      // Chosen and taken at once, so that whoever asks meanwhile sees it.
      const seat = soonestFree([...untried], queued, model);
      untried.delete(seat);
      seat.load++;
      try {
        return await work(seat);
      } catch (error) {
        signal?.throwIfAborted();
        if (!mayDoBetterElsewhere(error)) throw error;
        if (isUnreachable(error)) seat.restsUntil = performance.now() + timing.restMs;
        failure ??= error;
      } finally {
        seat.load--;
        if (model !== undefined && seat.load === 0) seat.idleSinceMs = performance.now();
      }
    }
    throw failure ?? new GeneratorError("server-unreachable", "Cannot reach any ComfyUI server: start one");
  }

  /** Jobs on each server, ours and others'; infinite where it does not answer. */
  async function queueLengths(signal: AbortSignal | undefined): Promise<ReadonlyMap<Seat, number>> {
    if (seats.length === 1) return new Map();
    const awake = seats.filter(({ restsUntil }) => restsUntil <= performance.now());
    const lengths = await Promise.all(
      awake.map(async (seat) => {
        try {
          return [seat, await seat.server.queueLength(signal)] as const;
        } catch (error) {
          signal?.throwIfAborted();
          if (isUnreachable(error)) seat.restsUntil = performance.now() + timing.restMs;
          return [seat, Number.POSITIVE_INFINITY] as const;
        }
      }),
    );
    return new Map(lengths);
  }

  function soonestFree(some: readonly Seat[], queued: ReadonlyMap<Seat, number>, model: string | undefined): Seat {
    const now = performance.now();
    const waitOf = (seat: Seat) => {
      // Those that rest come last: when all others fail, they may be back.
      if (seats.length > 1 && !queued.has(seat)) return Number.POSITIVE_INFINITY;
      const load = Math.max(queued.get(seat) ?? 0, seat.load);
      if (model === undefined || seat.model === undefined) return load;
      // Before an idle server that would have to load, but not before one with less to do.
      if (seat.model === model) return load - 0.1;
      return load === 0 && now - seat.idleSinceMs > timing.swapAfterMs ? load : load + swapCost;
    };
    // Of equals the one that has been idle longest, so that models stay where they are; questions go to the first.
    const idle = (seat: Seat) => (model === undefined ? 0 : seat.idleSinceMs);
    return some.toSorted((one, other) => compare(waitOf(one), waitOf(other)) || idle(one) - idle(other))[0];
  }

  async function drawOn(
    seat: Seat,
    exact: ExactRequest,
    plan: Plan,
    signal: AbortSignal,
    onProgress: GenerateOptions["onProgress"],
  ): Promise<Omit<Drawn, "notes">> {
    const { server, connection } = seat;
    const { map } = plan.template;
    const canvas = canvasFor(exact.size, options.canvas ?? map.canvas);
    const { workflow, outputs, isWrittenQuickly } = await orAborted(
      filledFor(seat, exact, plan, canvas, signal),
      signal,
    );
    const progress = progressTeller(workflow, plan, exact, onProgress);
    seat.model = plan.model;
    const beganMs = performance.now();
    let startedMs = beganMs;
    const ended = Promise.withResolvers<void>();
    const pictures = openPictureReceiver(
      async (picture) => {
        const beside = await server.pictureBeside(picture, (bytes) => readStoredPng(bytes, { wasSent: false }));
        if (beside !== undefined) return beside;
        const bytes = await withOneMoreTry(() => server.picture(picture, signal));
        return readStoredPng(bytes) ?? readPicture(bytes, { name: `the picture from ${server.url}` });
      },
      async (picture) => {
        signal.throwIfAborted();
        return finishPicture(picture, exact, map, readers);
      },
      // A picture is written in less time than its grid takes to recover.
      isWrittenQuickly ? ended.promise : undefined,
    );
    if (!map.isTile) void readers.warmUp(canvas * canvas);
    const job = await runJob({ server, connection }, workflow, {
      outputs,
      signal,
      pollMs: timing.pollMs,
      // With other servers there is no need to wait long for this one.
      patienceMs: seats.length > 1 ? Math.min(timing.patienceMs, timing.restMs) : timing.patienceMs,
      onMessage(message) {
        if (message.kind === "started") startedMs = performance.now();
        progress.hear(message);
        // Fetched while the server goes on with the next; whether it came is asked at the end.
        if (message.kind === "output" && outputs.includes(message.node))
          for (const picture of message.pictures) pictures.receive(picture).catch(() => {});
      },
    });
    if (job.pictures.length === 0)
      throw new GeneratorError(
        "model-failed",
        `Cannot draw with the workflow ${plan.template.name}: its node ${map.output} gave no picture`,
      );
    ended.resolve();
    const rasters = await Promise.all(job.pictures.map(pictures.receive));
    signal.throwIfAborted();
    options.onJob?.({
      server: server.url,
      milliseconds: pictures.arrivedMs() - beganMs,
      serverMilliseconds: job.serverMilliseconds,
    });
    await progress.told();
    return { rasters, seconds: (pictures.arrivedMs() - startedMs) / 1000 };
  }

  async function filledFor(
    { server, facts }: Seat,
    exact: ExactRequest,
    { template, model, loras }: Plan,
    canvas: number,
    signal: AbortSignal,
  ): Promise<Filled> {
    const { map } = template;
    const { source } = exact;
    const picture = source && (await pictureForServer(source.png, canvas, "picture"));
    const mask = source?.mask === undefined ? undefined : await pictureForServer(source.mask, canvas, "mask");
    const values: SlotValues = {
      prompt: `${map.prompt.before}${exact.prompt}${map.prompt.after}`,
      negative: [exact.negative, map.negative].filter((text) => text.trim() !== "").join(", "),
      seed: exact.seed,
      steps: exact.steps,
      guidance: exact.guidance,
      model,
      width: canvas,
      height: canvas,
      batch: exact.batch?.count ?? 1,
      image: picture && (await server.upload(picture.name, picture.png, signal)),
      mask: mask && (await server.upload(mask.name, mask.png, signal)),
      strength: source?.strength,
    };
    const filled = fillWorkflow(template.workflow, map, values, loras);
    const has = async (node: string) => (await facts.nodeInfo(node)) !== undefined;
    // Nodes that others wrote may change the network behind a recording's back; a person's own workflow names it or does without.
    const hasGraphs = template.isBuiltIn && (await has(cudaGraphsNode));
    const recorded = hasGraphs ? withModelNode(filled, { class_type: cudaGraphsNode }) : filled;
    const whole = template.isBuiltIn && (await has(quickDecoder)) ? withQuickDecoder(recorded) : recorded;
    const needed = nodesBehind(whole, [map.output]);
    const behind = Object.fromEntries(Object.entries(whole).filter(([id]) => needed.has(id)));
    const count = exact.batch?.count ?? 1;
    const canSplit = count > 1 && (await has(takesOne));
    const { workflow: split, outputs } = splitBatch(behind, map.output, canSplit ? count : 1);
    const isWrittenQuickly = await has(quickWriter);
    const workflow = isWrittenQuickly ? withQuickWriter(split, outputs) : split;
    const uploaded = new Set([...(map.slots.image ?? []), ...(map.slots.mask ?? [])]);
    const check = async () => {
      const classes = [...new Set(Object.values(workflow).map(({ class_type }) => class_type))];
      const infos = new Map(
        await Promise.all(classes.map(async (name) => [name, await facts.nodeInfo(name)] as const)),
      );
      return checkWorkflow(workflow, (name) => infos.get(name), uploaded);
    };
    let problems = await check();
    // What is missing may have been added since the server was asked.
    if (problems.length > 0 && facts.forget()) problems = await check();
    if (problems.length > 0)
      throw new GeneratorError(
        problems[0].kind === "missing-model" ? "model-missing" : "workflow-invalid",
        `Cannot use the workflow ${template.name} on ${server.url}: ${problems[0].message}`,
      );
    return { workflow, outputs, isWrittenQuickly };
  }

  /** Everyone who asks for a picture of the same batch while it is drawn, or soon after, gets it from the one job. */
  async function drawTogether(
    exact: ExactRequest,
    plan: Plan,
    signal: AbortSignal,
    onProgress: GenerateOptions["onProgress"],
  ): Promise<Drawn> {
    const { count, index } = exact.batch as NonNullable<ExactRequest["batch"]>;
    const key = JSON.stringify([plan.hash, { ...exact, batch: count }]);
    const batch = batches.get(key) ?? startBatch(key, exact, plan);
    batch.waiting++;
    if (onProgress !== undefined) batch.listeners.add(onProgress);
    try {
      const drawn = await orAborted(batch.drawn, signal);
      batch.given.add(index);
      if (batch.given.size === count) batches.delete(key);
      return drawn;
    } finally {
      if (onProgress !== undefined) batch.listeners.delete(onProgress);
      batch.waiting--;
      if (batch.waiting === 0 && batch.given.size === 0) {
        batch.stop.abort(signal.reason);
        batches.delete(key);
      }
    }
  }

  function startBatch(key: string, exact: ExactRequest, plan: Plan): Batch {
    const listeners: Batch["listeners"] = new Set();
    const stop = new AbortController();
    const drawn = draw(exact, plan, AbortSignal.any([stop.signal, closing.signal]), (progress) => {
      for (const listener of listeners) listener(progress);
    });
    const batch: Batch = { drawn, given: new Set(), listeners, stop, waiting: 0 };
    drawn.catch(() => batches.delete(key));
    // Pictures that nobody came for are not kept for ever.
    for (const old of [...batches.keys()].slice(0, Math.max(0, batches.size - 3)))
      if (batches.get(old)?.waiting === 0) batches.delete(old);
    batches.set(key, batch);
    return batch;
  }
}

/** Fills in everything that the request left open. */
function exactRequest(request: GenerationRequest, { template, model, loras }: Plan): ExactRequest {
  const { map, name } = template;
  return {
    ...request,
    steps: request.steps ?? map.defaults.steps,
    guidance: request.guidance ?? map.defaults.guidance,
    tile: map.isTile,
    workflow: name,
    ...(model !== undefined && { model }),
    ...(map.lorasAfter !== undefined && { loras }),
  };
}

function refuseUnsupported(
  { size, style, tile, source, background, batch }: GenerationRequest,
  template: Template,
): void {
  const { name, map } = template;
  const refuse = (what: string) => {
    throw new GeneratorError("unsupported", `Cannot ${what}`);
  };
  if (!map.sizes.includes(size))
    refuse(`draw ${size} px with the workflow ${name}: give a size of ${map.sizes.join(" or ")}`);
  if (style !== undefined)
    refuse(
      `use the style ${style} with ComfyUI: it has no looks by name; use a LoRA (--lora), or say it in the prompt`,
    );
  if (tile && !map.isTile) refuse(`draw a tile with the workflow ${name}: use sdxl-tile, or leave --tile out`);
  if (map.isTile && background === "transparent") refuse("draw a transparent tile: leave one of the two out");
  if (source === undefined && map.slots.image !== undefined)
    refuse(`use the workflow ${name} without a picture: give one to start from (--from)`);
  if (source !== undefined && map.slots.image === undefined)
    refuse(`start from a picture with the workflow ${name}: use sdxl-img2img, or leave --from out`);
  if (source?.mask === undefined && map.slots.mask !== undefined)
    refuse(`use the workflow ${name} without a mask: give one (--mask)`);
  if (source?.mask !== undefined && map.slots.mask === undefined)
    refuse(`use a mask with the workflow ${name}: use sdxl-inpaint, or leave --mask out`);
  if (batch !== undefined && (map.batch === undefined || batch.count > map.batch))
    refuse(
      map.batch === undefined
        ? `draw a batch with the workflow ${name}: use sdxl-batch`
        : `draw a batch of ${batch.count} with the workflow ${name}: give ${map.batch} at most`,
    );
}

/**
 * Tells steps in order, with previews as far as they are decoded in time; a step is told without its preview rather than
 * late.
 */
function progressTeller(
  workflow: Workflow,
  { template, model }: Plan,
  { steps }: ExactRequest,
  onProgress: GenerateOptions["onProgress"],
) {
  const samplers = [...new Set((template.map.slots.steps ?? []).map((place) => splitPlace(place)[0]))].filter(
    (id) => id in workflow,
  );
  const all = steps * Math.max(1, samplers.length);
  const ended = new Set<string>();
  let last = 0;
  let preview: Uint8Array | undefined;
  let queue: Promise<void> = Promise.resolve();
  let waiting = 0;
  const tell = (step: number) => {
    if (onProgress === undefined || step <= last || step > all) return;
    last = step;
    const bytes = waiting < 2 ? preview : undefined;
    preview = undefined;
    waiting++;
    queue = tellAfter(queue, step, bytes, onProgress);
    // Told where it is waited for.
    queue.catch(() => {});
  };
  const tellAfter = async (
    earlier: Promise<void>,
    step: number,
    bytes: Uint8Array | undefined,
    hear: (progress: Progress) => void,
  ) => {
    await earlier;
    const preview = bytes && (await readPicture(bytes).catch(() => undefined));
    waiting--;
    hear({ kind: "step", step, steps: all, ...(preview !== undefined && { preview }) });
  };
  return {
    hear(message: ServerMessage): void {
      if (message.kind === "preview") preview = message.picture;
      else if (message.kind === "node" && message.node !== null) {
        if (/^(?:Checkpoint|UNET)Loader/.test(workflow[message.node]?.class_type ?? ""))
          onProgress?.({ kind: "loading", what: `model ${model ?? ""}`.trim() });
      } else if (message.kind === "progress") {
        const { node, value, most } = message;
        if (samplers.length > 0 && !samplers.includes(node)) return;
        tell(ended.size * steps + Math.min(value, steps));
        if (value >= most && samplers.includes(node)) ended.add(node);
      } else if (message.kind === "cached") {
        // The server has the result of an equal job still and skips the steps.
        for (const node of message.nodes) if (samplers.includes(node)) ended.add(node);
        if (samplers.length > 0 && ended.size === samplers.length) tell(all);
      }
    },
    /** Resolves when all that was heard has been told. */
    told: () => queue,
  };
}

/** As numbers are sorted; two infinite ones are equal. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one - other;
}

async function withOneMoreTry<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    await sleep(200);
    return work();
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof GeneratorError && error.code === "server-unreachable";
}

function mayDoBetterElsewhere(error: unknown): error is Error {
  if (error instanceof LostJob) return false;
  return (
    error instanceof GeneratorError &&
    ["server-unreachable", "server-failed", "model-missing", "workflow-invalid"].includes(error.code)
  );
}
