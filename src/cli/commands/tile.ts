import type { MadeTileset, MakeTilesetOptions, TextureOrigin, TileFigures } from "#studio";
import type { CliContext, Output } from "../context.ts";
import type { EditFlags } from "../edit-flags.ts";
import { reportEdits, reportFailedPicture } from "../edit-report.ts";
import { exitCodes } from "../failure.ts";
import { progressLine } from "../progress-line.ts";
import { terminalPicture } from "../terminal-picture.ts";

export type CheckFlags = { readonly preview?: string; readonly force: boolean; readonly json: boolean };

export async function check(
  this: CliContext,
  { json, ...options }: CheckFlags,
  ...paths: readonly string[]
): Promise<void> {
  const { checkTiles, repeatedFor } = await import("#studio");
  const { stdout } = this.process;
  for await (const event of checkTiles(paths, { ...options, signal: this.signal })) {
    if (event.kind === "failed") {
      reportFailedPicture(this, event, json);
      continue;
    }
    const { source, width, height, figures, raster, previewFile } = event;
    if (figures.verdict === "seam") this.process.exitCode = exitCodes.failed;
    if (json) {
      const file = previewFile === undefined ? {} : { previewFile };
      stdout.write(`${JSON.stringify({ source, width, height, ...figures, ...file })}\n`);
      continue;
    }
    showPicture(stdout, repeatedFor(raster, stdout.columns ?? 80));
    stdout.write(`${source}  ${width} x ${height} px, ${describeFigures(figures)}${written(previewFile)}\n`);
  }
}

export type FixFlags = EditFlags & { readonly preview?: string };

export async function fix(
  this: CliContext,
  { json, ...options }: FixFlags,
  ...paths: readonly string[]
): Promise<void> {
  const { fixTiles, repeatedFor } = await import("#studio");
  const events = fixTiles(paths, { ...options, signal: this.signal });
  const columns = this.process.stdout.columns ?? 80;
  await reportEdits(
    this,
    events,
    json,
    ({ before, after, changedPixels, cutError, previewFile }) =>
      changedPixels === 0
        ? `${describeFigures(before)}: nothing to repair${written(previewFile)}`
        : `seam error ${worst(before)} -> ${worst(after)}, rank ${percent(before)} -> ${percent(after)}, ` +
          `${changedPixels} pixels replaced, their cuts ${cutError.toFixed(2)}${written(previewFile)}`,
    (raster) => repeatedFor(raster, columns),
  );
}

export type MakeFlags = Omit<
  MakeTilesetOptions,
  "studio" | "signal" | "onProgress" | "isLocal" | "tiled" | "godot" | "force"
> & {
  readonly tiled: boolean;
  readonly godot: boolean;
  readonly force: boolean;
  readonly json: boolean;
};

export async function makeSet(
  this: CliContext,
  { json, ...options }: MakeFlags,
  lower: string,
  upper: string,
): Promise<void> {
  const { makeTileset } = await import("#studio");
  const { stdout, stderr } = this.process;
  const line = progressLine(stderr, json);
  const made = await makeTileset(lower, upper, {
    ...options,
    studio: this.studio,
    signal: this.signal,
    onProgress: line.onProgress,
  }).finally(line.clear);
  const { map, ...facts } = made;
  if (json) {
    stdout.write(`${JSON.stringify(facts)}\n`);
    return;
  }
  const { files, kind, tiles, size, seed, textures, seams } = facts;
  showPicture(stdout, map);
  stdout.write(
    `${files.join(", ")}  ${kind}: ${tiles} tiles of ${size} x ${size} px, seed ${seed}\n` +
      `textures: ${describeTexture(textures.lower)}; ${describeTexture(textures.upper)}\n${describeSeams(seams)}`,
  );
}

/** Bad pairs that a person reads; the JSON has all. */
const mostListed = 10;

/** A line for all pairs, and one for each of the worst over 2. */
export function describeSeams({ pairs, pairsInMaps, worst, mean, bad }: MadeTileset["seams"]): string {
  const lines = [
    `seams: ${pairs} pairs of matching edges (${pairsInMaps} occur in maps), worst ${worst.toFixed(2)}, ` +
      `mean ${mean.toFixed(2)} of the textures' own contrast`,
  ];
  if (bad.length > 0) lines.push(`${bad.length} pairs are over 2:`);
  for (const { direction, first, second, error } of bad.slice(0, mostListed))
    lines.push(`  ${first} ${direction === "across" ? "|" : "above"} ${second}: ${error.toFixed(2)}`);
  if (bad.length > mostListed) lines.push(`  and ${bad.length - mostListed} more, in the JSON file`);
  return `${lines.join("\n")}\n`;
}

function showPicture(stdout: Output, raster: Parameters<typeof terminalPicture>[0]): void {
  if (stdout.isTTY) stdout.write(terminalPicture(raster, stdout.columns ?? 80, stdout.getColorDepth?.() ?? 1) ?? "");
}

function describeFigures(figures: TileFigures): string {
  const { across, down } = figures.seamError;
  return (
    `${figures.verdict}: seam error ${across.toFixed(2)} across, ${down.toFixed(2)} down, more conspicuous than ` +
    `${percent(figures)} of its own lines`
  );
}

function worst({ seamError }: TileFigures): string {
  return Math.max(seamError.across, seamError.down).toFixed(2);
}

function percent({ seamRank }: TileFigures): string {
  return `${Math.round(seamRank * 100)} %`;
}

function written(file: string | undefined): string {
  return file === undefined ? "" : `; ${file}`;
}

function describeTexture({ name, seed, seamBefore, seamAfter, wasCropped, wasRepaired }: TextureOrigin): string {
  const done = [
    seed === undefined ? "" : `seed ${seed}`,
    wasCropped ? "a part of it" : "",
    wasRepaired ? "repaired" : "",
  ];
  const seam = `seam ${seamBefore.toFixed(2)} -> ${seamAfter.toFixed(2)}`;
  return `${name} (${[...done.filter((text) => text !== ""), seam].join(", ")})`;
}
