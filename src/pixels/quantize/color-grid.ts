import { oklabOfRgb } from "../oklab.ts";

/** Where the colours of sRGB lie in OKLab, rounded outwards, and into how many cells each side is divided. */
const sides = {
  L: { from: 0, to: 1.001, cells: 48 },
  a: { from: -0.24, to: 0.28, cells: 24 },
  b: { from: -0.32, to: 0.2, cells: 24 },
} as const;

const perL = sides.L.cells / (sides.L.to - sides.L.from);
const perA = sides.a.cells / (sides.a.to - sides.a.from);
const perB = sides.b.cells / (sides.b.to - sides.b.from);

/** From a cell's centre to its corners, and a little for rounding. */
const cellRadius = 0.5 * Math.hypot(1 / perL, 1 / perA, 1 / perB) + 1e-9;

/**
 * The index of the palette's colour (0xrrggbb, at least one) that is nearest in OKLab, of equally near ones the first,
 * for many questions: exactly what comparing with every colour gives, in about a tenth of the time.
 *
 * OKLab is divided into cells. Whatever the place in a cell, its nearest colour is no farther from the cell's centre than
 * the centre's own nearest one and twice the cell's radius; so a cell remembers those few, from its first question on.
 */
export function colorGrid(palette: readonly number[]): (L: number, a: number, b: number) => number {
  const places = Float64Array.from(palette.flatMap((rgb) => oklabOfRgb(rgb)));
  const colors = Uint16Array.from(palette.keys());
  const distances = new Float64Array(palette.length);
  /** 0: not asked for yet; above: one more than the only index; below: where in `lists` the count stands, negative. */
  const cells = new Int32Array(sides.L.cells * sides.a.cells * sides.b.cells);
  let lists = new Uint16Array(1024);
  let end = 1;

  const remember = (cell: number, cellL: number, cellA: number, cellB: number): number => {
    const L = (cellL + 0.5) / perL + sides.L.from;
    const a = (cellA + 0.5) / perA + sides.a.from;
    const b = (cellB + 0.5) / perB + sides.b.from;
    let least = Number.POSITIVE_INFINITY;
    for (let index = 0, at = 0; index < distances.length; index++, at += 3) {
      const distance = Math.hypot(L - places[at], a - places[at + 1], b - places[at + 2]);
      distances[index] = distance;
      if (distance < least) least = distance;
    }
    if (end + 1 + distances.length > lists.length) {
      const longer = new Uint16Array(2 * lists.length + distances.length);
      longer.set(lists);
      lists = longer;
    }
    let count = 0;
    for (let index = 0; index < distances.length; index++)
      if (distances[index] <= least + 2 * cellRadius) lists[end + ++count] = index;
    if (count === 1) {
      cells[cell] = lists[end + 1] + 1;
    } else {
      lists[end] = count;
      cells[cell] = -end;
      end += 1 + count;
    }
    return cells[cell];
  };

  const nearestAmong = (list: ArrayLike<number>, from: number, to: number, L: number, a: number, b: number) => {
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let index = from; index < to; index++) {
      const at = list[index] * 3;
      const dL = L - places[at];
      const da = a - places[at + 1];
      const db = b - places[at + 2];
      const distance = dL * dL + da * da + db * db;
      if (distance < least) {
        least = distance;
        nearest = list[index];
      }
    }
    return nearest;
  };

  return (L, a, b) => {
    const cellL = Math.floor((L - sides.L.from) * perL);
    const cellA = Math.floor((a - sides.a.from) * perA);
    const cellB = Math.floor((b - sides.b.from) * perB);
    const isInside =
      cellL >= 0 && cellL < sides.L.cells && cellA >= 0 && cellA < sides.a.cells && cellB >= 0 && cellB < sides.b.cells;
    // Places that no colour of sRGB has, such as the sums of error diffusion.
    if (!isInside) return nearestAmong(colors, 0, colors.length, L, a, b);
    const cell = (cellL * sides.a.cells + cellA) * sides.b.cells + cellB;
    const known = cells[cell] || remember(cell, cellL, cellA, cellB);
    return known > 0 ? known - 1 : nearestAmong(lists, 1 - known, 1 - known + lists[-known], L, a, b);
  };
}
