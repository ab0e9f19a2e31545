import {
  type ComparisonInput,
  type ComparisonView,
  type ContenderInput,
  planComparison,
  rankByVotes,
  runComparison,
  viewComparison,
  writeComparisonSheet,
} from "#studio";
import type { CliContext, Output } from "../context.ts";
import { exitCodes, UsageError } from "../failure.ts";
import type { OrderFlags } from "../order-flags.ts";

type JsonFlag = { readonly json: boolean };

export type RunFlags = Omit<OrderFlags, "count" | "from" | "mask" | "strength"> &
  JsonFlag & {
    readonly with?: readonly string[];
    readonly across?: string;
    readonly down?: string;
    readonly seeds?: number;
    readonly generator?: string;
  };

/** Settings that are numbers; the others are words. */
const numbers = new Set(["steps", "guidance", "size", "colors"]);
const words = new Set([
  "generator",
  "style",
  "negative",
  "palette",
  "background",
  "workflow",
  "model",
  "lora",
  "label",
]);

export async function run(
  this: CliContext,
  { json, with: contenders = [], across, down, seeds, seed, ...common }: RunFlags,
  ...prompts: readonly string[]
): Promise<void> {
  const { stdout, stderr } = this.process;
  if (down !== undefined && across === undefined)
    throw new UsageError("Cannot lay out a grid by --down alone: give --across too");
  const input: ComparisonInput = {
    prompts,
    seed,
    seeds,
    common,
    contenders: contenders.map(contenderOf),
    ...(across !== undefined && { grid: { x: axisOf(across), ...(down !== undefined && { y: axisOf(down) }) } }),
  };
  const studio = await this.studio();
  const library = await studio.library();
  const plan = await planComparison(input, {
    describe: (generator, choice) => studio.describe(generator, choice),
    randomSeed: () => crypto.getRandomValues(new Uint32Array(1))[0],
    newId: () => crypto.randomUUID(),
  });
  const drawing = await this.daemon.openDrawing();
  const { contenders: named, rows } = plan.comparison;
  let failures = 0;
  try {
    for await (const { row, contender, job, failure } of runComparison(plan, {
      library,
      queue: drawing.client,
      signal: this.signal,
    })) {
      if (failure !== undefined) failures++;
      const { prompt, seed: drawn } = rows[row];
      const { label } = named[contender];
      if (json)
        stdout.write(
          `${JSON.stringify({ comparison: plan.comparison.id, row: row + 1, contender: contender + 1, label, prompt, seed: drawn, job, failure })}\n`,
        );
      else if (failure === undefined) stdout.write(`${label}: ${prompt}, seed ${drawn}\n`);
      else stderr.write(`${label}: ${prompt}, seed ${drawn}: ${failure}\n`);
    }
  } finally {
    await drawing.close();
  }
  const { id } = plan.comparison;
  if (!json)
    stdout.write(
      `Comparison ${short(id)}: see it with compare sheet ${short(id)} --out FILE.png, vote with compare vote ${short(id)} ROW BEST\n`,
    );
  if (failures > 0) this.process.exitCode = exitCodes.failed;
}

export async function list(this: CliContext, { json, limit }: JsonFlag & { readonly limit?: number }): Promise<void> {
  const library = await (await this.studio()).library();
  for (const { id, created, contenders, rows, votes } of library.comparisons.list({ limit }).comparisons) {
    const labels = contenders.map(({ label }) => label);
    const prompts = [...new Set(rows.map(({ prompt }) => prompt))];
    if (json)
      this.process.stdout.write(
        `${JSON.stringify({ id, created, contenders: labels, prompts, rows: rows.length, votes: votes.length })}\n`,
      );
    else
      this.process.stdout.write(
        `${short(id)}  ${created.slice(0, 16).replace("T", " ")}  ${labels.join(" | ")}  ${prompts.join("; ")}  ${votes.length} of ${rows.length} rows voted on\n`,
      );
  }
}

export async function show(this: CliContext, { json }: JsonFlag, reference: string): Promise<void> {
  const library = await (await this.studio()).library();
  tell(this.process.stdout, viewComparison(library, library.comparisons.get(reference)), json);
}

export async function vote(
  this: CliContext,
  { json, among }: JsonFlag & { readonly among?: string },
  reference: string,
  row: number,
  best: string,
): Promise<void> {
  const library = await (await this.studio()).library();
  const { contenders } = library.comparisons.get(reference);
  const shown =
    among === undefined ? contenders.map((_, place) => place) : among.split(",").map((text) => placeOf(text.trim()));
  const winner = best === "none" ? null : placeOf(best);
  const voted = library.comparisons.vote(reference, { row: row - 1, shown, winner, isBlind: false });
  tell(this.process.stdout, viewComparison(library, voted), json);
}

export async function unvote(this: CliContext, { json }: JsonFlag, reference: string, row: number): Promise<void> {
  const library = await (await this.studio()).library();
  tell(this.process.stdout, viewComparison(library, library.comparisons.unvote(reference, row - 1)), json);
}

export async function ranking(this: CliContext, { json }: JsonFlag): Promise<void> {
  const { stdout, stderr } = this.process;
  const ranks = rankByVotes(await (await this.studio()).library());
  if (ranks.length === 0 && !json) stderr.write("Nothing has been voted on yet: compare vote does.\n");
  for (const [index, { label, contender, points, low, high, winChance, shown, won }] of ranks.entries())
    stdout.write(
      json
        ? `${JSON.stringify({ rank: index + 1, label, points, low, high, winChance, shown, won, settings: JSON.parse(contender) })}\n`
        : `${index + 1}. ${label}  ${signed(points)} (${signed(low)} to ${signed(high)})  ${won} of ${shown} votes\n`,
    );
}

export async function sheet(
  this: CliContext,
  { out, blind, force, json }: JsonFlag & { readonly out: string; readonly blind: boolean; readonly force: boolean },
  reference: string,
): Promise<void> {
  const library = await (await this.studio()).library();
  const view = viewComparison(library, library.comparisons.get(reference));
  const { file, width, height } = await writeComparisonSheet(view, out, { isBlind: blind, force });
  this.process.stdout.write(json ? `${JSON.stringify({ file, width, height })}\n` : `${file}\n`);
}

export async function remove(this: CliContext, _: JsonFlag, reference: string): Promise<void> {
  (await (await this.studio()).library()).comparisons.remove(reference);
}

function tell(stdout: Output, { id, contenders, rows, cells, votes }: ComparisonView, isJson: boolean): void {
  const labels = contenders.map(({ label }) => label);
  if (!isJson) stdout.write(`${short(id)}: ${labels.map((label, index) => `${index + 1} ${label}`).join(" | ")}\n`);
  for (const [row, { prompt, seed }] of rows.entries()) {
    const vote = votes.find((candidate) => candidate.row === row);
    const best = vote && (vote.winner === null ? "none" : vote.winner + 1);
    const sprites = cells[row].map(({ entry, job }) => ({
      job,
      ...(entry && {
        id: entry.id,
        file: entry.file,
        seconds: entry.seconds,
        colors: entry.colors,
        steps: entry.steps,
      }),
    }));
    if (isJson) {
      stdout.write(
        `${JSON.stringify({ comparison: id, row: row + 1, prompt, seed, contenders: labels, sprites, best })}\n`,
      );
      continue;
    }
    stdout.write(`${row + 1}. ${prompt}, seed ${seed}${best === undefined ? "" : `, best: ${best}`}\n`);
    for (const [index, { entry }] of cells[row].entries())
      stdout.write(
        `   ${index + 1} ${entry === undefined ? "no sprite" : `${entry.file}  ${entry.seconds === null ? "" : `${entry.seconds.toFixed(2)} s  `}${entry.colors} colors`}\n`,
      );
  }
}

/** "steps=4,lora=pixel:1+other:0.5,label=Quick" as settings. */
function contenderOf(text: string): ContenderInput {
  const settings: Record<string, unknown> = {};
  for (const part of text.split(",")) {
    const [, name = "", value = ""] = /^\s*([a-z]+)\s*=(.*)$/.exec(part) ?? [];
    settings[name] = settingOf(name, value.trim(), part);
  }
  return settings as ContenderInput;
}

/** "steps=4,8,16" as an axis. */
function axisOf(text: string): NonNullable<ComparisonInput["grid"]>["x"] {
  const [, name = "", values = ""] = /^\s*([a-z]+)\s*=(.*)$/.exec(text) ?? [];
  const setting = name as NonNullable<ComparisonInput["grid"]>["x"]["setting"];
  return { setting, values: values.split(",").map((value) => settingOf(name, value.trim(), text)) };
}

function settingOf(name: string, value: string, text: string): unknown {
  const isTile = name === "tile";
  if (value === "" || !(numbers.has(name) || words.has(name) || isTile))
    throw new UsageError(
      `Cannot read the setting ${JSON.stringify(text)}: write NAME=VALUE with one of ${[...numbers, ...words, "tile"].join(", ")}`,
    );
  if (name === "lora") return value.split("+");
  if (isTile) return value === "yes" || value === "true";
  if (!numbers.has(name)) return value;
  const number = Number(value);
  if (Number.isNaN(number)) throw new UsageError(`Cannot use ${name} ${value}: give a number`);
  return number;
}

function placeOf(text: string): number {
  const place = Number(text);
  if (!Number.isInteger(place) || place < 1)
    throw new UsageError(`Cannot vote for ${text}: give the contender's number, or none`);
  return place - 1;
}

function short(id: string): string {
  return id.slice(0, 8);
}

function signed(points: number): string {
  return `${points < 0 ? "" : "+"}${Math.round(points)}`;
}
