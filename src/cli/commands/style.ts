import type { Style } from "#studio";
import type { CliContext } from "../context.ts";
import { reportFailedPicture } from "../edit-report.ts";
import { exitCodes } from "../failure.ts";
import { tellNotes } from "../tell.ts";
import { terminalPicture } from "../terminal-picture.ts";

export type LearnFlags = { readonly out?: string; readonly force: boolean; readonly json: boolean };

export async function learn(
  this: CliContext,
  { out = "style.json", force, json }: LearnFlags,
  ...paths: readonly string[]
): Promise<void> {
  const { directionName, learnStyleFrom } = await import("#studio");
  const { stdout, stderr } = this.process;
  for await (const event of learnStyleFrom(paths, { out, force, signal: this.signal })) {
    if (event.kind === "failed") {
      reportFailedPicture(this, event, json);
      continue;
    }
    const { file, style } = event;
    if (json) {
      stdout.write(`${JSON.stringify({ file, ...style })}\n`);
      continue;
    }
    for (const [name, fact] of factsOf(style, directionName)) stdout.write(`${name.padEnd(8)} ${fact}\n`);
    stdout.write(`${file}\n`);
    tellNotes(stderr, style.notes);
  }
}

function factsOf(style: Style, directionName: (degrees: number) => string): (readonly [string, string])[] {
  const { palette, colors, sizes, tiles, outline, light, alpha, shades, block } = style;
  const some = (list: Style["sizes"]) =>
    list
      .slice(0, 4)
      .map(({ width, height, share }) => `${width} x ${height} (${Math.round(share * 100)} %)`)
      .join(", ");
  const off =
    palette.tolerance === null ? "every picture its own" : palette.tolerance === 0 ? "shared exactly" : "shared nearly";
  const corners = outline.corners === null ? "" : `, ${outline.corners}-connected`;
  return [
    ["pictures", String(style.pictures)],
    ["palette", `${palette.colors.length} colors, ${off}`],
    ["colors", `${colors.median} a picture, ${colors.low} to ${colors.high} allowed`],
    ["sizes", some(sizes)],
    ["tiles", some(tiles) || "no sheets or tilesets"],
    ["outline", outline.habit === null ? "no habit" : `${outline.habit}${corners}`],
    ["light", light.degrees === null ? "no habit" : `from ${directionName(light.degrees)}`],
    ["alpha", alpha.habit ?? "no habit"],
    ["shades", shades === null ? "too small to tell" : `${shades.median} a material`],
    ["pixels", block === null ? "of several sizes" : block === 1 ? "native" : `blocks of ${block} x ${block}`],
  ];
}

export type CheckFlags = {
  readonly style?: string;
  readonly report?: string;
  readonly force: boolean;
  readonly json: boolean;
};

export async function check(
  this: CliContext,
  { style = "style.json", report, force, json }: CheckFlags,
  ...paths: readonly string[]
): Promise<void> {
  const { checkStyleOf } = await import("#studio");
  const { stdout, stderr } = this.process;
  let [checked, off] = [0, 0];
  for await (const event of checkStyleOf(paths, { style, report, force, signal: this.signal })) {
    if (event.kind === "failed") {
      reportFailedPicture(this, event, json);
      continue;
    }
    const { source, faults, strayColors, marked, report: written } = event;
    checked++;
    if (faults.length > 0) {
      off++;
      this.process.exitCode = exitCodes.failed;
    }
    if (json) {
      stdout.write(`${JSON.stringify({ source, ok: faults.length === 0, faults, strayColors, report: written })}\n`);
      continue;
    }
    if (faults.length === 0) {
      stdout.write(`${source}  in style\n`);
      continue;
    }
    if (stdout.isTTY && marked !== undefined)
      stdout.write(terminalPicture(marked, stdout.columns ?? 80, stdout.getColorDepth?.() ?? 1) ?? "");
    stdout.write(`${source}  off style\n${faults.map(({ check, message }) => `  ${check}: ${message}\n`).join("")}`);
    if (written !== undefined) stdout.write(`  see ${written}\n`);
  }
  if (!json && off > 0 && report === undefined)
    stderr.write(`${off} of ${checked} are off style; --report DIR writes pictures that show it\n`);
}
