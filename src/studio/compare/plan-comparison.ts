import { limits } from "#asset";
import type { GeneratorChoice, GeneratorDescription } from "#generators";
import type { Contender, NewComparison } from "#library";
import type { Params } from "#protocol";
import { type Order, type OrderInput, prepareOrder } from "../order.ts";
import { StudioError } from "../studio-error.ts";

/** Settings by which a contender differs from the others; all else is the same for all. */
export type ContenderInput = Omit<Partial<OrderInput>, "prompt" | "seed" | "count"> & {
  readonly generator?: string | undefined;
  /** What to call it; made of the settings that differ where left out. */
  readonly label?: string | undefined;
};

/** A setting with the values to try, for one axis of a grid. */
export type Axis = { readonly setting: Exclude<keyof ContenderInput, "label">; readonly values: readonly unknown[] };

export type ComparisonInput = {
  readonly prompts: readonly string[];
  /** The first seed; drawn at random where left out. */
  readonly seed?: number | undefined;
  /** Seeds for each prompt, counting up; 1 by default. */
  readonly seeds?: number | undefined;
  /** What all contenders have in common. */
  readonly common?: ContenderInput | undefined;
  readonly contenders?: readonly ContenderInput[] | undefined;
  /** Instead of contenders: every value of one setting with every value of the other. */
  readonly grid?: { readonly x: Axis; readonly y?: Axis | undefined } | undefined;
};

export type JobWish = Params<"add">["jobs"][number];

export type ComparisonPlan = {
  readonly comparison: NewComparison;
  /**
   * One a contender and row. All of a contender come together, so that no model is loaded twice; where several devices
   * load models by themselves, as many contenders take turns.
   */
  readonly jobs: readonly JobWish[];
};

export type PlanningOptions = {
  readonly describe: (generator: string, choice: GeneratorChoice) => Promise<GeneratorDescription>;
  readonly randomSeed: () => number;
  /** A new lower-case UUID. */
  readonly newId: () => string;
};

/** Most contenders of a comparison, and most sprites in all. */
export const comparisonLimits = { contenders: 64, sprites: 1000 } as const;

/**
 * Checks what is to be compared, contender by contender, before anything is drawn. Contenders that would draw the same
 * are refused. Throws errors of one sentence.
 */
export async function planComparison(input: ComparisonInput, options: PlanningOptions): Promise<ComparisonPlan> {
  const { prompts, seeds = 1 } = input;
  const wishes = wishesOf(input);
  if (prompts.length === 0) throw invalid("Cannot compare without a prompt: give one or more");
  if (!Number.isInteger(seeds) || seeds < 1 || seeds > limits.count)
    throw invalid(`Cannot compare with ${seeds} seeds a prompt: give a whole number from 1 to ${limits.count}`);
  if (wishes.length < 2 || wishes.length > comparisonLimits.contenders)
    throw invalid(`Cannot compare ${wishes.length} contenders: give 2 to ${comparisonLimits.contenders}`);
  const sprites = wishes.length * prompts.length * seeds;
  if (sprites > comparisonLimits.sprites)
    throw invalid(
      `Cannot compare in ${sprites} sprites: ${comparisonLimits.sprites} at most; take fewer prompts or seeds`,
    );

  const seed = input.seed ?? Math.max(0, options.randomSeed() - (seeds - 1));
  const group = options.newId();
  const contenders: Contender[] = [];
  const jobsOf: JobWish[][] = [];
  let devices = 1;
  const rows = prompts.flatMap((prompt) =>
    Array.from({ length: seeds }, (_, index) => ({ prompt, seed: seed + index, jobs: [] as string[] })),
  );
  for (const { settings, at, label } of wishes) {
    const { generator = "sprite", label: _, ...order } = settings;
    let key = "";
    const jobs: JobWish[] = [];
    for (const prompt of prompts) {
      const { requests, finishing } = await prepareOrder({ ...order, prompt, seed, count: seeds }, options.randomSeed);
      if (key === "") {
        const description = await options.describe(generator, requests[0]);
        key = keyOf(description, requests[0], finishing);
        devices = Math.max(devices, description.devices ?? 1);
      }
      for (const request of requests) {
        const id = options.newId();
        rows[jobs.length].jobs.push(id);
        jobs.push({ id, generator, order: { request, finishing }, group });
      }
    }
    const twin = contenders.find((contender) => contender.key === key);
    if (twin !== undefined)
      throw invalid(`Cannot compare ${label} with ${twin.label}: they draw the same; let a setting differ`);
    contenders.push({ key, label, ...(at && { at }) });
    jobsOf.push(jobs);
  }
  return { comparison: { id: group, contenders, rows }, jobs: inTurns(jobsOf, devices) };
}

/** The jobs of so many contenders at a time, a row after the other. */
function inTurns(jobsOf: readonly (readonly JobWish[])[], devices: number): readonly JobWish[] {
  const jobs: JobWish[] = [];
  for (let first = 0; first < jobsOf.length; first += devices) {
    const turn = jobsOf.slice(first, first + devices);
    for (const row of turn[0]?.keys() ?? []) jobs.push(...turn.flatMap((contender) => contender.slice(row, row + 1)));
  }
  return jobs;
}

type Wish = { readonly settings: ContenderInput; readonly label: string; readonly at?: Contender["at"] };

function wishesOf({ common = {}, contenders = [], grid }: ComparisonInput): readonly Wish[] {
  if (grid !== undefined && contenders.length > 0)
    throw invalid("Cannot compare contenders in a grid: give either contenders or axes");
  if (grid === undefined) {
    const differing = [...new Set(contenders.flatMap((contender) => Object.keys(contender)))].filter(
      (setting) => setting !== "label",
    );
    return contenders.map((contender, index) => ({
      settings: { ...common, ...contender },
      label: contender.label ?? labelOf({ ...common, ...contender }, differing, index),
    }));
  }
  const { x, y } = grid;
  for (const { setting, values } of y === undefined ? [x] : [x, y])
    if (values.length === 0) throw invalid(`Cannot lay out a grid by ${setting}: give its values`);
  if (y?.setting === x.setting) throw invalid(`Cannot lay out a grid by ${x.setting} twice: give two settings`);
  return (y?.values ?? [undefined]).flatMap((yValue) =>
    x.values.map((xValue): Wish => {
      const settings = { ...common, [x.setting]: xValue, ...(y && { [y.setting]: yValue }) };
      const at = { x: describe(x.setting, xValue), y: y === undefined ? "" : describe(y.setting, yValue) };
      return { settings, at, label: [at.x, at.y].filter(Boolean).join(", ") };
    }),
  );
}

function labelOf(settings: ContenderInput, differing: readonly string[], index: number): string {
  const told = differing.flatMap((setting) => {
    const value = settings[setting as keyof ContenderInput];
    return value === undefined ? [] : [describe(setting, value)];
  });
  return told.length > 0 ? told.join(", ") : `default ${index + 1}`;
}

function describe(setting: string, value: unknown): string {
  if (setting === "generator" || setting === "model" || setting === "style") return String(value);
  if (typeof value === "boolean") return value ? setting : `no ${setting}`;
  if (Array.isArray(value) && value.length === 0) return `no ${setting}`;
  return `${setting} ${Array.isArray(value) ? value.join(" + ") : String(value)}`;
}

/** All that decides the pictures, but for prompt and seed. */
function keyOf(
  { name, hash }: GeneratorDescription,
  { prompt: _prompt, seed: _seed, ...request }: Order["requests"][number],
  finishing: Order["finishing"],
): string {
  return JSON.stringify({ generator: name, hash, request: sorted(request), finishing });
}

function sorted(request: object): object {
  return Object.fromEntries(Object.entries(request).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function invalid(message: string): StudioError {
  return new StudioError("invalid-order", message);
}
