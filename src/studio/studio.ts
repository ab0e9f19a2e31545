import { join } from "node:path";
import { type GenerationRequest, limits, parseRequest, type Progress, type Recipe } from "#asset";
import type { EvaluationFigures } from "#evaluation";
import { makeFolder } from "#files";
import type { Generator, GeneratorChoice, GeneratorDescription } from "#generators";
import type { Check } from "#hardware";
import type { Library, LibraryEntry, Rebuild } from "#library";
import { countColors, type FinishStep, type Raster } from "#pixels";
import { type EvaluateOptions, evaluate } from "./evaluate.ts";
import type { Client } from "#protocol";
import { type BatchItem, findExisting, planBatch } from "./batch.ts";
import { chooseDaemonGenerator, drawByDaemon } from "./draw-by-daemon.ts";
import { type MadeSprite, makeSprite, recipeFor } from "#worker";
import { type Order, type OrderInput, finishingFor, onBackground, prepareOrder, withoutUndefined } from "./order.ts";
import { type Chosen, chooseGenerator, fallBack } from "./chosen-generator.ts";
import { inParallel } from "./in-parallel.ts";
import { fileAt, type Place, placeFor } from "./place.ts";
import { parseLoras } from "./parse-lora.ts";
import { inBatches } from "./in-batches.ts";
import { StudioError } from "./studio-error.ts";
import { judge, type Verdict } from "./judge.ts";
import { readSprite } from "./read-sprite.ts";

/** A sprite that is finished and stored. */
export type StoredSprite = {
  readonly raster: Raster;
  readonly recipe: Recipe;
  readonly seconds: number;
  readonly notes: readonly string[];
  readonly entry: LibraryEntry;
  /** Where it lies: the place that was asked for, else the library's own file. */
  readonly file: string;
};

export type StudioOptions = {
  readonly generators: Readonly<Record<string, () => Generator>>;
  /** Folder of the embedded models, one folder a model. */
  readonly models: string;
  readonly openLibrary: () => Promise<Library>;
  /** A client of the daemon that draws for this library, if one runs; the studio closes it. */
  readonly findDaemon?: (() => Promise<Client | undefined>) | undefined;
  readonly rebuildLibrary: () => Promise<Rebuild>;
  readonly diagnose: (signal: AbortSignal | undefined) => Promise<readonly Check[]>;
  /** Name and version of this program, as recipes keep it. */
  readonly software: string;
  /** A whole number from 0 to limits.seed. */
  readonly randomSeed: () => number;
};

export type RunOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Draws in this process, even if a daemon runs. */
  readonly isLocal?: boolean | undefined;
  /** `image` counts the images of this call from 1. */
  readonly onProgress?:
    | ((progress: Progress & { readonly image: number; readonly images: number }) => void)
    | undefined;
};

/** What draws: `sprite` by default; with `fallback` the embedded model stands in for one that cannot. */
export type DrawingOptions = RunOptions & {
  readonly generator?: string | undefined;
  readonly fallback?: boolean | undefined;
};

export type BatchEvent =
  | { readonly kind: "planned"; readonly items: number; readonly failures: number }
  | { readonly kind: "made"; readonly line: number; readonly sprite: StoredSprite }
  | { readonly kind: "kept"; readonly line: number; readonly file: string }
  | { readonly kind: "failed"; readonly line: number; readonly error: string };

/** What a person can ask for, one verb each. Every verb rejects with an error of one sentence. */
export interface Studio {
  /** The generators by name, whether they can be reached or not. */
  readonly generators: readonly string[];
  describe(generator?: string, choice?: GeneratorChoice): Promise<GeneratorDescription>;
  /** The words that a generator understands, the most telling first; undefined where any text will do. */
  words(generator?: string): Promise<readonly string[] | undefined>;
  /** Makes the sprites of an order, in the order of their seeds; `out` is a folder or, for one sprite, a file. */
  generate(
    input: OrderInput,
    options?: DrawingOptions & { readonly out?: string | undefined },
  ): AsyncGenerator<StoredSprite>;
  /** What an order comes to, before anything is drawn: one request a sprite, and the finishing. */
  prepare(input: OrderInput): Promise<Order>;
  /** The same for a recipe with changes. */
  prepareReplay(recipe: Recipe, changes: Partial<OrderInput>): Promise<Order>;
  /** Makes what is missing of a batch file in `out`. */
  batch(file: string, out: string, options?: DrawingOptions): AsyncGenerator<BatchEvent>;
  /** Makes a file's sprite again from the recipe inside and compares the pixels. Stores nothing. */
  verify(file: string, options?: RunOptions): Promise<Verdict>;
  /** Makes a file's sprite again with changes. */
  replay(
    file: string,
    changes: Partial<OrderInput>,
    options?: RunOptions & { readonly out?: string | undefined },
  ): AsyncGenerator<StoredSprite>;
  /** Measures how good a generator is. */
  evaluate(generator: string, options: EvaluateOptions): Promise<EvaluationFigures>;
  library(): Promise<Library>;
  /** Makes a damaged library's database again from its PNGs; `library` must not have been asked for before. */
  rebuildLibrary(): Promise<Rebuild>;
  /** Reads a sprite's pixels and recipe from its file. */
  read(file: string): Promise<{ readonly raster: Raster; readonly recipe: Recipe }>;
  /** What this machine has, with a remedy for each thing missing. */
  diagnose(signal?: AbortSignal): Promise<readonly Check[]>;
  close(): Promise<void>;
}

export function createStudio(options: StudioOptions): Studio {
  const generators = new Map<string, Generator>();
  let library: Promise<Library> | undefined;
  const openLibrary = () => (library ??= options.openLibrary());

  return {
    generators: Object.keys(options.generators),
    describe: async (name = "sprite", choice = undefined) => generatorNamed(name).describe(choice),
    words: async (name = "sprite") => generatorNamed(name).words?.(),
    async *generate(input, run = {}) {
      yield* fulfil(await prepareOrder(input, options.randomSeed), run.generator ?? "sprite", run);
    },
    prepare: (input) => prepareOrder(input, options.randomSeed),
    prepareReplay: changedOrder,
    batch,
    async verify(file, { signal, onProgress } = {}) {
      const { raster, recipe } = await readSprite(file);
      const generator = generatorNamed(recipe.generator.name);
      const { software } = options;
      const made = await makeSprite(
        generator,
        await generator.describe(recipe.request),
        recipe.request,
        recipe.finishing,
        {
          software,
          signal,
          onProgress: onProgress && ((progress) => onProgress({ ...progress, image: 1, images: 1 })),
        },
      );
      return judge(file, raster, recipe, made.raster, made.recipe);
    },
    async *replay(file, changes, run = {}) {
      const { recipe } = await readSprite(file);
      yield* fulfil(await changedOrder(recipe, changes), recipe.generator.name, run);
    },
    evaluate: async (name, evaluateOptions) =>
      evaluate(generatorNamed(name), join(options.models, "sprite"), evaluateOptions),
    library: openLibrary,
    rebuildLibrary: options.rebuildLibrary,
    read: readSprite,
    diagnose: options.diagnose,
    async close() {
      await Promise.all([...generators.values()].map((generator) => generator.close()));
      // A library that could not be opened has told so already.
      (await library?.catch(() => undefined))?.close();
    },
  };

  function generatorNamed(name: string): Generator {
    const existing = generators.get(name);
    if (existing !== undefined) return existing;
    const open = options.generators[name];
    if (open === undefined)
      throw new StudioError(
        "unsupported",
        `Cannot use the generator ${name}: choose ${Object.keys(options.generators).join(" or ")}`,
      );
    const generator = open();
    generators.set(name, generator);
    return generator;
  }

  async function* fulfil(
    order: Order,
    generatorName: string,
    { fallback = false, out, ...run }: Omit<DrawingOptions, "generator"> & { readonly out?: string | undefined },
  ): AsyncGenerator<StoredSprite> {
    const daemon = run.isLocal === true ? undefined : await options.findDaemon?.();
    if (daemon !== undefined) {
      yield* fulfilByDaemon(daemon, order, generatorName, { ...run, fallback, out });
      return;
    }
    const chosen = await chooseGenerator(generatorName, order.requests[0], { named: generatorNamed, fallback });
    const requests = inBatches(order.requests.map(chosen.fit), chosen.description.batch);
    const place = await placeFor(out, requests.length);
    const made = inParallel(requests, chosen.description.parallel, (request, index) =>
      make(generatorName, chosen, request, order.finishing, fallback, run, {
        image: index + 1,
        images: requests.length,
      }),
    );
    for await (const { value } of made) yield await store(value, place, run.signal);
  }

  async function* fulfilByDaemon(
    daemon: Client,
    asked: Order,
    generatorName: string,
    { signal, onProgress, fallback, out }: Omit<DrawingOptions, "generator"> & { readonly out?: string | undefined },
  ): AsyncGenerator<StoredSprite> {
    try {
      const choosing = { generator: generatorName, fallback, signal };
      const { generator, order, notes } = await chooseDaemonGenerator(daemon, asked, choosing);
      const images = order.requests.length;
      const place = await placeFor(out, images);
      const made = drawByDaemon(daemon, order, {
        generator,
        fallback,
        signal,
        onProgress: onProgress && ((progress, index) => onProgress({ ...progress, image: index + 1, images })),
      });
      for await (const sprite of made)
        yield await store({ ...sprite, notes: [...notes, ...sprite.notes] }, place, signal);
    } finally {
      await daemon.close();
    }
  }

  /** Draws one sprite; where its generator gives out on the way, the substitute does if that was asked for. */
  async function make(
    generatorName: string,
    { generator, description, notes }: Chosen,
    request: GenerationRequest,
    finishing: readonly FinishStep[],
    fallback: boolean,
    { signal, onProgress }: RunOptions,
    count: { readonly image: number; readonly images: number },
  ): Promise<MadeSprite> {
    const makeOptions = {
      software: options.software,
      signal,
      onProgress: onProgress && ((progress: Progress) => onProgress({ ...progress, ...count })),
    };
    const noted = (made: MadeSprite, of: readonly string[]) => ({ ...made, notes: [...of, ...made.notes] });
    try {
      return noted(await makeSprite(generator, description, request, finishing, makeOptions), notes);
    } catch (error) {
      signal?.throwIfAborted();
      if (notes.length > 0) throw error;
      const substitute = await fallBack(generatorName, error, { named: generatorNamed, fallback });
      const { generator: other, description: otherDescription, fit } = substitute;
      return noted(await makeSprite(other, otherDescription, fit(request), finishing, makeOptions), substitute.notes);
    }
  }

  async function store(made: MadeSprite, place: Place | undefined, signal?: AbortSignal): Promise<StoredSprite> {
    signal?.throwIfAborted();
    const { raster, recipe, png, seconds, notes } = made;
    const { width, height } = raster;
    const entry = await (await openLibrary()).add({ png, recipe, width, height, seconds, colors: countColors(raster) });
    const file = (await place?.(recipe, png)) ?? entry.file;
    return { raster, recipe, seconds, notes, entry, file };
  }

  async function* batch(
    file: string,
    out: string,
    { generator: name = "sprite", fallback = false, ...run }: DrawingOptions = {},
  ): AsyncGenerator<BatchEvent> {
    const plan = await planBatch(file, out);
    const choices = new Map<string, Promise<Chosen>>();
    const choiceFor = (request: GenerationRequest) => {
      const { workflow, model, loras, tile, source } = request;
      const key = JSON.stringify([workflow, model, loras, tile, source !== undefined, source?.mask !== undefined]);
      const known = choices.get(key) ?? chooseGenerator(name, request, { named: generatorNamed, fallback });
      choices.set(key, known);
      return known;
    };
    // One that cannot draw at all is told once, not for every row.
    const { description } = await (plan.items.length === 0
      ? chooseGenerator(name, undefined, { named: generatorNamed, fallback })
      : choiceFor(plan.items[0].request));
    yield { kind: "planned", items: plan.items.length, failures: plan.failures.length };
    for (const failure of plan.failures) yield { kind: "failed", ...failure };
    await makeFolder(out);
    const missing: (BatchItem & { readonly chosen: Chosen })[] = [];
    for (const planned of plan.items) {
      const { line, file, finishing } = planned;
      let chosen: Chosen;
      try {
        chosen = await choiceFor(planned.request);
      } catch (error) {
        yield { kind: "failed", line, error: (error as Error).message };
        continue;
      }
      const item = { ...planned, request: chosen.fit(planned.request), chosen };
      const exact = filled(item.request, chosen.description);
      const existing = await findExisting(item, recipeFor(chosen.description, exact, finishing, options.software));
      if (existing === "same") yield { kind: "kept", line, file };
      else if (existing === "foreign")
        yield {
          kind: "failed",
          line,
          error: `Cannot write ${file}: a file that dgx-pixels did not make is there; move it or name another folder with --out`,
        };
      else missing.push(item);
    }
    const made = inParallel(missing, description.parallel, async ({ chosen, request, finishing }, index) => {
      try {
        const count = { image: index + 1, images: missing.length };
        return await make(name, chosen, request, finishing, fallback, run, count);
      } catch (error) {
        run.signal?.throwIfAborted();
        return { error: (error as Error).message };
      }
    });
    for await (const { value, item } of made)
      if ("error" in value) yield { kind: "failed", line: item.line, error: value.error };
      else yield { kind: "made", line: item.line, sprite: await store(value, fileAt(item.file), run.signal) };
  }

  async function changedOrder(recipe: Recipe, changes: Partial<OrderInput>): Promise<Order> {
    const { colors, palette, from, strength, mask, lora, count = 1, ...plain } = withoutUndefined(changes);
    if (from !== undefined || mask !== undefined)
      throw new StudioError("unsupported", "Cannot replay from another picture: use generate with --from");
    const { source, model, loras, ...kept } = recipe.request;
    // Another workflow chooses its own files.
    const files = plain.workflow === undefined ? withoutUndefined({ model, loras }) : {};
    if (strength !== undefined && source === undefined)
      throw new StudioError("invalid-order", "Cannot change the strength: this sprite was not made from a picture");
    const request = parseRequest({
      ...kept,
      ...files,
      ...plain,
      ...(lora !== undefined && { loras: parseLoras(lora) }),
      ...(source && { source: { ...source, ...(strength !== undefined && { strength }) } }),
    });
    if (source !== undefined && request.size !== recipe.request.size)
      throw new StudioError("unsupported", "Cannot change the size of a sprite that was made from a picture");
    if (!Number.isInteger(count) || count < 1 || count > limits.count || request.seed + count - 1 > limits.seed)
      throw new StudioError(
        "invalid-order",
        `Cannot make ${count} sprites from seed ${request.seed}: give a count from 1 to ${limits.count}`,
      );
    const finishing =
      colors === undefined && palette === undefined ? recipe.finishing : await finishingFor({ colors, palette });
    return {
      requests: Array.from({ length: count }, (_, index) => ({ ...request, seed: request.seed + index })),
      finishing: onBackground(finishing, request.background),
    };
  }
}

function filled(request: Order["requests"][number], { defaults }: GeneratorDescription): Recipe["request"] {
  const { steps, guidance, workflow, model, loras, tile } = defaults;
  return {
    ...request,
    ...(tile !== undefined && { tile }),
    steps: request.steps ?? steps,
    guidance: request.guidance ?? guidance,
    ...(workflow !== undefined && { workflow }),
    ...(model !== undefined && { model }),
    ...(loras !== undefined && { loras }),
  };
}
