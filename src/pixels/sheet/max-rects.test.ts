import fc from "fast-check";
import { assert, describe, expect, it } from "vitest";
import { packRectangles } from "./max-rects.ts";

const sizes = fc.array(fc.record({ width: fc.integer({ min: 1, max: 20 }), height: fc.integer({ min: 1, max: 20 }) }), {
  minLength: 1,
  maxLength: 40,
});

describe("packRectangles", () => {
  it("overlaps nothing, stays within the area it tells, and does the same again", () => {
    fc.assert(
      fc.property(sizes, (sizes) => {
        const packing = packRectangles(sizes, 400);
        assert(packing !== undefined);
        const taken = new Set<number>();
        for (const [index, { x, y }] of packing.places.entries())
          for (let down = y; down < y + sizes[index].height; down++)
            for (let across = x; across < x + sizes[index].width; across++) {
              expect(across < packing.width && down < packing.height).toBe(true);
              expect(taken.has(down * 400 + across)).toBe(false);
              taken.add(down * 400 + across);
            }
        expect(packRectangles(sizes, 400)).toEqual(packing);
      }),
      { numRuns: 40 },
    );
  });

  it("fills a square with equal squares", () => {
    const packing = packRectangles(
      Array.from({ length: 16 }, () => ({ width: 8, height: 8 })),
      64,
    );
    expect(packing).toMatchObject({ width: 32, height: 32 });
  });

  it("fits exactly what there is room for", () => {
    const four = Array.from({ length: 4 }, () => ({ width: 5, height: 5 }));
    expect(packRectangles(four, 10)).toMatchObject({ width: 10, height: 10 });
    expect(packRectangles([...four, { width: 1, height: 1 }], 10)).toBeUndefined();
    expect(packRectangles([{ width: 11, height: 1 }], 10)).toBeUndefined();
  });
});
