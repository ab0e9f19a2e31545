import { describe, expect, it } from "vitest";
import { grain } from "../tile/sample-textures.ts";
import { checkSeams } from "./check-seams.ts";
import { describeTileset } from "./describe-tileset.ts";
import { drawTileset } from "./draw-tileset.ts";
import { formatGodotTileset, formatTiledTileset } from "./editor-files.ts";

const draw = (kind: "wang" | "blob") => drawTileset(grain(16, [0x203060]), grain(16, [0x308030]), { kind });
const options = { name: "coast", image: "coast.png", names: { lower: "water", upper: 'grass & "herbs"' } };

describe("describeTileset", () => {
  it("names each tile's place, mask and corners", () => {
    const tileset = draw("wang");
    const description = describeTileset(tileset, { ...options, seams: checkSeams(tileset), made: { seed: 7 } });
    expect(description).toMatchObject({ kind: "wang", tileSize: 16, columns: 4, rows: 4, seed: 7, image: "coast.png" });
    expect(description.tiles[2]).toEqual({
      index: 2,
      name: "wang-se-nw",
      x: 32,
      y: 0,
      mask: 136,
      corners: { nw: "upper", ne: "lower", se: "upper", sw: "lower" },
    });
    expect(description.tiles[0].name).toBe("lower");
    expect(description.seams).toMatchObject({ pairs: 128, pairsInMaps: 128, bad: [] });
  });

  it("names each tile's neighbours in a blob set", () => {
    const tileset = draw("blob");
    const { tiles, seams } = describeTileset(tileset, { ...options, seams: checkSeams(tileset), made: {} });
    expect(tiles[4]).toEqual({
      index: 4,
      name: "blob-n-ne-e",
      x: 64,
      y: 0,
      mask: 7,
      terrain: "upper",
      neighbours: ["n", "ne", "e"],
    });
    expect(tiles[0].name).toBe("blob-alone");
    expect(tiles[47]).toEqual({ index: 47, name: "lower", x: 112, y: 80, mask: 0, terrain: "lower" });
    expect(seams).toMatchObject({ pairs: 1036, pairsInMaps: 392 });
  });
});

describe("formatTiledTileset", () => {
  it("writes a corner set of two colours, clockwise from the top", () => {
    const lines = formatTiledTileset(draw("wang"), options).split("\n");
    expect(lines.slice(1, 8)).toEqual([
      '<tileset version="1.10" tiledversion="1.10.2" name="coast" tilewidth="16" tileheight="16" tilecount="16" columns="4">',
      ' <image source="coast.png" width="64" height="64"/>',
      " <wangsets>",
      '  <wangset name="grass &amp; &quot;herbs&quot; on water" type="corner" tile="-1">',
      '   <wangcolor name="water" color="#203060" tile="0" probability="1"/>',
      '   <wangcolor name="grass &amp; &quot;herbs&quot;" color="#308030" tile="10" probability="1"/>',
      '   <wangtile tileid="0" wangid="0,1,0,1,0,1,0,1"/>',
    ]);
    // North-west and south-east.
    expect(lines).toContain('   <wangtile tileid="2" wangid="0,1,0,2,0,1,0,2"/>');
    expect(lines.filter((line) => line.includes("<wangtile"))).toHaveLength(16);
  });

  it("writes a mixed set of the upper terrain for a blob set", () => {
    const text = formatTiledTileset(draw("blob"), options);
    expect(text).toContain('type="mixed"');
    expect(text).toContain('<wangtile tileid="4" wangid="1,1,1,0,0,0,0,0"/>');
    // The one without neighbours would be no tile of the set.
    expect(text.match(/<wangtile /g)).toHaveLength(46);
    expect(text).toContain('tilecount="48" columns="8"');
  });
});

describe("formatGodotTileset", () => {
  const image = "res://tiles/coast.png";

  it("writes corners of two terrains for a Wang set", () => {
    const text = formatGodotTileset(draw("wang"), { ...options, image });
    expect(text).toContain("terrain_set_0/mode = 1\n");
    expect(text).toContain('path="res://tiles/coast.png"');
    expect(text).toContain('terrain_set_0/terrain_1/name = "grass & \\"herbs\\""');
    const tile = text.split("\n").filter((line) => line.startsWith("2:0/0"));
    expect(tile).toEqual([
      "2:0/0 = 0",
      "2:0/0/terrain_set = 0",
      "2:0/0/terrain = 0",
      "2:0/0/terrains_peering_bit/top_right_corner = 0",
      "2:0/0/terrains_peering_bit/bottom_right_corner = 1",
      "2:0/0/terrains_peering_bit/bottom_left_corner = 0",
      "2:0/0/terrains_peering_bit/top_left_corner = 1",
    ]);
  });

  it("writes corners and sides for a blob set", () => {
    const text = formatGodotTileset(draw("blob"), { ...options, image });
    expect(text).toContain("terrain_set_0/mode = 0\n");
    expect(text).toContain("4:0/0/terrain = 1\n");
    expect(text).toContain("4:0/0/terrains_peering_bit/right_side = 1\n");
    expect(text).toContain("4:0/0/terrains_peering_bit/bottom_side = 0\n");
    expect(text.match(/\/terrain_set = 0/g)).toHaveLength(48);
    expect(text).toContain("7:5/0/terrain = 0\n");
  });
});
