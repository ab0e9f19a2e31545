import type { PairSeam, SeamReport } from "./check-seams.ts";
import type { Tileset } from "./draw-tileset.ts";
import { cornerNames, type Neighbour, neighbourBits, type TileDefinition, type TilesetKind } from "./tile-masks.ts";

export type TilesetDescriptionOptions = {
  /** The sheet's file name as it stands beside this file. */
  readonly image: string;
  /** What the two terrains are called. */
  readonly names: { readonly lower: string; readonly upper: string };
  readonly seams: SeamReport;
  /** More that programs may want to know, such as seed and edge. */
  readonly made: Readonly<Record<string, unknown>>;
};

/** A tileset as plain JSON: each tile's place in the sheet and what it joins, and how well the seams fit. */
export function describeTileset(tileset: Tileset, options: TilesetDescriptionOptions) {
  const { kind, size, columns, tiles, sheet } = tileset;
  const { image, names, seams, made } = options;
  return {
    format: 1,
    kind,
    image,
    tileSize: size,
    columns,
    rows: sheet.height / size,
    terrains: names,
    ...made,
    /** The tile of each mask, for a program that fills maps. */
    tiles: tiles.map((tile, index) => ({
      index,
      name: tileName(kind, tile),
      x: (index % columns) * size,
      y: Math.floor(index / columns) * size,
      mask: tile.mask,
      ...(kind === "wang" ? { corners: cornersOf(tile) } : { terrain: tile.isLower ? "lower" : "upper" }),
      ...(kind !== "wang" && !tile.isLower && { neighbours: neighboursOf(tile) }),
    })),
    seams: {
      pairs: seams.pairs.length,
      pairsInMaps: seams.pairs.filter(({ occursInMaps }) => occursInMaps).length,
      worst: rounded(seams.worst),
      mean: rounded(seams.mean),
      bad: seams.bad.map((pair) => describePair(tileset, pair)),
    },
  };
}

export type TilesetDescription = ReturnType<typeof describeTileset>;

/** A pair of tiles by their names, with their seam error. */
export function describePair({ kind, tiles }: Tileset, { direction, first, second, error }: PairSeam) {
  return {
    direction,
    first: tileName(kind, tiles[first]),
    second: tileName(kind, tiles[second]),
    error: rounded(error),
  };
}

/** "wang-nw-se" for the corners of upper terrain, "blob-n-ne-e" for the neighbours; "lower" for the plain lower one. */
export function tileName(kind: TilesetKind, { mask, isLower }: TileDefinition): string {
  if (isLower) return "lower";
  const parts = (Object.keys(neighbourBits) as Neighbour[]).filter((neighbour) => mask & neighbourBits[neighbour]);
  return [kind, ...(parts.length === 0 ? ["alone"] : parts)].join("-");
}

function cornersOf({ mask }: TileDefinition) {
  return Object.fromEntries(cornerNames.map((corner) => [corner, mask & neighbourBits[corner] ? "upper" : "lower"]));
}

function neighboursOf({ mask }: TileDefinition): readonly string[] {
  return (Object.keys(neighbourBits) as Neighbour[]).filter((neighbour) => mask & neighbourBits[neighbour]);
}

function rounded(error: number): number {
  return Math.round(error * 1000) / 1000;
}
