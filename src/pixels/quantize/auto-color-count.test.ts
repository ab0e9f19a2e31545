import { describe, expect, it } from "vitest";
import { drawRaster } from "../draw-raster.ts";
import { createRaster, type Raster } from "../raster.ts";
import { autoColorCount } from "./auto-color-count.ts";

/** Areas of flat colours side by side, every pixel off by up to `spread` in each channel. */
function areas(colors: readonly number[], spread: number): Raster {
  const raster = createRaster(colors.length * 8, 16);
  let state = 7;
  for (let index = 0; index < raster.width * raster.height; index++) {
    const rgb = colors[Math.floor((index % raster.width) / 8)];
    for (let channel = 0; channel < 3; channel++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const offset = Math.round(((state >>> 16) / 65535 - 0.5) * 2 * spread);
      raster.data[index * 4 + channel] = ((rgb >> (16 - channel * 8)) & 255) + offset;
    }
    raster.data[index * 4 + 3] = 255;
  }
  return raster;
}

const flags = [0xc03030, 0x30a040, 0x3050c0, 0xe0c040, 0x703090];

describe("autoColorCount", () => {
  it("sees through noise to the colours that were meant", () => {
    expect(autoColorCount(areas(flags, 4))).toBe(5);
    expect(autoColorCount(areas(flags.slice(0, 2), 4))).toBe(2);
  });

  it("keeps colours that many pixels share exactly, though they are alike", () => {
    expect(autoColorCount(areas([0x404040, 0x505050, 0x606060, 0x707070], 0))).toBe(4);
  });

  it("joins colours that cannot be told apart", () => {
    expect(autoColorCount(areas([0x404040, 0x404041, 0x404042, 0x404142], 0))).toBe(1);
  });

  it("keeps a detail of one pixel that differs much", () => {
    const raster = areas(flags.slice(0, 2), 3);
    raster.data.set([255, 255, 255, 255], 400);
    expect(autoColorCount(raster)).toBe(3);
  });

  it("stops at the most allowed", () => {
    expect(autoColorCount(areas(flags, 0), 3)).toBe(3);
    expect(autoColorCount(areas(flags, 60))).toBe(32);
  });

  it("is the number of colours in trivial pictures", () => {
    expect(autoColorCount(createRaster(4, 4))).toBe(0);
    expect(autoColorCount(drawRaster(["r"], { r: "#ff0000" }))).toBe(1);
  });

  it("refuses a limit out of range", () => {
    expect(() => autoColorCount(createRaster(1, 1), 0)).toThrow(
      expect.objectContaining({ details: { code: "invalid-argument", argument: "most", value: 0 } }),
    );
  });
});
