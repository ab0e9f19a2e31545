import { describe, expect, it } from "vitest";
import { PixelsError } from "../pixels-error.ts";
import { createRaster, type Raster } from "../raster.ts";
import { scaleInteger } from "../scale-integer.ts";
import { checkStyle, directionName } from "./check-style.ts";
import { learnStyle } from "./learn-style.ts";
import { markStyle, styleMarks } from "./mark-style.ts";
import { measurePicture } from "./measure-picture.ts";
import { type Disk, disk, greenRamp } from "./shaded-pictures.ts";

const redRamp = [0x6f2f2f, 0x8f3f3f, 0xb05f5f, 0xd08f8f];

/** A dozen balls of one family: lit from the upper left, in a black line, in two ramps. */
function family(change: Disk = {}): Raster[] {
  return Array.from({ length: 12 }, (_, index) =>
    disk({
      size: index % 3 === 0 ? 16 : 20,
      ramp: index % 2 === 0 ? greenRamp : redRamp,
      outline: 0x101010,
      ...change,
    }),
  );
}

const learned = (rasters: readonly Raster[]) => learnStyle(rasters.map(measurePicture));
const style = learned(family());
const checksOf = (raster: Raster, of = style) => checkStyle(raster, of).faults.map(({ check }) => check);

describe("learnStyle", () => {
  it("finds palette, outline, light, sizes, alpha and shades", () => {
    expect(style).toMatchObject({
      pictures: 12,
      palette: { tolerance: 0 },
      sizes: [
        { width: 20, height: 20, share: 0.6667 },
        { width: 16, height: 16, share: 0.3333 },
      ],
      tiles: [],
      outline: { habit: "black", corners: 4, agreement: 1 },
      alpha: { habit: "binary", agreement: 1 },
      shades: { median: expect.closeTo(3.8, 0) },
      block: 1,
      notes: [],
    });
    expect(style.palette.colors).toHaveLength(9);
    expect(style.palette.colors.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 3);
    expect(Math.abs((style.light.degrees ?? 0) - 135)).toBeLessThan(10);
  });

  it("is not moved by one picture that is unlike the rest", () => {
    const stranger = disk({ size: 40, ramp: [0x2020ff, 0x4040ff], outline: undefined, light: [1, 1], alpha: 128 });
    const other = learned([...family(), ...family(), stranger]);
    expect(other).toMatchObject({
      palette: { tolerance: 0 },
      outline: { habit: "black" },
      alpha: { habit: "binary" },
      block: 1,
      notes: [],
    });
    expect(family().flatMap((raster) => checksOf(raster, other))).toEqual([]);
    expect(checksOf(stranger, other)).toEqual(expect.arrayContaining(["palette", "outline", "alpha"]));
  });

  it("says of unlike pictures what they do not have in common", () => {
    const mixed = Array.from({ length: 12 }, (_, index) =>
      scaleInteger(
        disk({
          size: 16,
          ramp: [0.4, 0.6, 0.8, 1].map((light) => Math.round(light * (100 + index * 12)) * 0x10101),
          outline: index % 2 === 0 ? 0 : undefined,
          light: [Math.cos(index * 2), Math.sin(index * 2)],
        }),
        (index % 3) + 1,
      ),
    );
    const { notes, light, block } = learned(mixed);
    expect(notes).toEqual([
      expect.stringMatching(
        /^The pictures have no common .*outlines.*light.*pixel size: that is not checked; they look like/,
      ),
    ]);
    expect({ light: light.degrees, block }).toEqual({ light: null, block: null });
  });

  it("says that few pictures are few, and refuses none", () => {
    expect(learned([disk()]).notes).toEqual(["There are only 1 pictures: what they have in common may be chance."]);
    expect(() => learnStyle([])).toThrow(PixelsError);
  });
});

describe("checkStyle", () => {
  it("passes pictures of the style", () => {
    for (const raster of family()) expect(checkStyle(raster, style)).toEqual({ faults: [], strayColors: [] });
  });

  it.each<[string, Raster, string]>([
    ["palette", disk({ ramp: [0x2f2f6f, 0x3f3f8f, 0x5f5fb0, 0x8f8fd0], outline: 0x101010 }), "palette"],
    ["outline", disk(), "outline"],
    ["light", disk({ light: [1, 1], outline: 0x101010 }), "light"],
    ["alpha", disk({ outline: 0x101010, alpha: 200 }), "alpha"],
    ["size", disk({ size: 27, outline: 0x101010 }), "size"],
    ["block", scaleInteger(disk({ outline: 0x101010 }), 3), "block"],
    [
      "colors",
      disk({ outline: 0x101010, ramp: Array.from({ length: 24 }, (_, index) => 0x204020 + index * 0x050805) }),
      "colors",
    ],
    [
      "shades",
      disk({ outline: 0x101010, ramp: Array.from({ length: 20 }, (_, index) => 0x204020 + index * 0x050905) }),
      "shades",
    ],
  ])("tells %s", (_name, raster, check) => {
    expect(checksOf(raster)).toContain(check);
  });

  it("names the stray colors and the nearest of the style, most pixels first", () => {
    const raster = disk({ outline: 0x101010 });
    raster.data.set([0x60, 0xb1, 0x60, 255], 210 * 4);
    raster.data.set([0x60, 0xb1, 0x60, 255], 211 * 4);
    raster.data.set([250, 0, 250, 255], 190 * 4);
    const { strayColors } = checkStyle(raster, style);
    expect(strayColors).toEqual([
      { color: "#60b160", pixels: 2, nearest: "#5fb05f" },
      { color: "#fa00fa", pixels: 1, nearest: expect.stringMatching(/^#/) },
    ]);
  });

  it("counts a sheet of whole cells as of the style's size", () => {
    expect(checksOf(createSheet())).not.toContain("size");
  });

  it("gives reasons with values on both sides", () => {
    const [{ message }] = checkStyle(disk({ outline: 0x101010, light: [1, 1] }), style).faults;
    expect(message).toBe("its light comes from the lower right, the style's from the upper left");
  });
});

function createSheet(): Raster {
  const sheet = createRaster(80, 40);
  for (let cell = 0; cell < 8; cell++) {
    const { data } = disk({ outline: 0x101010 });
    for (let y = 0; y < 20; y++)
      sheet.data.set(data.subarray(y * 80, (y + 1) * 80), ((Math.floor(cell / 4) * 20 + y) * 80 + (cell % 4) * 20) * 4);
  }
  return sheet;
}

describe("directionName", () => {
  it.each([
    [0, "the right"],
    [134, "the upper left"],
    [270, "below"],
    [350, "the right"],
  ])("calls %i %s", (degrees, name) => {
    expect(directionName(degrees)).toBe(name);
  });
});

describe("markStyle", () => {
  const colorAt = ({ width, data }: Raster, x: number, y: number) => {
    const at = (y * width + x) * 4;
    return (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
  };

  it("shows the picture, and beside it marks on the pixels that are off", () => {
    const raster = disk();
    raster.data.set([250, 0, 250, 255], (10 * 20 + 10) * 4);
    raster.data.set([250, 0, 250, 255], (10 * 20 + 11) * 4);
    for (let x = 4; x < 16; x++) raster.data.set([250, 0, 250, 255], (9 * 20 + x) * 4);
    const report = checkStyle(raster, style);
    expect(report.faults.map(({ check }) => check)).toEqual(expect.arrayContaining(["palette", "outline"]));
    const page = markStyle(raster, style, report);
    const factor = 12;
    const marked = (x: number, y: number) => colorAt(page, 8 * 2 + 20 * factor + x * factor, 8 + y * factor);
    expect(colorAt(page, 8 + 10 * factor, 8 + 10 * factor)).toBe(0xfa00fa);
    expect(marked(10, 10)).toBe(styleMarks.stray);
    expect(marked(2, 10)).toBe(styleMarks.outline);
    expect(new Set([marked(10, 12) >> 16, (marked(10, 12) >> 8) & 255, marked(10, 12) & 255]).size).toBe(1);
    // Below, the stray color over its nearest.
    expect(colorAt(page, 8, 8 * 2 + 20 * factor)).toBe(0xfa00fa);
  });

  it("marks soft pixels, and takes pictures larger than the page", () => {
    const raster = disk({ size: 300, outline: 0x101010, alpha: 200 });
    const page = markStyle(raster, style, checkStyle(raster, style));
    expect(page.width).toBe(624);
    expect(colorAt(page, 16 + 300 + 150, 8 + 150)).toBe(styleMarks.soft);
  });
});
