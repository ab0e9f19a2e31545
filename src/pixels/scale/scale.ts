import { PixelsError } from "../pixels-error.ts";
import type { Raster } from "../raster.ts";
import { scaleInteger } from "../scale-integer.ts";
import { scale2x, scale3x } from "./scale-2x.ts";
import { scaleXbr } from "./scale-xbr.ts";

export type ScaleMethod = "nearest" | "scale2x" | "scale3x" | "xbr";

export const scaleMethods: readonly ScaleMethod[] = ["nearest", "scale2x", "scale3x", "xbr"];

/** What those methods that look at neighbours enlarge by in one go; greater factors are reached by going again. */
const passes = {
  scale2x: { factor: 2, run: scale2x },
  scale3x: { factor: 3, run: scale3x },
  xbr: { factor: 2, run: scaleXbr },
} as const satisfies Readonly<Record<string, { factor: number; run: (raster: Raster, time: number) => Raster }>>;

/** Pixels that a result may have: 256 MB. */
const mostPixels = 8192 * 8192;

/**
 * Enlarges by a whole factor without a new colour. "nearest" (1 to 64) makes blocks; the others round steps off:
 * "scale2x" (also called EPX) and "xbr" by 2, 4, 8, ..., "scale3x" by 3, 9, 27. Left out, the factor is 2, or 3 for
 * "scale3x". Throws a PixelsError for another factor and for a result of more than 8192 x 8192 pixels in all.
 */
export function scale(
  raster: Raster,
  { method = "nearest", factor = factorOf(method) }: { readonly method?: ScaleMethod; readonly factor?: number } = {},
): Raster {
  const width = raster.width * factor;
  const height = raster.height * factor;
  if (width * height > mostPixels)
    throw new PixelsError(
      `Cannot scale ${raster.width} x ${raster.height} by ${factor}: the result would have more than ${mostPixels} pixels; give a smaller factor`,
      { code: "picture-too-large", width, height, maxPixels: mostPixels },
    );
  if (method === "nearest") return scaleInteger(raster, factor);
  const pass = passes[method];
  if (pass === undefined)
    throw new PixelsError(`Cannot scale by ${JSON.stringify(method)}: choose ${scaleMethods.join(", ")}`, {
      code: "invalid-argument",
      argument: "method",
      value: method,
    });
  const times = Math.round(Math.log(factor) / Math.log(pass.factor));
  if (!(times >= 1) || pass.factor ** times !== factor)
    throw new PixelsError(
      `Cannot scale by ${factor} with ${method}: give ${pass.factor}, ${pass.factor ** 2} or ${pass.factor ** 3}`,
      { code: "invalid-argument", argument: "factor", value: factor },
    );
  return Array.from({ length: times }).reduce<Raster>((scaled, _, time) => pass.run(scaled, time), raster);
}

function factorOf(method: ScaleMethod): number {
  return method === "nearest" ? 2 : (passes[method]?.factor ?? 2);
}
