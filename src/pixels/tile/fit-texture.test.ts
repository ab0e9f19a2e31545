import { describe, expect, it } from "vitest";
import { createRaster } from "../raster.ts";
import { fitTexture } from "./fit-texture.ts";
import { repeatedArea } from "./repeated-area.ts";
import { bricks, colorsIn, grain, slope } from "./sample-textures.ts";

describe("fitTexture", () => {
  it.each([8, 16, 24, 32, 64])("makes a tile of %i pixels from textures of any size", (size) => {
    for (const texture of [bricks(16), slope(48), repeatedArea(grain(32, [0x203040, 0x304050]), 0, 0, 40, 20)]) {
      const { raster } = fitTexture(texture, size);
      expect([raster.width, raster.height]).toEqual([size, size]);
      expect([...colorsIn(raster)].filter((color) => !colorsIn(texture).has(color))).toEqual([]);
    }
  });

  it("repeats a texture that goes into the size, and only shifts it", () => {
    const fitted = fitTexture(bricks(16), 32);
    expect(fitted).toMatchObject({ wasCropped: false, wasRepaired: false });
    const first = repeatedArea(fitted.raster, 0, 0, 16, 16);
    expect(repeatedArea(fitted.raster, 16, 16, 16, 16).data).toEqual(first.data);
  });

  it("puts the seam where it shows least", () => {
    const { before, after } = fitTexture(repeatedArea(bricks(32), 0, 3, 32, 32), 32);
    expect(before).toBeGreaterThan(1.5);
    expect(after).toBeLessThan(1);
  });

  it("repairs what does not repeat", () => {
    const fitted = fitTexture(slope(32), 32);
    expect(fitted.wasRepaired).toBe(true);
    expect(fitted.after).toBeLessThan(fitted.before / 4);
  });

  it("takes a part of what is larger", () => {
    expect(fitTexture(slope(48), 16).wasCropped).toBe(true);
  });

  it("refuses transparency", () => {
    expect(() => fitTexture(createRaster(16, 16), 16)).toThrow(
      "Cannot make tiles of the texture: 256 of its 256 pixels are transparent; give an opaque one",
    );
  });
});
