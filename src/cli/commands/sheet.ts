import type { PackSheetOptions, SplitOptions } from "#studio";
import type { CliContext } from "../context.ts";
import { reportFailedPicture } from "../edit-report.ts";

export type PackFlags = Pick<PackSheetOptions, "out" | "format" | "padding" | "extrude" | "columns"> & {
  readonly force: boolean;
  readonly trim: boolean;
  readonly maxSize?: number;
  readonly powerOfTwo: boolean;
  readonly json: boolean;
};

export async function pack(
  this: CliContext,
  { json, trim, maxSize, powerOfTwo, ...options }: PackFlags,
  ...paths: readonly string[]
): Promise<void> {
  const { packSheet } = await import("#studio");
  const { failures, ...packed } = await packSheet(paths, {
    ...options,
    isTrimmed: trim,
    mostSide: maxSize,
    isPowerOfTwo: powerOfTwo,
    signal: this.signal,
  });
  for (const failure of failures) reportFailedPicture(this, failure, json);
  if (json) {
    this.process.stdout.write(`${JSON.stringify(packed)}\n`);
    return;
  }
  const { files, width, height, frames, places, filled } = packed;
  const aliases = frames - places;
  this.process.stdout.write(
    `${files.join(", ")}  ${width} x ${height} px, ${frames} sprites` +
      `${aliases > 0 ? `, ${aliases} of them equal to others` : ""}, ${Math.round(filled * 100)} % filled\n`,
  );
}

export type SplitFlags = Omit<SplitOptions, "signal" | "islands" | "force"> & {
  readonly islands: boolean;
  readonly force: boolean;
  readonly json: boolean;
};

export async function split(
  this: CliContext,
  { json, ...options }: SplitFlags,
  ...sheets: readonly string[]
): Promise<void> {
  const { splitSheet } = await import("#studio");
  for (const source of sheets) {
    let result: Awaited<ReturnType<typeof splitSheet>>;
    try {
      result = await splitSheet(source, { ...options, signal: this.signal });
    } catch (error) {
      this.signal.throwIfAborted();
      reportFailedPicture(this, { kind: "failed", source, error }, json);
      continue;
    }
    if (json) {
      this.process.stdout.write(`${JSON.stringify(result)}\n`);
      continue;
    }
    const { folder, by, grid, sprites } = result;
    const how = grid === undefined ? by : `cells of ${grid.cellWidth} x ${grid.cellHeight} px`;
    const gaps = grid !== undefined && grid.spacing + grid.margin > 0;
    this.process.stdout.write(
      `${source}  ${sprites.length} sprites by ${how}` +
        `${gaps ? `, ${grid.spacing} apart, margin ${grid.margin}` : ""}, in ${folder}\n`,
    );
  }
}
