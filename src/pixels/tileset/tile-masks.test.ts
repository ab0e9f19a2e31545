import { describe, expect, it } from "vitest";
import { matchingPairs, neighbourBits, type TilePair, tilesOf, visibleNeighbours } from "./tile-masks.ts";

const key = ({ direction, first, second }: Omit<TilePair, "occursInMaps">) => `${direction} ${first} ${second}`;

/** Every map of 4 x 3 or 3 x 4 cells: which tiles then stand at the two inner cells, by the definition alone. */
function pairsOfAllMaps(kind: "blob"): Set<string> {
  const tiles = tilesOf(kind);
  const indexOf = (isUpper: (x: number, y: number) => boolean, x: number, y: number) => {
    if (!isUpper(x, y)) return tiles.findIndex(({ isLower }) => isLower);
    const { n, ne, e, se, s, sw, w, nw } = neighbourBits;
    const at = (bit: number, right: number, below: number) => (isUpper(x + right, y + below) ? bit : 0);
    const straight = at(n, 0, -1) | at(e, 1, 0) | at(s, 0, 1) | at(w, -1, 0);
    const diagonal = at(ne, 1, -1) | at(se, 1, 1) | at(sw, -1, 1) | at(nw, -1, -1);
    const isBetween = (one: number, other: number) => (straight & one) !== 0 && (straight & other) !== 0;
    const seen =
      (isBetween(n, e) ? ne : 0) | (isBetween(s, e) ? se : 0) | (isBetween(s, w) ? sw : 0) | (isBetween(n, w) ? nw : 0);
    return tiles.findIndex(({ mask, isLower }) => !isLower && mask === (straight | (diagonal & seen)));
  };
  const pairs = new Set<string>();
  for (let map = 0; map < 2 ** 12; map++) {
    const across = (x: number, y: number) => (map & (1 << (y * 4 + x))) !== 0;
    const down = (x: number, y: number) => across(y, x);
    const found = [
      { direction: "across", first: indexOf(across, 1, 1), second: indexOf(across, 2, 1) },
      { direction: "down", first: indexOf(down, 1, 1), second: indexOf(down, 1, 2) },
    ] as const;
    for (const pair of found) if (pair.first >= 0 && pair.second >= 0) pairs.add(key(pair));
  }
  return pairs;
}

describe("tilesOf", () => {
  it("has all corners for a Wang set", () => {
    const tiles = tilesOf("wang");
    expect(tiles).toHaveLength(16);
    expect(new Set(tiles.map(({ mask }) => mask)).size).toBe(16);
    const { ne, se, sw, nw } = neighbourBits;
    expect(tiles.reduce((all, { mask }) => all | mask, 0)).toBe(ne | se | sw | nw);
    expect(tiles.filter(({ isLower }) => isLower)).toEqual([{ mask: 0, isLower: true }]);
  });

  it("lays a Wang set out so that every tile fits its neighbours, also round the edges", () => {
    const fitting = new Set(matchingPairs("wang").map(key));
    for (let index = 0; index < 16; index++) {
      const [row, column] = [index >> 2, index & 3];
      const right = row * 4 + ((column + 1) % 4);
      const below = ((row + 1) % 4) * 4 + column;
      expect(fitting).toContain(key({ direction: "across", first: index, second: right }));
      expect(fitting).toContain(key({ direction: "down", first: index, second: below }));
    }
  });

  it("has the 47 masks that look different for a blob set, and the lower terrain", () => {
    const masks = tilesOf("blob").flatMap(({ mask, isLower }) => (isLower ? [] : [mask]));
    expect(masks).toEqual(
      [...new Set(Array.from({ length: 256 }, (_, mask) => visibleNeighbours(mask)))].toSorted((a, b) => a - b),
    );
    expect(masks).toHaveLength(47);
    expect(masks).toEqual([
      0, 1, 4, 5, 7, 16, 17, 20, 21, 23, 28, 29, 31, 64, 65, 68, 69, 71, 80, 81, 84, 85, 87, 92, 93, 95, 112, 113, 116,
      117, 119, 124, 125, 127, 193, 197, 199, 209, 213, 215, 221, 223, 241, 245, 247, 253, 255,
    ]);
  });

  it("has a block of 3 x 3 for a minimal set, and the lower terrain", () => {
    expect(tilesOf("minimal").map(({ mask }) => mask)).toEqual([28, 124, 112, 31, 255, 241, 7, 199, 193, 0]);
  });
});

describe("matchingPairs", () => {
  it("are for a Wang set all that agree in the two corners they share", () => {
    const { ne, se, sw, nw } = neighbourBits;
    const tiles = tilesOf("wang");
    const expected = new Set<string>();
    for (const [first, a] of tiles.entries())
      for (const [second, b] of tiles.entries()) {
        const agree = (one: number, other: number) => (a.mask & one) > 0 === (b.mask & other) > 0;
        if (agree(ne, nw) && agree(se, sw)) expected.add(key({ direction: "across", first, second }));
        if (agree(sw, nw) && agree(se, ne)) expected.add(key({ direction: "down", first, second }));
      }
    const pairs = matchingPairs("wang");
    expect(new Set(pairs.map(key))).toEqual(expected);
    expect(pairs).toHaveLength(128);
    expect(pairs.every(({ occursInMaps }) => occursInMaps)).toBe(true);
  });

  it.each([
    ["blob", 1036, 392],
    ["minimal", 56, 38],
  ] as const)("of a %s set are %i, of which %i occur in maps", (kind, all, inMaps) => {
    const pairs = matchingPairs(kind);
    expect(new Set(pairs.map(key)).size).toBe(all);
    expect(pairs).toHaveLength(all);
    const occurring = new Set(pairs.filter(({ occursInMaps }) => occursInMaps).map(key));
    expect(occurring.size).toBe(inMaps);
  });

  it("of a blob set occur in maps exactly when a map has them", () => {
    const occurring = matchingPairs("blob").filter(({ occursInMaps }) => occursInMaps);
    expect(new Set(occurring.map(key))).toEqual(pairsOfAllMaps("blob"));
  });

  it("of a minimal set are pairs of the blob set that has its tiles", () => {
    const names = (kind: "blob" | "minimal") => {
      const tiles = tilesOf(kind);
      const nameOf = (index: number) => (tiles[index].isLower ? "lower" : tiles[index].mask);
      const pairs = matchingPairs(kind).filter(({ occursInMaps }) => occursInMaps);
      return pairs.map(({ direction, first, second }) => `${direction} ${nameOf(first)} ${nameOf(second)}`);
    };
    expect([...names("minimal")].filter((pair) => !names("blob").includes(pair))).toEqual([]);
  });
});
