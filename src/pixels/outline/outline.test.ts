import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { drawRaster, showRaster } from "../draw-raster.ts";
import { parseHexColor } from "../hex-color.ts";
import { oklabOfRgb } from "../oklab.ts";
import { createRaster } from "../raster.ts";
import {
  type AddOutlineOptions,
  addOutline,
  outlineColor,
  type RemoveOutlineOptions,
  removeOutline,
} from "./outline.ts";

const colors = { r: "#ff0000", b: "#2040ff", k: "#000000", n: "#020202", w: "#ffffff" };
const black = { color: "#000" } as const;

const added = (rows: string[], options: AddOutlineOptions = black) =>
  showRaster(addOutline(drawRaster(rows, colors), options), colors);
const removed = (rows: string[], options?: RemoveOutlineOptions) =>
  showRaster(removeOutline(drawRaster(rows, colors), options), colors);

describe("adding", () => {
  test.each<[AddOutlineOptions, string[]]>([
    [black, [".....", "..k..", ".krk.", "..k..", "....."]],
    [{ ...black, neighbors: 8 }, [".....", ".kkk.", ".krk.", ".kkk.", "....."]],
    [{ color: "#ffffff" }, [".....", "..w..", ".wrw.", "..w..", "....."]],
  ])("by %j", (options, rows) => {
    expect(added([".....", ".....", "..r..", ".....", "....."], options)).toEqual(rows);
  });

  it("outlines holes, and is open where the subject reaches the end", () => {
    expect(added(["rrr", "r.r", "rrr"])).toEqual(["rrr", "rkr", "rrr"]);
    expect(added([".r.", "..."])).toEqual(["krk", ".k."]);
  });

  it("makes room where there is none with grow", () => {
    expect(added(["r.", ".."], { ...black, grow: true })).toEqual([".k.", "krk", ".k."]);
    expect(added(["rr"], { ...black, neighbors: 8, grow: true })).toEqual(["kkkk", "krrk", "kkkk"]);
    expect(added(["..", ".."], { ...black, grow: true })).toEqual(["..", ".."]);
  });

  it("takes a dark shade of the subject beside it, of two the darker one", () => {
    const { data } = addOutline(drawRaster([".r..w.b"], colors), { color: "darkened" });
    const at = (x: number) => (data[x * 4] << 16) | (data[x * 4 + 1] << 8) | data[x * 4 + 2];
    for (const [x, subject] of [
      [0, "#ff0000"],
      [3, "#ffffff"],
      [5, "#2040ff"],
    ] as const) {
      const [L, a, b] = oklabOfRgb(at(x));
      const own = oklabOfRgb(parseHexColor(subject));
      expect(L).toBeCloseTo(own[0] * 0.45, 1);
      expect(Math.abs(Math.atan2(b, a) - Math.atan2(own[2], own[1])) < 0.1 || Math.hypot(a, b) < 0.01).toBe(true);
    }
  });

  it("leaves pixels that are partly transparent alone", () => {
    const soft = createRaster(2, 1, Uint8ClampedArray.of(255, 0, 0, 255, 9, 9, 9, 1));
    expect(addOutline(soft, black)).toEqual(soft);
  });
});

describe("removing", () => {
  const outlined = ["..kk..", ".krnk.", ".krkk.", "..kk.."];

  test.each<[RemoveOutlineOptions | undefined, string[]]>([
    [undefined, ["......", "..r...", "..r...", "......"]],
    [{ color: "#000000", tolerance: 0 }, ["......", "..rn..", "..r...", "......"]],
    [{ color: "#00ff00" }, outlined],
    [{ color: "any", neighbors: 4 }, ["......", "..rn..", "..rk..", "......"]],
  ])("by %j", (options, rows) => {
    expect(removed(outlined, options)).toEqual(rows);
  });

  it("counts the picture's end as outside", () => {
    expect(removed(["kkk.", "krk.", "kkk."])).toEqual(["....", ".r..", "...."]);
    expect(removed(["kkk", "krk", "kkk"], black)).toEqual(["...", ".r.", "..."]);
  });

  it("refuses to guess at a picture without transparency", () => {
    expect(() => removed(["kkk", "krk", "kkk"])).toThrow(
      "nothing around it is transparent; remove the background first",
    );
  });

  it("leaves an empty picture empty", () => {
    expect(removed(["..", ".."])).toEqual(["..", ".."]);
  });

  it("finds the commonest color of the edge, of two the darker", () => {
    expect(outlineColor(drawRaster([".rrk"], colors))).toBe("#ff0000");
    expect(outlineColor(drawRaster([".rk"], colors))).toBe("#000000");
  });
});

it("gives a subject without holes back after adding and removing", () => {
  const side = fc.integer({ min: 1, max: 6 });
  const subjects = fc.tuple(side, side).chain(([width, height]) =>
    fc.array(
      fc
        .array(fc.constantFrom("r", "b", "w"), { minLength: width, maxLength: width })
        .map((row) => `..${row.join("")}..`),
      { minLength: height, maxLength: height },
    ),
  );
  fc.assert(
    fc.property(subjects, fc.constantFrom(4 as const, 8 as const), (rows, neighbors) => {
      const clear = ".".repeat(rows[0].length);
      const subject = [clear, clear, ...rows, clear, clear];
      const outlined = added(subject, { ...black, neighbors });
      expect(outlined.join("").match(/[rbw]/g)).toEqual(subject.join("").match(/[rbw]/g));
      expect(removed(outlined, { color: "#000000", tolerance: 0 })).toEqual(subject);
    }),
    { numRuns: 50 },
  );
});

test.each([
  [() => added(["r"], { color: "red" }), 'Cannot read the color "red"'],
  [() => added(["r"], { ...black, neighbors: 6 as never }), "Cannot outline by 6 neighbors: give 4 or 8"],
  [() => removed(["r"], { tolerance: 2 }), "Cannot use tolerance 2: give a number from 0 to 1"],
])("bad input %#", (act, sentence) => {
  expect(act).toThrow(sentence);
});
