import { describe, expect, it } from "vitest";
import { createRaster } from "#pixels";
import { terminalPicture } from "./terminal-picture.ts";

// Red above green, blue above nothing, nothing above white, nothing at all.
const raster = createRaster(
  4,
  2,
  Uint8ClampedArray.from([
    ...[255, 0, 0, 255, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 255, 0, 255, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0],
  ]),
);

describe("terminalPicture", () => {
  it("draws two pixels a character, and leaves transparent ones to the terminal", () => {
    expect(terminalPicture(raster, 80, 24)).toBe(
      "\u001b[0;38;2;255;0;0;48;2;0;255;0m▀\u001b[0;38;2;0;0;255m▀\u001b[0;38;2;255;255;255m▄\u001b[0m\n",
    );
  });

  it("uses the 256-colour palette where there is no more", () => {
    expect(terminalPicture(raster, 80, 8)).toContain("38;5;196;48;5;46m");
  });

  it("draws the last row of an odd height", () => {
    expect(terminalPicture(createRaster(1, 1, Uint8ClampedArray.of(8, 8, 8, 255)), 80, 8)).toBe(
      "\u001b[0;38;5;232m▀\u001b[0m\n",
    );
  });

  it("gives up on few colours and narrow terminals", () => {
    expect(terminalPicture(raster, 80, 4)).toBeUndefined();
    expect(terminalPicture(raster, 3, 24)).toBeUndefined();
  });
});
