import type { Surface } from "../terminal/surface.ts";
import type { Role } from "../theme.ts";

/** A bar that fills from the left; `share` is from 0 to 1. */
export function paintBar(surface: Surface, y: number, share: number, role: Role = "bar"): void {
  const { glyphs, width } = surface;
  const { parts } = glyphs;
  const filled = Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0)) * width;
  const whole = Math.floor(filled);
  const rest = Math.floor((filled - whole) * parts.length);
  const part = whole < width && rest > 0 ? (parts[rest - 1] ?? "") : "";
  const done = (parts.at(-1) ?? "").repeat(whole) + part;
  surface.text(0, y, done, role);
  const left = width - whole - part.length;
  if (left > 0) surface.text(whole + part.length, y, glyphs.empty.repeat(left), "border");
}

export type Series = { readonly values: readonly (number | undefined)[]; readonly role: Role; readonly most: number };

/**
 * Values over time as columns that grow upwards, the newest at the right, over the whole surface. A value that is not
 * known leaves its column empty; `most` is the value of a full column.
 */
export function paintChart(surface: Surface, { values, role, most }: Series): void {
  const { width, height, glyphs } = surface;
  if (width < 1 || height < 1) return;
  const { levels } = glyphs;
  const steps = levels.length - 1;
  const shown = values.slice(-width);
  const offset = width - shown.length;
  const heights = shown.map((value) =>
    value === undefined
      ? -1
      : Math.max(value > 0 ? 1 : 0, Math.round((Math.min(value, most) / (most || 1)) * height * steps)),
  );
  for (let y = 0; y < height; y++) {
    const base = (height - 1 - y) * steps;
    let line = "";
    for (const value of heights) line += levels[Math.max(0, Math.min(steps, value - base))] ?? " ";
    surface.text(offset, y, line, role);
  }
}
/** The mean of each of `count` equal stretches of a series; stretches without values are undefined. */
export function resample(values: readonly (number | undefined)[], count: number): readonly (number | undefined)[] {
  if (values.length <= count) return values;
  return Array.from({ length: count }, (_, index) => {
    const part = values
      .slice(Math.floor((index * values.length) / count), Math.floor(((index + 1) * values.length) / count))
      .filter((value) => value !== undefined);
    return part.length === 0 ? undefined : part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
