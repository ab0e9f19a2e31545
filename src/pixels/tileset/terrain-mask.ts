import { randomAt, valueNoise } from "./value-noise.ts";
import { neighbourBits, type TileDefinition, type TilesetKind } from "./tile-masks.ts";

export type BoundaryOptions = {
  readonly kind: TilesetKind;
  /** Pixels a side. */
  readonly size: number;
  readonly seed: number;
  /** How far the boundary wanders, 0 straight to 1. */
  readonly roughness: number;
};

/**
 * Where in a tile the upper terrain lies: a function that gives for a tile one byte a pixel, 1 upper and 0 lower.
 *
 * The two outermost rows and columns on every side are taken at the very edge of the tile, where the boundary depends
 * only on what both neighbours know: the noise that makes it wander fades out there. So the four rows or columns about a
 * seam are equal: the boundary runs on without a step, and a pixel beside the seam has the same surroundings in both
 * tiles, which makes what is drawn along the boundary equal too.
 */
export function terrainMasks({ kind, size, seed, roughness }: BoundaryOptions): (tile: TileDefinition) => Uint8Array {
  const span = size - 3;
  const inset = Math.max(1.25, span * 0.25);
  const distance = kind === "wang" ? cornerDistance(span) : neighbourDistance(span, inset);
  const amplitude = roughness * (kind === "wang" ? Math.min(6, size * 0.22) : inset - 0.75);
  const spacing = Math.min(7, Math.max(3, size / 3.5));
  return (tile) => {
    const noise = valueNoise(Math.floor(randomAt(tile.mask, 0, seed) * 2 ** 31), spacing);
    const mask = new Uint8Array(size * size);
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++) {
        const x = Math.min(span, Math.max(0, column - 1));
        const y = Math.min(span, Math.max(0, row - 1));
        const toBoundary = distance(tile, x, y);
        const fade = Math.min(1, Math.min(x, y, span - x, span - y) / (size / 6));
        // Noise rarely comes near its ends: stretched, it uses the room there is.
        const wander =
          fade > 0 && Math.abs(toBoundary) <= amplitude ? Math.max(-1, Math.min(1, noise(x, y) * 1.8)) * fade : 0;
        // Not 0, so that a place exactly on the boundary falls to the same side on all machines.
        mask[row * size + column] = toBoundary + amplitude * wander > 1e-6 ? 1 : 0;
      }
    return withoutSpecks(withoutSpikes(mask, size), size);
  };
}

/** Pixels to the boundary, positive in the upper terrain. */
type Distance = (tile: TileDefinition, x: number, y: number) => number;

/** Boundaries cross an edge in its middle; a lone corner is a quarter of a disc. */
function cornerDistance(span: number): Distance {
  const { ne, se, sw, nw } = neighbourBits;
  const half = span / 2;
  const toCorner = { [nw]: [0, 0], [ne]: [1, 0], [se]: [1, 1], [sw]: [0, 1] } as const;
  const corners = [nw, ne, se, sw] as const;
  return ({ mask }, x, y) => {
    const upper = corners.filter((corner) => mask & corner);
    const disc = (corner: keyof typeof toCorner) => {
      const [right, below] = toCorner[corner];
      return half - Math.hypot(x - right * span, y - below * span);
    };
    if (upper.length === 0) return -2 * span;
    if (upper.length === 4) return 2 * span;
    if (upper.length === 1) return disc(upper[0]);
    if (upper.length === 3) return -disc(corners.find((corner) => (mask & corner) === 0) ?? nw);
    switch (mask) {
      case nw | ne:
        return half - y;
      case se | sw:
        return y - half;
      case nw | sw:
        return half - x;
      case ne | se:
        return x - half;
      default:
        return Math.max(disc(upper[0]), disc(upper[1]));
    }
  };
}

/** An area set in from every edge with lower terrain behind, rounded where two meet, and notched at lone diagonals. */
function neighbourDistance(span: number, inset: number): Distance {
  const { n, ne, e, se, s, sw, w, nw } = neighbourBits;
  return ({ mask, isLower }, x, y) => {
    if (isLower) return -2 * span;
    let least = 2 * span;
    // Between two opposite edges there is room for a half disc and no more.
    const isNarrow = (mask & (n | s)) === 0 || (mask & (e | w)) === 0;
    const radius = isNarrow ? span / 2 - inset : span * 0.48;
    const toEdge = { [n]: y, [e]: span - x, [s]: span - y, [w]: x } as const;
    for (const edge of [n, e, s, w] as const) if ((mask & edge) === 0) least = Math.min(least, toEdge[edge] - inset);
    for (const [corner, one, other] of [
      [ne, n, e],
      [se, s, e],
      [sw, s, w],
      [nw, n, w],
    ] as const) {
      const hasOne = (mask & one) !== 0;
      const hasOther = (mask & other) !== 0;
      if (hasOne && hasOther && (mask & corner) === 0)
        least = Math.min(least, Math.hypot(toEdge[one], toEdge[other]) - inset);
      if (!hasOne && !hasOther) {
        const across = Math.max(0, radius - (toEdge[one] - inset));
        const down = Math.max(0, radius - (toEdge[other] - inset));
        if (across > 0 && down > 0) least = Math.min(least, radius - Math.hypot(across, down));
      }
    }
    return least;
  };
}

/** Turns pixels over that stand alone among three or four of the other terrain, the two outermost rows left as they are. */
function withoutSpikes(mask: Uint8Array, size: number): Uint8Array {
  let changed = true;
  for (let round = 0; changed && round < 4; round++) {
    changed = false;
    for (let y = 2; y < size - 2; y++)
      for (let x = 2; x < size - 2; x++) {
        const at = y * size + x;
        const upper = mask[at - 1] + mask[at + 1] + mask[at - size] + mask[at + size];
        const alike = mask[at] === 1 ? upper : 4 - upper;
        if (alike > 1) continue;
        mask[at] = 1 - mask[at];
        changed = true;
      }
  }
  return mask;
}

/** Turns areas over that are small and do not reach the tile's edge: drops of one terrain in the other. */
function withoutSpecks(mask: Uint8Array, size: number): Uint8Array {
  const isSeen = new Uint8Array(size * size);
  for (let start = 0; start < mask.length; start++) {
    if (isSeen[start] === 1) continue;
    isSeen[start] = 1;
    const area = [start];
    let reachesEdge = false;
    for (let next = 0; next < area.length; next++) {
      const at = area[next];
      const x = at % size;
      const isAtEdge = x === 0 || x === size - 1 || at < size || at >= size * (size - 1);
      reachesEdge ||= isAtEdge;
      for (const other of isAtEdge ? [] : [at - 1, at + 1, at - size, at + size]) {
        if (isSeen[other] === 1 || mask[other] !== mask[start]) continue;
        isSeen[other] = 1;
        area.push(other);
      }
    }
    if (!reachesEdge && area.length < (size * size) / 12) for (const at of area) mask[at] = 1 - mask[at];
  }
  return mask;
}
