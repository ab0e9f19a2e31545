import { oklabOfRgb } from "../oklab.ts";

/**
 * OKLab divided into cells, each of which knows the colours of a palette that can be nearest somewhere in it. Whatever
 * the place in a cell, its nearest colour is no farther from the cell's centre than the centre's own nearest one and
 * twice the cell's radius. A cell finds those few at the first question about it.
 */
export type ColorGrid = {
  /** L, a, b of each colour of the palette, one after the other. */
  readonly places: Float64Array;
  /** By cell: the index of the only colour that can be nearest, or `severalColors`, or `unknownCell`. */
  readonly answers: Uint16Array;
  /** Finds what `answers` says of an unknown cell, notes it there and returns it. */
  readonly explore: (cell: number) => number;
  /**
   * The nearest of a cell's several colours, of equally near ones the first; -1 where the squared distances of the two
   * nearest differ by less than `margin`.
   */
  readonly decide: (cell: number, L: number, a: number, b: number, margin: number) => number;
  /**
   * The index of the palette's colour nearest to any place, of equally near ones the first: exactly what comparing with
   * every colour gives.
   */
  readonly nearest: (L: number, a: number, b: number) => number;
};

export const unknownCell = 0xffff;
export const severalColors = 0xfffe;

/** The corner of the grid, how many cells a unit has and how many there are; all of sRGB lies inside. */
export const gridSides = {
  L: { from: 0, perUnit: 64 / 1.001, cells: 64 },
  a: { from: -0.24, perUnit: 32 / 0.52, cells: 32 },
  b: { from: -0.32, perUnit: 32 / 0.52, cells: 32 },
} as const;

/** How far off a place may be for which a cell is asked; `mapToColors` relies on it. */
export const placeTolerance = 1e-5;

const { L: sideL, a: sideA, b: sideB } = gridSides;
const cellRadius = 0.5 * Math.hypot(1 / sideL.perUnit, 1 / sideA.perUnit, 1 / sideB.perUnit) + placeTolerance;

/** `palette` is 0xrrggbb, at least one. */
export function colorGrid(palette: readonly number[]): ColorGrid {
  const places = Float64Array.from(palette.flatMap((rgb) => oklabOfRgb(rgb)));
  // A colour that comes again can never be the answer.
  const firsts = new Map([...palette.entries()].toReversed().map(([index, rgb]) => [rgb, index]));
  const colors = Uint16Array.from(firsts.values()).sort();
  const distances = new Float64Array(colors.length);
  const answers = new Uint16Array(sideL.cells * sideA.cells * sideB.cells).fill(unknownCell);
  /** Where in `lists` a cell's colours stand: their number, then their indices. */
  const listStarts = new Int32Array(answers.length);
  let lists = new Uint16Array(1024);
  let end = 0;

  const explore = (cell: number): number => {
    const L = (Math.floor(cell / (sideA.cells * sideB.cells)) + 0.5) / sideL.perUnit + sideL.from;
    const a = ((Math.floor(cell / sideB.cells) % sideA.cells) + 0.5) / sideA.perUnit + sideA.from;
    const b = ((cell % sideB.cells) + 0.5) / sideB.perUnit + sideB.from;
    let least = Number.POSITIVE_INFINITY;
    for (let index = 0; index < colors.length; index++) {
      const at = colors[index] * 3;
      const dL = L - places[at];
      const da = a - places[at + 1];
      const db = b - places[at + 2];
      const distance = Math.sqrt(dL * dL + da * da + db * db);
      distances[index] = distance;
      if (distance < least) least = distance;
    }
    if (end + 1 + colors.length > lists.length) {
      const longer = new Uint16Array(2 * lists.length + colors.length);
      longer.set(lists);
      lists = longer;
    }
    let count = 0;
    for (let index = 0; index < colors.length; index++)
      if (distances[index] <= least + 2 * cellRadius) lists[end + ++count] = colors[index];
    if (count === 1) {
      answers[cell] = lists[end + 1];
    } else {
      lists[end] = count;
      listStarts[cell] = end;
      answers[cell] = severalColors;
      end += 1 + count;
    }
    return answers[cell];
  };

  const nearestAmong = (
    list: Uint16Array,
    from: number,
    to: number,
    L: number,
    a: number,
    b: number,
    margin: number,
  ): number => {
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    for (let index = from; index < to; index++) {
      const at = list[index] * 3;
      const dL = L - places[at];
      const da = a - places[at + 1];
      const db = b - places[at + 2];
      const distance = dL * dL + da * da + db * db;
      if (distance < least) {
        second = least;
        least = distance;
        nearest = list[index];
      } else if (distance < second) {
        second = distance;
      }
    }
    return second - least < margin ? -1 : nearest;
  };

  const decide = (cell: number, L: number, a: number, b: number, margin: number): number => {
    const start = listStarts[cell];
    return nearestAmong(lists, start + 1, start + 1 + lists[start], L, a, b, margin);
  };

  const nearest = (L: number, a: number, b: number): number => {
    const cellL = Math.floor((L - sideL.from) * sideL.perUnit);
    const cellA = Math.floor((a - sideA.from) * sideA.perUnit);
    const cellB = Math.floor((b - sideB.from) * sideB.perUnit);
    const isInside =
      cellL >= 0 && cellL < sideL.cells && cellA >= 0 && cellA < sideA.cells && cellB >= 0 && cellB < sideB.cells;
    // Places that no colour of sRGB has, such as the sums of error diffusion.
    if (!isInside) return nearestAmong(colors, 0, colors.length, L, a, b, 0);
    const cell = (cellL * sideA.cells + cellA) * sideB.cells + cellB;
    const answer = answers[cell] === unknownCell ? explore(cell) : answers[cell];
    return answer === severalColors ? decide(cell, L, a, b, 0) : answer;
  };

  return { places, answers, explore, decide, nearest };
}
