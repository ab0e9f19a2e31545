import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeGif } from "#pixels";
import { readAnimatedPicture } from "./animated-picture.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-animated-"));
});
afterAll(() => rm(folder, { recursive: true }));

const red = { width: 2, height: 1, data: Uint8ClampedArray.of(255, 0, 0, 255, 0, 0, 0, 0) };
const blue = { width: 2, height: 1, data: Uint8ClampedArray.of(0, 0, 0, 0, 0, 0, 255, 255) };
const gif = encodeGif({ frames: [red, blue], durationsMs: [100, 250] }, { plays: 3 });

describe("readAnimatedPicture", () => {
  it("reads the frames, delays and plays of a GIF, from bytes and from a path", async () => {
    const expected = { frames: [red, blue], durationsMs: [100, 250], plays: 3 };
    expect(await readAnimatedPicture(gif)).toEqual(expected);
    await writeFile(join(folder, "blink.gif"), gif);
    expect(await readAnimatedPicture(join(folder, "blink.gif"))).toEqual(expected);
  });

  it("reads an animated WebP", async () => {
    const webp = await sharp(gif, { animated: true }).webp({ lossless: true }).toBuffer();
    expect((await readAnimatedPicture(webp)).frames.map(({ data }) => [...data.subarray(0, 4)])).toEqual([
      [255, 0, 0, 255],
      [0, 0, 0, 0],
    ]);
  });

  it("takes a still GIF as one frame, and no delay as 100 ms", async () => {
    const still = await sharp({ create: { width: 1, height: 1, channels: 3, background: "#010203" } })
      .gif()
      .toBuffer();
    expect(await readAnimatedPicture(still)).toMatchObject({ durationsMs: [100] });
  });

  it("refuses other formats, damaged files and too many pixels", async () => {
    const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: "#010203" } })
      .png()
      .toBuffer();
    await expect(readAnimatedPicture(png, { name: "a.png" })).rejects.toThrow(
      "Cannot read a.png: it is not a GIF or WebP",
    );
    await expect(readAnimatedPicture(gif.subarray(0, 30), { name: "a.gif" })).rejects.toThrow(
      "Cannot read a.gif: its data is",
    );
    await expect(readAnimatedPicture(gif, { maxPixels: 3 })).rejects.toThrow("its 2 frames have 2 x 1 pixels");
    await expect(readAnimatedPicture(join(folder, "none.gif"))).rejects.toThrow("it does not exist");
  });
});
