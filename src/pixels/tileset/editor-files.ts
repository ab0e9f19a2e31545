import type { Raster } from "../raster.ts";
import type { Tileset } from "./draw-tileset.ts";
import { type Neighbour, neighbourBits, type TileDefinition } from "./tile-masks.ts";

export type EditorFileOptions = {
  readonly name: string;
  /** The sheet's path relative to this file; Godot takes a res:// path too. */
  readonly image: string;
  readonly names: { readonly lower: string; readonly upper: string };
};

/**
 * The set for the Tiled editor (.tsx) with a Wang set that its terrain brush fills maps by: a corner set of two colours
 * for a Wang set, a mixed one of the upper terrain alone for the others. A mixed set tells tiles by their neighbours
 * only, so that the tile without any and the lower one have no part in it and are placed by hand. After the TSX
 * reference of Tiled 1.10.
 */
export function formatTiledTileset(tileset: Tileset, { name, image, names }: EditorFileOptions): string {
  const { kind, size, tiles, sheet, columns, lower, upper } = tileset;
  const lowerIndex = tiles.findIndex(({ isLower }) => isLower);
  const fullIndex = tiles.findIndex(({ mask }) => mask === fullMask(tileset));
  const color = (name: string, picture: Raster, tile: number) =>
    `   <wangcolor name="${xml(name)}" color="${meanHexColor(picture)}" tile="${tile}" probability="1"/>`;
  const colors =
    kind === "wang"
      ? [color(names.lower, lower, lowerIndex), color(names.upper, upper, fullIndex)]
      : [color(names.upper, upper, fullIndex)];
  const wangTiles = tiles.flatMap((tile, index) =>
    kind !== "wang" && tile.mask === 0
      ? []
      : [`   <wangtile tileid="${index}" wangid="${wangId(tileset, tile).join(",")}"/>`],
  );
  const cells = columns * (sheet.height / size);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<tileset version="1.10" tiledversion="1.10.2" name="${xml(name)}" tilewidth="${size}" tileheight="${size}" ` +
      `tilecount="${cells}" columns="${columns}">`,
    ` <image source="${xml(image)}" width="${sheet.width}" height="${sheet.height}"/>`,
    " <wangsets>",
    `  <wangset name="${xml(`${names.upper} on ${names.lower}`)}" type="${kind === "wang" ? "corner" : "mixed"}" tile="-1">`,
    ...colors,
    ...wangTiles,
    "  </wangset>",
    " </wangsets>",
    "</tileset>",
    "",
  ].join("\n");
}

/** Top, top right, right, and so on clockwise: which colour lies there, from 1; 0 for none. */
function wangId({ kind }: Tileset, { mask }: TileDefinition): number[] {
  return Object.values(neighbourBits).map((bit, place) => {
    const isUpper = (mask & bit) !== 0;
    if (kind !== "wang") return isUpper ? 1 : 0;
    // Straight neighbours have even places.
    if (place % 2 === 0) return 0;
    return isUpper ? 2 : 1;
  });
}

/** The eight neighbours as Godot names them. */
const peeringBits: Readonly<Record<Neighbour, string>> = {
  n: "top_side",
  ne: "top_right_corner",
  e: "right_side",
  se: "bottom_right_corner",
  s: "bottom_side",
  sw: "bottom_left_corner",
  w: "left_side",
  nw: "top_left_corner",
};

const matchCornersAndSides = 0;
const matchCorners = 1;

/**
 * The set as a TileSet resource of Godot 4 (.tres) with terrain peering bits: "match corners" for a Wang set, "match
 * corners and sides" for the others. Two tiles share the bit between them: it is upper terrain where all that meet
 * there are, so that a map is filled with the lower terrain first and the upper painted on it. After the class reference
 * of TileSet, TileSetAtlasSource and TileData.
 */
export function formatGodotTileset(tileset: Tileset, { image, names }: EditorFileOptions): string {
  const { kind, size, tiles, columns, lower, upper } = tileset;
  const isWang = kind === "wang";
  const tileLines = tiles.flatMap((tile, index) => {
    const at = `${index % columns}:${Math.floor(index / columns)}/0`;
    const terrain = isWang ? (countBits(tile.mask) > 2 ? 1 : 0) : tile.isLower ? 0 : 1;
    const bits = (Object.keys(neighbourBits) as Neighbour[])
      .filter((neighbour) => !isWang || neighbour.length === 2)
      .map((neighbour) => {
        const isUpper = (tile.mask & neighbourBits[neighbour]) !== 0;
        return `${at}/terrains_peering_bit/${peeringBits[neighbour]} = ${isUpper ? 1 : 0}`;
      });
    return [`${at} = 0`, `${at}/terrain_set = 0`, `${at}/terrain = ${terrain}`, ...bits];
  });
  return [
    '[gd_resource type="TileSet" load_steps=3 format=3]',
    "",
    `[ext_resource type="Texture2D" path=${JSON.stringify(image)} id="1"]`,
    "",
    '[sub_resource type="TileSetAtlasSource" id="TileSetAtlasSource_1"]',
    'texture = ExtResource("1")',
    `texture_region_size = Vector2i(${size}, ${size})`,
    ...tileLines,
    "",
    "[resource]",
    `tile_size = Vector2i(${size}, ${size})`,
    `terrain_set_0/mode = ${isWang ? matchCorners : matchCornersAndSides}`,
    `terrain_set_0/terrain_0/name = ${JSON.stringify(names.lower)}`,
    `terrain_set_0/terrain_0/color = ${godotColor(lower)}`,
    `terrain_set_0/terrain_1/name = ${JSON.stringify(names.upper)}`,
    `terrain_set_0/terrain_1/color = ${godotColor(upper)}`,
    'sources/0 = SubResource("TileSetAtlasSource_1")',
    "",
  ].join("\n");
}

function fullMask({ kind }: Tileset): number {
  const { ne, se, sw, nw } = neighbourBits;
  return kind === "wang" ? ne | se | sw | nw : 255;
}

function countBits(mask: number): number {
  return mask.toString(2).replaceAll("0", "").length;
}

function meanOf({ data }: Raster): readonly [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  for (let at = 0; at < data.length; at += 4)
    for (let channel = 0; channel < 3; channel++) sums[channel] += data[at + channel];
  const [red, green, blue] = sums.map((sum) => Math.round(sum / (data.length / 4)));
  return [red, green, blue];
}

function meanHexColor(picture: Raster): string {
  return `#${meanOf(picture)
    .map((value) => value.toString(16).padStart(2, "0"))
    .join("")}`;
}

function godotColor(picture: Raster): string {
  return `Color(${meanOf(picture)
    .map((value) => (value / 255).toFixed(3))
    .join(", ")}, 1)`;
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
