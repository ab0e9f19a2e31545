import { describe, expect, it } from "vitest";
import { drawRaster } from "../draw-raster.ts";
import { createRaster } from "../raster.ts";
import { scaleInteger } from "../scale-integer.ts";
import { degreesOf } from "./learn-style.ts";
import { classifyEdges, edgeKinds, measurePicture } from "./measure-picture.ts";
import { disk, greenRamp } from "./shaded-pictures.ts";

const ink = { k: "#000000", g: "#5fb05f", d: "#1f6f4f" };

describe("measurePicture", () => {
  it("counts colors, and tells opaque, binary and soft alpha apart", () => {
    const binary = measurePicture(drawRaster(["gg.", "gk."], ink));
    expect(binary).toMatchObject({ width: 3, height: 2, visible: 4, alpha: "binary", softShare: 0 });
    expect([...binary.colors]).toEqual([
      [0x5fb05f, 3],
      [0x000000, 1],
    ]);
    expect(measurePicture(drawRaster(["gg", "gk"], ink)).alpha).toBe("opaque");
    expect(measurePicture(createRaster(1, 2, Uint8ClampedArray.of(1, 2, 3, 9, 1, 2, 3, 255)))).toMatchObject({
      alpha: "soft",
      softShare: 0.5,
    });
  });

  it.each([
    ["black", 0x000000, { black: 1, darker: 0, none: 0 }],
    ["darker", 0x1f4f2f, { black: 0, darker: 1, none: 0 }],
    ["no", undefined, { black: 0 }],
  ])("sees a %s outline", (_name, outline, expected) => {
    // Lit from the front: all of one color, so that no shade counts as a line.
    expect(measurePicture(disk({ outline, ramp: [0x5fb05f] })).outline).toMatchObject(expected);
  });

  it("tells a line of 4 neighbours from one of 8", () => {
    const thin = drawRaster(
      [
        "....kkkk....",
        "..kkggggkk..",
        ".kggggggggk.",
        ".kggggggggk.",
        "kggggggggggk",
        "kggggggggggk",
        ".kggggggggk.",
        "..kkggggkk..",
        "....kkkk....",
      ],
      ink,
    );
    expect(measurePicture(thin).outline?.corners).toBe(4);
    const thick = drawRaster(
      [
        "...kkkkkk...",
        ".kkkggggkkk.",
        ".kggggggggk.",
        "kkggggggggkk",
        "kggggggggggk",
        "kkggggggggkk",
        ".kggggggggk.",
        ".kkkggggkkk.",
        "...kkkkkk...",
      ],
      ink,
    );
    expect(measurePicture(thick).outline?.corners).toBe(8);
  });

  it("judges no edge where the picture's own border cuts it off", () => {
    expect(
      measurePicture(
        drawRaster(
          Array.from({ length: 8 }, () => "gggggggg"),
          ink,
        ),
      ).outline,
    ).toBeUndefined();
  });

  it.each([
    [[-1, -1], 135],
    [[1, -1], 45],
    [[0, -1], 90],
    [[1, 0], 0],
    [[0, 1], 270],
  ] as const)("finds the light at %j", (light, degrees) => {
    const measured = measurePicture(disk({ light, outline: 0x000000 })).light;
    const own = degreesOf(measured?.x ?? 0, measured?.y ?? 0);
    expect(Math.abs(((own - degrees + 540) % 360) - 180)).toBeLessThan(12);
    expect(measured?.strength).toBeGreaterThan(0.7);
  });

  it("finds no light in what is flat, or in a light thing above a dark one", () => {
    expect(measurePicture(disk({ ramp: [0x5fb05f] })).light).toBeUndefined();
    const stacked = createRaster(12, 20);
    for (let y = 0; y < 20; y++)
      for (let x = 0; x < 12; x++)
        stacked.data.set(y < 10 ? [240, 200, 150, 255] : [60, 60, 160, 255], (y * 12 + x) * 4);
    expect(measurePicture(stacked).light).toBeUndefined();
  });

  it("counts the shades of a material", () => {
    expect(measurePicture(disk()).shades).toBeCloseTo(3.93, 2);
    expect(measurePicture(disk({ ramp: greenRamp.slice(0, 2) })).shades).toBeCloseTo(2, 1);
    expect(measurePicture(disk({ ramp: [0x5fb05f] })).shades).toBeCloseTo(1, 5);
  });

  it("sees that a picture is enlarged", () => {
    expect(measurePicture(disk()).block).toBe(1);
    expect(measurePicture(scaleInteger(disk(), 4)).block).toBe(4);
    expect(measurePicture(createRaster(8, 8, new Uint8ClampedArray(256).fill(255))).block).toBe(1);
  });

  it("takes one pixel, and refuses none", () => {
    expect(measurePicture(createRaster(1, 1, Uint8ClampedArray.of(1, 2, 3, 255)))).toMatchObject({
      visible: 1,
      block: 1,
    });
    expect(() => measurePicture(createRaster(2, 2))).toThrow(
      "Cannot tell a style from the picture: all of it is transparent",
    );
  });
});

describe("classifyEdges", () => {
  it("says of each edge pixel what it is", () => {
    const raster = drawRaster([".......", ".kkkkk.", ".kgggg.", ".dgggg.", ".dgggg.", "......."], ink);
    const shown = Array.from(classifyEdges(raster), (kind) => ".kdn"[kind]).join("");
    expect(edgeKinds).toEqual({ unjudged: 0, black: 1, darker: 2, none: 3 });
    expect(shown.match(/.{7}/g)).toEqual([".......", ".kkkkk.", ".k...n.", ".d...n.", ".dnnnn.", "......."]);
  });
});
