import type { DitherMethod, Palette, PaletteOrder } from "#studio";
import type { CliContext } from "../context.ts";
import type { EditFlags } from "../edit-flags.ts";
import { reportEdits, reportFailedPicture } from "../edit-report.ts";
import { UsageError } from "../failure.ts";
import { terminalPicture } from "../terminal-picture.ts";

export type ListFlags = { readonly json: boolean };

export async function list(this: CliContext, { json }: ListFlags): Promise<void> {
  const { paletteNames, readPalette } = await import("#studio");
  for (const name of paletteNames()) {
    const palette = await readPalette(name);
    if (json) printJson(this, palette);
    else
      this.process.stdout.write(
        `${name.padEnd(20)} ${String(palette.colors.length).padStart(3)}  ${strip(this, palette)}\n`,
      );
  }
}

export type ShowFlags = EditFlags;

export async function show(
  this: CliContext,
  { json, out, force }: ShowFlags,
  ...palettes: readonly string[]
): Promise<void> {
  const { readPalette } = await import("#studio");
  if (out !== undefined && palettes.length > 1)
    throw new UsageError(`Cannot write ${palettes.length} palettes to one file: show them one by one`);
  for (const name of palettes) await present(this, await readPalette(name), { json, out, force });
}

export type ExtractFlags = EditFlags & { readonly colors: number | "auto"; readonly name?: string };

export async function extract(
  this: CliContext,
  { json, out, force, colors, name }: ExtractFlags,
  ...images: readonly string[]
): Promise<void> {
  const { extractPaletteFrom, paletteWriterFor } = await import("#studio");
  if (out !== undefined) paletteWriterFor(out);
  const options = { count: colors, name, signal: this.signal };
  const { palette, pictures, colorsInAll, failures } = await extractPaletteFrom(images, options);
  for (const failure of failures) reportFailedPicture(this, failure, json);
  if (palette.colors.length === 0) return;
  await present(this, palette, { json, out, force }, { pictures, colorsInAll });
  if (!json && colors !== "auto" && palette.colors.length < colors)
    this.process.stderr.write(`note: there are only ${colorsInAll} colors in all\n`);
}

export type ApplyFlags = EditFlags & {
  readonly palette?: string;
  readonly colors?: number;
  readonly dither?: DitherMethod;
  readonly strength?: number;
};

export async function apply(
  this: CliContext,
  { json, ...options }: ApplyFlags,
  ...images: readonly string[]
): Promise<void> {
  const { applyPalette } = await import("#studio");
  const events = applyPalette(images, { ...options, signal: this.signal });
  await reportEdits(
    this,
    events,
    json,
    ({ palette, colors }) => `${colors} ${colors === 1 ? "color" : "colors"} of ${palette}`,
  );
}

export type SortFlags = EditFlags & { readonly by: PaletteOrder; readonly reverse: boolean };

export async function sort(
  this: CliContext,
  { json, out, force, by, reverse }: SortFlags,
  nameOrFile: string,
): Promise<void> {
  const { readPalette, sortPalette } = await import("#studio");
  const { name, colors } = await readPalette(nameOrFile);
  const sorted = sortPalette(colors, by);
  await present(this, { name, colors: reverse ? sorted.toReversed() : sorted }, { json, out, force });
}

export type CompareFlags = { readonly json: boolean };

export async function compare(this: CliContext, { json }: CompareFlags, first: string, second: string): Promise<void> {
  const { comparePalettes, readPalette } = await import("#studio");
  const [a, b] = await Promise.all([readPalette(first), readPalette(second)]);
  const comparison = comparePalettes(a.colors, b.colors);
  const { stdout } = this.process;
  if (json) {
    printJson(this, { first: a.name, second: b.name, ...comparison });
    return;
  }
  const { shared, onlyInFirst, onlyInSecond, meanDistance, greatestDistance } = comparison;
  stdout.write(
    `${shared.length} colors in both, ${onlyInFirst.length} only in ${a.name}, ${onlyInSecond.length} only in ${b.name}\n` +
      `distance in OKLab (0.02 is just noticeable): ${meanDistance.toFixed(3)} on average, ${greatestDistance.toFixed(3)} at most\n`,
  );
  for (const [matches, own, other] of [
    [onlyInFirst, a.name, b.name],
    [onlyInSecond, b.name, a.name],
  ] as const)
    for (const { color, nearest, distance } of matches)
      stdout.write(`${color} of ${own} is nearest to ${nearest} of ${other}: ${distance.toFixed(3)}\n`);
}

/** Writes the palette to `out`, or shows it: a swatch on a terminal, its colours, one a line. */
async function present(
  context: CliContext,
  palette: Palette,
  { json, out, force }: EditFlags,
  facts: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { stdout } = context.process;
  if (out !== undefined) {
    const { writePalette } = await import("#studio");
    await writePalette(palette, out, { force });
  }
  if (json) printJson(context, { ...palette, ...facts, ...(out !== undefined && { file: out }) });
  else if (out !== undefined) stdout.write(`${out}  ${palette.name}, ${palette.colors.length} colors\n`);
  else if (stdout.isTTY)
    stdout.write(
      `${palette.name}, ${palette.colors.length} colors\n${await swatch(context, palette)}${named(palette)}`,
    );
  else stdout.write(named(palette));
}

function named({ colors }: Palette): string {
  return colors.map((color) => `${color}\n`).join("");
}

async function swatch({ process: { stdout } }: CliContext, palette: Palette): Promise<string> {
  const { paletteSwatch } = await import("#studio");
  const raster = paletteSwatch(palette, { side: 4, columns: 16 });
  return terminalPicture(raster, stdout.columns ?? 80, stdout.getColorDepth?.() ?? 1) ?? "";
}

/** A palette's first colours in one line of a terminal; nothing elsewhere. */
function strip({ process: { stdout } }: CliContext, { colors }: Palette): string {
  if (!stdout.isTTY || (stdout.getColorDepth?.() ?? 1) < 24) return "";
  const room = Math.max(0, (stdout.columns ?? 80) - 26);
  const blocks = colors.slice(0, room).map((color) => {
    const rgb = Number.parseInt(color.slice(1), 16);
    return `\u001b[48;2;${rgb >> 16};${(rgb >> 8) & 255};${rgb & 255}m `;
  });
  return `${blocks.join("")}\u001b[0m`;
}

function printJson({ process: { stdout } }: CliContext, value: object): void {
  stdout.write(`${JSON.stringify(value)}\n`);
}
