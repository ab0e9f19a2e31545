import { describe, expect, it } from "vitest";
import { createRaster, type Raster } from "../raster.ts";
import { drawText, fitText, textHeight, textWidth } from "./draw-text.ts";

const inkOf = ({ width, height, data }: Raster): string[] =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (data[(y * width + x) * 4 + 3] === 0 ? "." : "#")).join(""),
  );

const drawn = (text: string, scale = 1): Raster => {
  const raster = createRaster(textWidth(text) * scale, textHeight * scale);
  drawText(raster, text, { left: 0, top: 0, color: "#ff8000", scale });
  return raster;
};

describe("drawText", () => {
  it("draws letters side by side on one baseline, in the colour given", () => {
    expect(inkOf(drawn("Ag"))).toEqual([
      ".###......",
      "#...#.....",
      "#...#..###",
      "#####.#..#",
      "#...#.#..#",
      "#...#.#..#",
      "#...#..###",
      ".........#",
      ".......##.",
    ]);
    expect([...drawn("I").data.subarray(0, 4)]).toEqual([255, 128, 0, 255]);
  });

  it("draws each pixel as a block", () => {
    expect(inkOf(drawn("i", 2)).slice(0, 6)).toEqual(["##", "##", "..", "..", "##", "##"]);
  });

  it("has every printable character of ASCII, no two alike, and a mark for others", () => {
    const characters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
    const pictures = new Set(characters.map((character) => inkOf(drawn(character)).join("\n")));
    expect(pictures.size).toBe(94);
    expect(inkOf(drawn("龍"))).toEqual(inkOf(drawn("?")));
  });

  it("leaves out what lies outside", () => {
    const raster = createRaster(2, 2);
    drawText(raster, "HHH", { left: -1, top: -3, color: "#ffffff" });
    expect(inkOf(raster)).toEqual(["##", ".."]);
  });
});

describe("fitText", () => {
  it("keeps what fits and shortens what does not", () => {
    expect(fitText("red dragon", 100)).toBe("red dragon");
    const short = fitText("red dragon", 30);
    expect(short).toMatch(/^red.*…$/);
    expect(textWidth(short)).toBeLessThanOrEqual(30);
    expect(fitText("red dragon", 2)).toBe("");
  });
});
