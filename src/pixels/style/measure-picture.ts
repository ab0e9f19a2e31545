import { blockSize } from "../block-size.ts";
import { type Oklab, oklabOfRgb } from "../oklab.ts";
import { PixelsError } from "../pixels-error.ts";
import type { Raster } from "../raster.ts";
import { type TileSize, tileSize } from "./tile-size.ts";

/** What can be seen of a style in one picture. */
export type PictureStyle = {
  readonly width: number;
  readonly height: number;
  /** Pixels that are not fully transparent. */
  readonly visible: number;
  /** How many pixels have each colour, 0xrrggbb, whatever their alpha; fully transparent ones left out. */
  readonly colors: ReadonlyMap<number, number>;
  /** "opaque": all pixels; "binary": alpha is 0 or 255; "soft": some pixels are partly transparent. */
  readonly alpha: "opaque" | "binary" | "soft";
  /** Share of the visible pixels that are partly transparent. */
  readonly softShare: number;
  /** Undefined where too little of a silhouette's edge is in the picture, as in a tile. */
  readonly outline: OutlineMeasure | undefined;
  /** Undefined where too little is shaded to tell. */
  readonly light: LightMeasure | undefined;
  /** How many lightnesses a material is shaded in; undefined where there is too little of any. */
  readonly shades: number | undefined;
  /** The tiles of a sheet or tileset; undefined for a picture that is no grid. */
  readonly tile: TileSize | undefined;
  /** The side of the blocks that all of it consists of: 1 at native size, 4 when enlarged fourfold. */
  readonly block: number;
};

export type OutlineMeasure = {
  /** Shares of the edge's pixels that are near black, that are otherwise darker than what they enclose, and the rest. */
  readonly black: number;
  readonly darker: number;
  readonly none: number;
  /** 4 where the line leaves the corners of a step open, 8 where it fills them; undefined where there are none. */
  readonly corners: 4 | 8 | undefined;
};

export type LightMeasure = {
  /** A unit vector towards the light; y counts downwards. */
  readonly x: number;
  readonly y: number;
  /** Share of the lightness's variance inside materials that lies in this direction, 0 to 1. */
  readonly strength: number;
};

const fewestEdgePixels = 12;
const fewestShadedPixels = 40;
const blackBelow = 0.25;

/** Throws a PixelsError for a picture without a visible pixel. */
export function measurePicture(raster: Raster): PictureStyle {
  const { width, height, data } = raster;
  const colors = new Map<number, number>();
  let visible = 0;
  let soft = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 0) continue;
    visible++;
    if (data[at + 3] < 255) soft++;
    const rgb = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    colors.set(rgb, (colors.get(rgb) ?? 0) + 1);
  }
  if (visible === 0)
    throw new PixelsError(
      "Cannot tell a style from the picture: all of it is transparent; give one that shows something",
      {
        code: "nothing-visible",
      },
    );
  const pixels = oklabPixels(raster);
  const isEdge = edgeOf(pixels, width, height);
  return {
    width,
    height,
    visible,
    colors,
    alpha: soft > 0 ? "soft" : visible === width * height ? "opaque" : "binary",
    softShare: soft / visible,
    outline: outlineOf(pixels, isEdge, width, height),
    light: lightOf(pixels, isEdge, width),
    shades: shadesOf(colors),
    tile: tileSize(raster),
    block: blockSize(raster),
  };
}

/** Undefined for what is fully transparent. */
type Pixels = readonly (Oklab | undefined)[];

function oklabPixels({ width, height, data }: Raster): Pixels {
  const known = new Map<number, Oklab>();
  return Array.from({ length: width * height }, (_, pixel) => {
    const at = pixel * 4;
    if (data[at + 3] === 0) return undefined;
    const rgb = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    const lab = known.get(rgb) ?? oklabOfRgb(rgb);
    known.set(rgb, lab);
    return lab;
  });
}

/**
 * The visible pixels beside a transparent one. The picture's own border is no edge: a sprite that fills its canvas may
 * have its outline cut off there.
 */
function edgeOf(pixels: Pixels, width: number, height: number): Uint8Array {
  const isEdge = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      if (pixels[pixel] === undefined) continue;
      const touches =
        (x > 0 && pixels[pixel - 1] === undefined) ||
        (x < width - 1 && pixels[pixel + 1] === undefined) ||
        (y > 0 && pixels[pixel - width] === undefined) ||
        (y < height - 1 && pixels[pixel + width] === undefined);
      if (touches) isEdge[pixel] = 1;
    }
  return isEdge;
}

/** What a silhouette's edge pixel is: near black, darker than what it encloses, neither, or not to be judged. */
export const edgeKinds = { unjudged: 0, black: 1, darker: 2, none: 3 } as const;

/** For each pixel one of `edgeKinds`; pixels inside, and edges with nothing inside near by, are not judged. */
export function classifyEdges(raster: Raster): Uint8Array {
  const pixels = oklabPixels(raster);
  return classify(pixels, edgeOf(pixels, raster.width, raster.height), raster.width, raster.height);
}

function classify(pixels: Pixels, isEdge: Uint8Array, width: number, height: number): Uint8Array {
  const kinds = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      const here = pixels[pixel];
      if (here === undefined || !isEdge[pixel]) continue;
      const inside = meanInside(pixels, isEdge, width, height, x, y);
      if (inside === undefined) continue;
      const [lightness, a, b] = here;
      if (lightness < blackBelow && Math.hypot(a, b) < 0.06 && inside > lightness + 0.05)
        kinds[pixel] = edgeKinds.black;
      else kinds[pixel] = lightness < inside - 0.07 ? edgeKinds.darker : edgeKinds.none;
    }
  return kinds;
}

function outlineOf(pixels: Pixels, isEdge: Uint8Array, width: number, height: number): OutlineMeasure | undefined {
  const counts = [0, 0, 0, 0];
  for (const kind of classify(pixels, isEdge, width, height)) counts[kind]++;
  const [, black, darker, none] = counts;
  const judged = black + darker + none;
  if (judged < fewestEdgePixels) return undefined;
  return {
    black: black / judged,
    darker: darker / judged,
    none: none / judged,
    corners: cornersOf(pixels, isEdge, width, height),
  };
}

/**
 * Where the inside of a silhouette comes to a corner, a line of 4 neighbours leaves the pixel across the corner open, one
 * of 8 fills it.
 */
function cornersOf(pixels: Pixels, isEdge: Uint8Array, width: number, height: number): 4 | 8 | undefined {
  const isBody = bodyOf(pixels, isEdge, width, height);
  let open = 0;
  let filled = 0;
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      if (!isBody[y * width + x]) continue;
      for (const [dx, dy] of diagonals) {
        const corner = (y + dy) * width + x + dx;
        if (pixels[corner] === undefined) open++;
        else if (isEdge[corner] && !touchesBody(isBody, width, height, x + dx, y + dy)) filled++;
      }
    }
  if (open + filled < 4) return undefined;
  return open > filled ? 4 : 8;
}

/** What is inside and lighter than the edge beside it: the inner corner of a thick line is not. */
function bodyOf(pixels: Pixels, isEdge: Uint8Array, width: number, height: number): Uint8Array {
  const isBody = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      const here = pixels[pixel];
      if (here === undefined || isEdge[pixel]) continue;
      let sum = 0;
      let count = 0;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const edge = isEdge[ny * width + nx] ? pixels[ny * width + nx] : undefined;
          if (edge === undefined) continue;
          sum += edge[0];
          count++;
        }
      if (count === 0 || here[0] > sum / count + 0.07) isBody[pixel] = 1;
    }
  return isBody;
}

const diagonals = [
  [-1, -1],
  [1, -1],
  [-1, 1],
  [1, 1],
] as const;

/** Whether one of the 4 neighbours is part of the body. */
function touchesBody(isBody: Uint8Array, width: number, height: number, x: number, y: number): boolean {
  const pixel = y * width + x;
  return (
    (x > 0 && isBody[pixel - 1] === 1) ||
    (x < width - 1 && isBody[pixel + 1] === 1) ||
    (y > 0 && isBody[pixel - width] === 1) ||
    (y < height - 1 && isBody[pixel + width] === 1)
  );
}

/** The mean lightness of what lies within two pixels and is no edge. */
function meanInside(
  pixels: Pixels,
  isEdge: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
): number | undefined {
  let sum = 0;
  let count = 0;
  for (let ny = Math.max(0, y - 2); ny <= Math.min(height - 1, y + 2); ny++)
    for (let nx = Math.max(0, x - 2); nx <= Math.min(width - 1, x + 2); nx++) {
      const pixel = ny * width + nx;
      const lab = pixels[pixel];
      if (lab === undefined || isEdge[pixel]) continue;
      sum += lab[0];
      count++;
    }
  return count === 0 ? undefined : sum / count;
}

/** Colours of one material: twelve hues, and greys by themselves. */
function familyOf([, a, b]: Oklab): number {
  if (Math.hypot(a, b) < 0.035) return 0;
  return 1 + (Math.floor(((Math.atan2(b, a) / (2 * Math.PI) + 1) % 1) * 12) % 12);
}

/**
 * The direction in which lightness rises inside areas of one material, by least squares over all areas, each around its
 * own mean: that the face is lighter than the boots says nothing of the light. Edges and black lines are left out.
 */
function lightOf(pixels: Pixels, isEdge: Uint8Array, width: number): LightMeasure | undefined {
  const families = Int8Array.from(pixels, (lab, pixel) =>
    lab === undefined || isEdge[pixel] || lab[0] < blackBelow ? -1 : familyOf(lab),
  );
  const seen = new Uint8Array(pixels.length);
  let [xx, yy, xy, xl, yl, ll, count] = [0, 0, 0, 0, 0, 0, 0];
  for (let start = 0; start < pixels.length; start++) {
    if (families[start] < 0 || seen[start]) continue;
    const area = areaFrom(start, families, seen, width);
    if (area.length < 8) continue;
    let [meanX, meanY, meanL] = [0, 0, 0];
    for (const pixel of area) {
      meanX += (pixel % width) / area.length;
      meanY += Math.floor(pixel / width) / area.length;
      meanL += (pixels[pixel]?.[0] ?? 0) / area.length;
    }
    for (const pixel of area) {
      const dx = (pixel % width) - meanX;
      const dy = Math.floor(pixel / width) - meanY;
      const dl = (pixels[pixel]?.[0] ?? 0) - meanL;
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
      xl += dx * dl;
      yl += dy * dl;
      ll += dl * dl;
    }
    count += area.length;
  }
  const determinant = xx * yy - xy * xy;
  // Lightness that hardly varies is flat colour, not shading.
  if (count < fewestShadedPixels || determinant < 1e-9 || ll / count < 0.0004) return undefined;
  const slopeX = (xl * yy - yl * xy) / determinant;
  const slopeY = (yl * xx - xl * xy) / determinant;
  const length = Math.hypot(slopeX, slopeY);
  if (length === 0) return undefined;
  return { x: slopeX / length, y: slopeY / length, strength: (slopeX * xl + slopeY * yl) / ll };
}

/** The pixels of one family that hang together by 4 neighbours. */
function areaFrom(start: number, families: Int8Array, seen: Uint8Array, width: number): number[] {
  const area = [start];
  seen[start] = 1;
  const visit = (pixel: number) => {
    if (pixel < 0 || pixel >= families.length || seen[pixel] || families[pixel] !== families[start]) return;
    seen[pixel] = 1;
    area.push(pixel);
  };
  for (const pixel of area) {
    const x = pixel % width;
    if (x > 0) visit(pixel - 1);
    if (x < width - 1) visit(pixel + 1);
    visit(pixel - width);
    visit(pixel + width);
  }
  return area;
}

/**
 * The number of shades of the materials, each weighted by its area; black lines and specks left out. Shades count by how
 * much of them there is, as the exponential of Shannon's entropy: four of equal area are 4, a stray pixel hardly one
 * more.
 */
function shadesOf(colors: ReadonlyMap<number, number>): number | undefined {
  const families = new Map<number, number[]>();
  let all = 0;
  for (const [rgb, count] of colors) {
    const lab = oklabOfRgb(rgb);
    if (lab[0] < blackBelow) continue;
    const family = familyOf(lab);
    const counts = families.get(family);
    if (counts === undefined) families.set(family, [count]);
    else counts.push(count);
    all += count;
  }
  let weighted = 0;
  let weight = 0;
  for (const counts of families.values()) {
    const area = counts.reduce((sum, count) => sum + count, 0);
    if (area < Math.max(12, all * 0.08)) continue;
    weighted += effectiveCount(counts, area) * area;
    weight += area;
  }
  return weight === 0 ? undefined : weighted / weight;
}

function effectiveCount(counts: readonly number[], all: number): number {
  return Math.exp(counts.reduce((entropy, count) => entropy - (count / all) * Math.log(count / all), 0));
}
