import { createHash } from "node:crypto";
import type { GenerationRequest } from "#asset";
import { createRaster, decodePng, encodePng, findGrid, flatten, type Raster, scaleInteger } from "#pixels";
import { GeneratorError } from "../generator-error.ts";
import type { AxisReaders } from "./axis-readers.ts";
import { reduceCells } from "./reduce.ts";
import type { SlotMap } from "./slots.ts";
import { takeGround } from "./take-ground.ts";

/** Networks halve their picture again and again: sides are multiples of this. */
const grain = 64;

/** The largest width up to `most` that is a whole multiple of the sprite's size and of what the networks take. */
export function canvasFor(size: number, most: number): number {
  const both = (size * grain) / greatestCommonDivisor(size, grain);
  return Math.max(both, Math.floor(most / both) * both);
}

/** A sprite of a request, enlarged to the canvas, as PNG with a name that only this content has. */
export async function pictureForServer(
  base64: string,
  canvas: number,
  what: "picture" | "mask",
): Promise<{ readonly name: string; readonly png: Uint8Array<ArrayBuffer> }> {
  const sprite = decodePng(Buffer.from(base64, "base64"));
  const opaque = what === "mask" ? whiteWhereRedrawn(sprite) : flatten(sprite, "#ffffff");
  const png = new Uint8Array(encodePng(scaleInteger(opaque, Math.floor(canvas / opaque.width))));
  const hash = createHash("sha256").update(png).digest("hex").slice(0, 32);
  return { name: `${what}-${hash}.png`, png };
}

/** A picture from the server as a sprite: brought to its size, without its plain ground, untouched outside the mask. */
export async function finishPicture(
  picture: Raster,
  request: GenerationRequest,
  { hasPlainGround, isTile }: Pick<SlotMap, "hasPlainGround" | "isTile">,
  readers: Pick<AxisReaders, "read">,
): Promise<Raster> {
  const { size, background, source } = request;
  const reduced = await toSize(picture, size, isTile, readers);
  const cut = hasPlainGround && background !== "opaque" ? (takeGround(reduced) ?? reduced) : reduced;
  if (source?.mask === undefined) return cut;
  const mask = whiteWhereRedrawn(decodePng(Buffer.from(source.mask, "base64")));
  const kept = decodePng(Buffer.from(source.png, "base64"));
  for (let offset = 0; offset < cut.data.length; offset += 4)
    if (mask.data[offset] === 0) cut.data.set(kept.data.subarray(offset, offset + 4), offset);
  return cut;
}

/**
 * The picture at the sprite's size. Where its own grid shows, that decides: its pixels are taken one by one, and brought
 * together where there are several for one of the sprite. Elsewhere, and in tiles, whose period must stay, the picture
 * is cut into even cells.
 */
async function toSize(
  picture: Raster,
  size: number,
  isTile: boolean,
  readers: Pick<AxisReaders, "read">,
): Promise<Raster> {
  const factor = Math.floor(Math.min(picture.width, picture.height) / size);
  if (factor < 1)
    throw new GeneratorError(
      "model-failed",
      `Cannot make a sprite of ${size} px: the workflow gave a picture of ${picture.width} x ${picture.height}; ask for a smaller one`,
    );
  const square = middleOf(picture, factor * size, factor * size);
  if (factor === 1) return square;
  if (isTile) return reduceCells(square, factor);
  const readings = readers.read(square);
  // Most often needed, and made while other threads read.
  const even = reduceCells(square, factor);
  const grid = findGrid(square, {}, await readings);
  const cells = Math.round(grid.width / size);
  const isNear = Math.abs(grid.width - cells * size) <= cells * size * mostDrift;
  return grid.isSure && grid.width === grid.height && cells >= 1 && isNear
    ? reduceCells(middleOf(grid.sample(), cells * size, cells * size), cells)
    : even;
}

/** A model's grid may have a few cells more or less than the sprite; those are cut off or added at the edges. */
const mostDrift = 0.06;

/** The middle of the picture at another size; what is missing continues its edges. */
function middleOf(picture: Raster, width: number, height: number): Raster {
  if (picture.width === width && picture.height === height) return picture;
  const left = Math.floor((picture.width - width) / 2);
  const top = Math.floor((picture.height - height) / 2);
  const middle = createRaster(width, height);
  const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (clamp(top + y, picture.height - 1) * picture.width + clamp(left + x, picture.width - 1)) * 4;
      middle.data.set(picture.data.subarray(from, from + 4), (y * width + x) * 4);
    }
  return middle;
}

/** Black and white, opaque: white where the mask is opaque and white. */
function whiteWhereRedrawn(mask: Raster): Raster {
  const plain = createRaster(mask.width, mask.height);
  for (let offset = 0; offset < mask.data.length; offset += 4) {
    const [red, green, blue, alpha] = mask.data.subarray(offset, offset + 4);
    plain.data.fill(red > 127 && green > 127 && blue > 127 && alpha > 127 ? 255 : 0, offset, offset + 3);
    plain.data[offset + 3] = 255;
  }
  return plain;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
