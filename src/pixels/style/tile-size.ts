import type { Raster } from "../raster.ts";

export type TileSize = { readonly width: number; readonly height: number };

const smallest = 8;
const largest = 128;
const widestSpacing = 2;
/** How clearly borders must stand out from other lines, in standard errors. */
const clearFrom = 3.5;

/**
 * The size of the tiles that a sheet or tileset consists of; undefined for a picture that is no grid. Neighbouring
 * pixels of one colour are counted across every line: across the borders of tiles there are fewer than elsewhere, and
 * none through transparent gaps. Of all periods that divide the picture the one wins whose borders stand out most
 * clearly, which needs three borders at least in each direction, or one in the shorter of a strip. Gaps of up to two
 * pixels between tiles are no part of them.
 */
export function tileSize(raster: Raster): TileSize | undefined {
  const { width, height } = raster;
  const across = periodsOf(linksAlong(raster, "x"), width);
  const down = periodsOf(linksAlong(raster, "y"), height);
  // Tiles are square more often than not: a period that both directions show is the tile's, if it is nearly the best.
  const square = across
    .flatMap((period, index) => {
      const other = down.findIndex(({ side, spacing }) => side === period.side && spacing === period.spacing);
      return other < 0 ? [] : [{ side: period.side, rank: index + other }];
    })
    .toSorted((a, b) => a.rank - b.rank)[0];
  const [bestAcross] = across;
  const [bestDown] = down;
  if (square !== undefined && square.rank <= 2) return { width: square.side, height: square.side };
  if (bestAcross !== undefined && bestDown !== undefined) return { width: bestAcross.side, height: bestDown.side };
  // A strip of one row or column, of square tiles.
  if (bestAcross?.side === height) return { width: height, height };
  if (bestDown?.side === width) return { width, height: width };
  return undefined;
}

type Period = { readonly side: number; readonly spacing: number; readonly clarity: number };

/** For each line between two columns (or rows) the share of its visible pixels that go on in the same colour. */
function linksAlong({ width, height, data }: Raster, axis: "x" | "y"): Float64Array {
  const pixels = new Uint32Array(data.slice().buffer);
  const [length, depth] = axis === "x" ? [width, height] : [height, width];
  const [step, across] = axis === "x" ? [1, width] : [width, 1];
  const links = new Float64Array(length);
  for (let line = 1; line < length; line++) {
    let linked = 0;
    for (let place = 0; place < depth; place++) {
      const pixel = line * step + place * across;
      if (data[pixel * 4 + 3] !== 0 && pixels[pixel] === pixels[pixel - step]) linked++;
    }
    links[line] = linked / depth;
  }
  return links;
}

/** The periods whose borders stand out, the clearest first. */
function periodsOf(links: Float64Array, length: number): Period[] {
  const periods: Period[] = [];
  for (let spacing = 0; spacing <= widestSpacing; spacing++)
    for (let side = smallest; side <= largest; side++) {
      const period = side + spacing;
      if ((length + spacing) % period !== 0 || (length + spacing) / period < 4) continue;
      const clarity = clarityOf(links, period, spacing);
      if (clarity >= clearFrom) periods.push({ side, spacing, clarity });
    }
  const ordered = periods.toSorted((a, b) => b.clarity - a.clarity || a.side - b.side);
  const [best] = ordered;
  // Bricks and other patterns inside tiles have borders too, but with more going on across them than the tiles' own.
  const outer = ordered.filter(
    ({ side, spacing }) =>
      spacing === 0 &&
      best.spacing === 0 &&
      side > best.side &&
      side % best.side === 0 &&
      isOuter(links, side, best.side),
  );
  return outer.length === 0 ? ordered : [...outer, ...ordered.filter((period) => !outer.includes(period))];
}

/** Whether far fewer pixels go on across the borders of `side` than across those of `inner` that are not among them. */
function isOuter(links: Float64Array, side: number, inner: number): boolean {
  let [outerSum, outerCount, innerSum, innerCount] = [0, 0, 0, 0];
  for (let line = inner; line < links.length; line += inner)
    if (line % side === 0) {
      outerSum += links[line];
      outerCount++;
    } else {
      innerSum += links[line];
      innerCount++;
    }
  const innerMean = innerSum / Math.max(1, innerCount);
  return innerMean > 0.05 && outerSum / Math.max(1, outerCount) <= innerMean * 0.5;
}

/** The distance of the borders' mean from that of the other lines, in standard errors; 0 where it is not lower by much. */
function clarityOf(links: Float64Array, period: number, spacing: number): number {
  let [borderSum, borders, innerSum, innerSquares, inner] = [0, 0, 0, 0, 0];
  for (let line = 1; line < links.length; line++) {
    const place = line % period;
    const isBorder = place === 0 || place > period - spacing - 1;
    if (isBorder && spacing > 0 && place !== 0 && links[line] > 0) return 0;
    if (isBorder && place === 0) {
      borderSum += links[line];
      borders++;
    } else if (!isBorder) {
      innerSum += links[line];
      innerSquares += links[line] ** 2;
      inner++;
    }
  }
  const innerMean = innerSum / inner;
  const borderMean = borderSum / borders;
  if (borderMean > innerMean * 0.6) return 0;
  const deviation = Math.sqrt(Math.max(1e-6, innerSquares / inner - innerMean ** 2));
  return (innerMean - borderMean) / (deviation / Math.sqrt(borders));
}
