import { describe, expect, it } from "vitest";
import { drawRaster, showRaster } from "./draw-raster.ts";
import { type FinishStep, finish } from "./finish.ts";
import { cloneRaster, countColors, countDifferingPixels, createRaster } from "./raster.ts";
import { scaleInteger } from "./scale-integer.ts";

const ink = { r: "#ff0000", s: "#e00010", b: "#0000ff", k: "#000000", w: "#ffffff" };
const picture = drawRaster(["rsr.", "sbb.", "kbb.", "...."], ink);

describe("finish", () => {
  it("gives a copy and leaves the picture as it was", () => {
    const before = cloneRaster(picture);
    const same = finish(picture, []);
    expect(same).toEqual(picture);
    expect(same.data).not.toBe(picture.data);
    finish(picture, [{ step: "colors", count: 1 }]);
    expect(picture).toEqual(before);
  });

  it("runs the steps in the order given", () => {
    const darkThenRed = finish(picture, [
      { step: "background", color: "auto" },
      { step: "palette", name: "red", colors: ["#ff0000", "#ffffff"], count: 1 },
    ]);
    expect(showRaster(darkThenRed, ink)).toEqual(["rrrr", "rrrr", "rrrr", "rrrr"]);
    const redThenWhite = finish(picture, [
      { step: "palette", name: "red", colors: ["#ff0000"] },
      { step: "background", color: "#ffffff" },
    ]);
    expect(showRaster(redThenWhite, ink)).toEqual(["rrrw", "rrrw", "rrrw", "wwww"]);
  });

  it("does each step", () => {
    const soft = createRaster(2, 1, Uint8ClampedArray.of(1, 2, 3, 127, 4, 5, 6, 128));
    expect([...finish(soft, [{ step: "alpha", threshold: 128 }]).data]).toEqual([0, 0, 0, 0, 4, 5, 6, 255]);

    const speck = drawRaster(["rrrr...", "rrrr..k", "rrrr...", "rrrr..."], ink);
    expect(showRaster(finish(speck, [{ step: "orphans" }]), ink)).toEqual(["rrrr...", "rrrr...", "rrrr...", "rrrr..."]);

    expect(countColors(finish(picture, [{ step: "colors", count: 3 }]))).toBe(3);
    expect(countColors(finish(picture, [{ step: "colors", count: "auto", most: 2 }]))).toBe(2);
    const flag = drawRaster(["rr.", "bbb", "www"], ink);
    expect(countDifferingPixels(finish(flag, [{ step: "colors", count: "auto" }]), flag)).toBe(0);
  });

  it("brings an enlarged picture back, by itself or to a size that is known", () => {
    const flag = drawRaster(["rbrwkw", "bwrkbr", "wwbrkb", "kbbrwr", "rkwbbk", "bkrwkw"], ink);
    expect(finish(scaleInteger(flag, 5), [{ step: "grid" }])).toEqual(flag);
    expect(finish(scaleInteger(flag, 5), [{ step: "grid", size: { width: 6, height: 6 } }])).toEqual(flag);
  });

  it("leaves an empty picture empty", () => {
    const empty = createRaster(2, 2);
    const steps: FinishStep[] = [
      { step: "alpha", threshold: 128 },
      { step: "orphans" },
      { step: "colors", count: "auto" },
      { step: "colors", count: 4 },
      { step: "palette", name: "two", colors: ["#ff0000", "#00ff00"], count: 1 },
    ];
    expect(finish(empty, steps)).toEqual(empty);
  });

  it("refuses a step it does not know", () => {
    const steps = [{ step: "sharpen" }] as unknown as FinishStep[];
    expect(() => finish(picture, steps)).toThrow(
      'Cannot do the finishing step "sharpen": this version does not know it; update dgx-pixels',
    );
  });
});
