import { NativeImage } from "@opentui/core";
import { expect, it } from "vitest";
import { Picture } from "./picture.ts";

/** A red pixel and one that is not there. */
const half = () => new Picture(NativeImage.fromRgba(Uint8Array.of(255, 0, 0, 255, 0, 0, 0, 0), 2, 1));
const cell = { width: 1, height: 2 };

it("scales by whole factors, and leaves what is clear to the terminal", () => {
  const picture = half();
  const { columns, rows, scale, pixels } = picture.fit(2, 1, cell);
  expect([columns, rows, scale]).toEqual([2, 1, 1]);
  expect([...pixels()]).toEqual([255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  picture.dispose();
});

it("puts a ground under what is clear, and under what is left of the last cells", () => {
  const picture = half();
  const { pixels } = picture.fit(2, 1, cell, { ground: [20, 22, 29, 255] });
  expect([...pixels()]).toEqual([255, 0, 0, 255, 20, 22, 29, 255, 20, 22, 29, 255, 20, 22, 29, 255]);
  // Another ground is another picture.
  expect([...picture.fit(2, 1, cell, { ground: [1, 2, 3, 255] }).pixels()].slice(4, 8)).toEqual([1, 2, 3, 255]);
  picture.dispose();
});
