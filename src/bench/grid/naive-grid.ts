import type { Raster } from "#pixels";

/** The size that a simple tool would give: the picture over the commonest length of runs of equal pixels, each axis. */
export function naiveSize({ width, height, data }: Raster): { readonly width: number; readonly height: number } {
  const pixels = new Uint32Array(data.slice().buffer);
  const across = commonestRun(pixels, width, height, 1, width);
  const down = commonestRun(pixels, height, width, width, 1);
  return { width: Math.max(1, Math.round(width / across)), height: Math.max(1, Math.round(height / down)) };
}

function commonestRun(pixels: Uint32Array, length: number, lines: number, step: number, lineStep: number): number {
  const counts = new Uint32Array(length + 1);
  for (let line = 0; line < lines; line++) {
    let begun = 0;
    for (let at = 1; at < length; at++) {
      const here = line * lineStep + at * step;
      if (pixels[here] === pixels[here - step]) continue;
      // Runs that touch an edge may be cut.
      if (begun > 0) counts[at - begun]++;
      begun = at;
    }
  }
  let commonest = 1;
  for (let run = 2; run <= length; run++) if (counts[run] > counts[commonest]) commonest = run;
  return commonest;
}
