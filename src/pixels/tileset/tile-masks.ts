/** Which tiles a set has; the words of `--kind`. */
export const tilesetKinds = ["wang", "blob", "minimal"] as const;

export type TilesetKind = (typeof tilesetKinds)[number];

/** The eight neighbours of a tile clockwise from the top, as bits of a mask. */
export const neighbourBits = { n: 1, ne: 2, e: 4, se: 8, s: 16, sw: 32, w: 64, nw: 128 } as const;

export type Neighbour = keyof typeof neighbourBits;

/** The corners alone, which decide a tile of a Wang set. */
export const cornerNames = ["nw", "ne", "se", "sw"] as const;

/**
 * One tile of a set. In a Wang set the corners in `mask` are of the upper terrain, and the tile between them is drawn.
 * In the others the tile itself is of the upper terrain and so are the neighbours in `mask`, except for the one tile
 * that is all lower terrain.
 */
export type TileDefinition = { readonly mask: number; readonly isLower: boolean };

const { n, ne, e, se, s, sw, w, nw } = neighbourBits;

const allLower: TileDefinition = { mask: 0, isLower: true };

/**
 * The tiles of a kind in the order of the sheet.
 *
 * wang: all 16 combinations of four corners, so laid out that every tile fits those beside it, also round the sheet's
 * edges. blob: the 47 masks of eight neighbours that look different when a diagonal
 * neighbour counts only between two straight ones, and the lower terrain; enough for areas of any shape. minimal: a
 * block of 3 x 3 for areas of rectangles at least two tiles wide, and the lower terrain.
 */
export function tilesOf(kind: TilesetKind): readonly TileDefinition[] {
  switch (kind) {
    case "wang":
      return Array.from({ length: 16 }, (_, index) => cornerMask(index >> 2, index & 3)).map((mask) => ({
        mask,
        isLower: mask === 0,
      }));
    case "blob":
      return [...blobMasks().map(upperTile), allLower];
    case "minimal":
      return [...minimalMasks.map(upperTile), allLower];
  }
}

/** Tiles in a row of the sheet. */
export const sheetColumns: Readonly<Record<TilesetKind, number>> = { wang: 4, blob: 8, minimal: 3 };

const minimalMasks = [
  ...[e | se | s, e | se | s | sw | w, s | sw | w],
  ...[n | ne | e | se | s, n | ne | e | se | s | sw | w | nw, n | s | sw | w | nw],
  ...[n | ne | e, n | ne | e | w | nw, n | w | nw],
];

function upperTile(mask: number): TileDefinition {
  return { mask, isLower: false };
}

/**
 * The corners between the tiles of the sheet, 1 for upper terrain: a de Bruijn torus, in which every square of 2 x 2
 * occurs once when it is repeated. But for shifts and reflections there is no other of this size.
 */
const cornerTorus = ["0010", "0001", "0111", "1011"];

function cornerMask(row: number, column: number): number {
  const at = (bit: number, right: number, below: number) =>
    cornerTorus[(row + below) % 4][(column + right) % 4] === "1" ? bit : 0;
  return at(nw, 0, 0) | at(ne, 1, 0) | at(se, 1, 1) | at(sw, 0, 1);
}

function blobMasks(): readonly number[] {
  return Array.from({ length: 256 }, (_, mask) => mask).filter((mask) => mask === visibleNeighbours(mask));
}

/** Without the diagonal neighbours that have no straight one on both sides. */
export function visibleNeighbours(mask: number): number {
  let visible = mask;
  for (const [corner, one, other] of [
    [ne, n, e],
    [se, s, e],
    [sw, s, w],
    [nw, n, w],
  ])
    if ((mask & one) === 0 || (mask & other) === 0) visible &= ~corner;
  return visible;
}

/** Two tiles whose edges match, as indexes: `second` right of `first`, or below it. */
export type TilePair = {
  readonly direction: "across" | "down";
  readonly first: number;
  readonly second: number;
  /**
   * Whether the two can be neighbours in a map that is filled by the rules. The others match all the same, such as two
   * upper tiles of a blob set that both end in lower terrain at their common edge, and may be placed by hand.
   */
  readonly occursInMaps: boolean;
};

/** Every pair of tiles whose edges match, in both directions: those of the rules and those that only hands place. */
export function matchingPairs(kind: TilesetKind): readonly TilePair[] {
  const tiles = tilesOf(kind);
  const edgeOf = kind === "wang" ? cornersAt : terrainAt;
  return (["across", "down"] as const).flatMap((direction) => {
    const facing = facings[direction];
    return tiles.flatMap((first, firstIndex) =>
      tiles.flatMap((second, secondIndex) => {
        if (edgeOf(first, facing.ofFirst) !== edgeOf(second, facing.ofSecond)) return [];
        const occursInMaps = kind === "wang" || canMeet(first, second, facing);
        return [{ direction, first: firstIndex, second: secondIndex, occursInMaps }];
      }),
    );
  });
}

/**
 * An edge as its tile sees it: the neighbour behind it, and at its two ends the straight neighbour along the edge and
 * the diagonal one. The ends of facing edges are in the same order.
 */
type Edge = {
  readonly behind: number;
  readonly ends: readonly { readonly straight: number; readonly diagonal: number }[];
};

const facings: Readonly<Record<TilePair["direction"], { readonly ofFirst: Edge; readonly ofSecond: Edge }>> = {
  across: {
    ofFirst: {
      behind: e,
      ends: [
        { straight: n, diagonal: ne },
        { straight: s, diagonal: se },
      ],
    },
    ofSecond: {
      behind: w,
      ends: [
        { straight: n, diagonal: nw },
        { straight: s, diagonal: sw },
      ],
    },
  },
  down: {
    ofFirst: {
      behind: s,
      ends: [
        { straight: w, diagonal: sw },
        { straight: e, diagonal: se },
      ],
    },
    ofSecond: {
      behind: n,
      ends: [
        { straight: w, diagonal: nw },
        { straight: e, diagonal: ne },
      ],
    },
  },
};

function cornersAt(tile: TileDefinition, { ends }: Edge): string {
  return ends.map(({ diagonal }) => (has(tile, diagonal) ? "upper" : "lower")).join();
}

/** All lower where the neighbour behind is, else upper with or without a notch at either end. */
function terrainAt(tile: TileDefinition, { behind, ends }: Edge): string {
  if (tile.isLower || !has(tile, behind)) return "lower";
  return ends.map(({ diagonal }) => (has(tile, diagonal) ? "upper" : "notch")).join();
}

/** Of tiles whose edges match: whether what each says of its neighbours fits the other too. */
function canMeet(
  first: TileDefinition,
  second: TileDefinition,
  { ofFirst, ofSecond }: (typeof facings)["across"],
): boolean {
  if (first.isLower || second.isLower) return true;
  // Both are upper terrain, so each must have the other as a neighbour.
  if (!has(first, ofFirst.behind)) return false;
  return ofFirst.ends.every(({ straight, diagonal }, end) => {
    const areBothUpper = has(first, straight) && has(second, ofSecond.ends[end].straight);
    return has(first, diagonal) === areBothUpper;
  });
}

function has({ mask }: TileDefinition, bit: number): boolean {
  return (mask & bit) !== 0;
}
