import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPicture } from "./picture.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pictures-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const colorTypes = { gray: 0, rgb: 2, indexed: 3, grayAlpha: 4, rgba: 6 } as const;

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

type Png = {
  width: number;
  height: number;
  depth?: number;
  type: keyof typeof colorTypes;
  before?: Buffer[];
  /** Rows without their filter bytes. */
  rows: number[][];
};

function png({ width, height, depth = 8, type, before = [], rows }: Png): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = depth;
  header[9] = colorTypes[type];
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    ...before,
    chunk("IDAT", deflateSync(Buffer.from(rows.flatMap((row) => [0, ...row])))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const palette = chunk("PLTE", Buffer.from([1, 2, 3, 200, 100, 50, 9, 9, 9]));

describe("the pixels of a PNG come as they are stored", () => {
  test.each<[string, Png, number[]]>([
    [
      "RGBA, colours under zero alpha included",
      { width: 2, height: 1, type: "rgba", rows: [[200, 100, 50, 0, 10, 20, 30, 128]] },
      [200, 100, 50, 0, 10, 20, 30, 128],
    ],
    [
      "RGB",
      {
        width: 1,
        height: 2,
        type: "rgb",
        rows: [
          [200, 100, 50],
          [1, 2, 3],
        ],
      },
      [200, 100, 50, 255, 1, 2, 3, 255],
    ],
    [
      "RGB with a transparent colour",
      {
        width: 2,
        height: 1,
        type: "rgb",
        before: [chunk("tRNS", Buffer.from([0, 200, 0, 100, 0, 50]))],
        rows: [[200, 100, 50, 1, 2, 3]],
      },
      [200, 100, 50, 0, 1, 2, 3, 255],
    ],
    [
      "indexed in 2 bits with alphas",
      {
        width: 3,
        height: 1,
        depth: 2,
        type: "indexed",
        before: [palette, chunk("tRNS", Buffer.from([0, 128]))],
        rows: [[0b00_01_10_00]],
      },
      [1, 2, 3, 0, 200, 100, 50, 128, 9, 9, 9, 255],
    ],
    [
      "grey in 1 bit",
      { width: 2, height: 1, depth: 1, type: "gray", rows: [[0b0100_0000]] },
      [0, 0, 0, 255, 255, 255, 255, 255],
    ],
    ["grey with alpha", { width: 1, height: 1, type: "grayAlpha", rows: [[7, 128]] }, [7, 7, 7, 128]],
    [
      "with a gamma that is not applied",
      {
        width: 1,
        height: 1,
        type: "rgb",
        before: [chunk("gAMA", Buffer.from([0, 1, 0x86, 0xa0]))],
        rows: [[200, 100, 50]],
      },
      [200, 100, 50, 255],
    ],
  ])("%s", async (_name, parts, pixels) => {
    const picture = await readPicture(png(parts));
    expect(picture).toEqual({ width: parts.width, height: parts.height, data: Uint8ClampedArray.from(pixels) });
  });
});

test("a colour profile does not move the colours of a PNG", async () => {
  const pixels = [200, 100, 50, 255, 10, 250, 30, 255];
  const tagged = await sharp(Buffer.from(pixels), { raw: { width: 2, height: 1, channels: 4 } })
    .png()
    .withIccProfile("p3", { attach: true })
    .toBuffer();
  const withoutProfile = await sharp(tagged, { ignoreIcc: true }).raw().toBuffer();
  expect([...(await readPicture(tagged)).data]).toEqual([...withoutProfile]);
});

const drawn = sharp({ create: { width: 6, height: 4, channels: 4, background: { r: 200, g: 100, b: 50, alpha: 1 } } });

test.each([
  ["jpeg", () => drawn.clone().jpeg({ quality: 100 }).toBuffer(), 3],
  ["webp", () => drawn.clone().webp({ lossless: true }).toBuffer(), 0],
  ["gif", () => drawn.clone().gif().toBuffer(), 0],
] as const)("reads a %s, from a file too", async (format, encode, tolerance) => {
  const path = join(folder, `picture.${format}`);
  writeFileSync(path, await encode());
  const { width, height, data } = await readPicture(path);
  expect([width, height]).toEqual([6, 4]);
  expect(data).toHaveLength(6 * 4 * 4);
  for (const [index, value] of [200, 100, 50, 255].entries())
    expect(Math.abs((data[index] ?? 0) - value)).toBeLessThanOrEqual(tolerance);
});

test("a JPEG is turned the way its camera was held", async () => {
  const turned = await drawn.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer();
  expect(await readPicture(turned)).toMatchObject({ width: 4, height: 6 });
});

const whole = png({
  width: 2,
  height: 2,
  type: "rgb",
  rows: [
    [1, 2, 3, 4, 5, 6],
    [7, 8, 9, 1, 2, 3],
  ],
});
const frames = (format: "gif" | "webp") =>
  sharp(Buffer.from([255, 0, 0, 0, 0, 255]), { raw: { width: 1, height: 2, channels: 3, pageHeight: 1 } })
    .toFormat(format)
    .toBuffer();
const huge = png({ width: 30_000, height: 30_000, type: "rgba", rows: [[]] });

describe("refuses with a reason and a remedy", () => {
  test.each<[string, () => Uint8Array | Promise<Uint8Array>, string, string]>([
    ["an empty file", () => new Uint8Array(), "not-a-picture", "it is empty; give a picture in one of these formats"],
    [
      "a text",
      () => Buffer.from("hello, this is no picture"),
      "not-a-picture",
      "it is not a PNG, JPEG, WebP or GIF; give a picture in one of these formats",
    ],
    [
      "an SVG",
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'),
      "not-a-picture",
      "it is not a PNG, JPEG, WebP or GIF; give a picture in one of these formats",
    ],
    [
      "a PNG cut in its header",
      () => whole.subarray(0, 20),
      "truncated",
      "it ends too early; copy or download it again",
    ],
    [
      "a PNG cut in its pixels",
      () => whole.subarray(0, 50),
      "truncated",
      "it ends too early; copy or download it again",
    ],
    [
      "a PNG without its end",
      () => whole.subarray(0, -12),
      "truncated",
      "it ends too early; copy or download it again",
    ],
    [
      "a PNG with too few rows",
      () => png({ width: 64, height: 64, type: "rgb", rows: [[1, 2, 3]] }),
      "damaged",
      "its data is damaged; save it again from its source",
    ],
    [
      "a PNG with a flipped bit",
      () => whole.map((byte, index) => (index === 45 ? byte ^ 1 : byte)),
      "damaged",
      "its data is damaged; save it again from its source",
    ],
    [
      "a 16-bit PNG",
      async () => await drawn.clone().toColourspace("rgb16").png().toBuffer(),
      "too-deep",
      "it has 16 bits a channel; save it with 8 bits a channel",
    ],
    [
      "an animated PNG",
      () =>
        png({
          width: 1,
          height: 1,
          type: "rgb",
          before: [chunk("acTL", Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]))],
          rows: [[1, 2, 3]],
        }),
      "animated",
      "it is animated; export one frame of it as a PNG",
    ],
    ["an animated GIF", () => frames("gif"), "animated", "it is animated; export one frame of it as a PNG"],
    ["an animated WebP", () => frames("webp"), "animated", "it is animated; export one frame of it as a PNG"],
    [
      "a PNG without pixels",
      () => png({ width: 0, height: 5, type: "rgba", rows: [] }),
      "damaged",
      "it has 0 x 5 pixels; export it again from its source",
    ],
    [
      "a PNG of 30,000 x 30,000",
      () => huge,
      "too-large",
      "it has 30000 x 30000 pixels; give one of 16777216 pixels in all at most",
    ],
    ...(["jpeg", "gif", "webp"] as const).map((format): [string, () => Promise<Uint8Array>, string, string] => [
      `a cut ${format}`,
      async () => {
        const bytes = await drawn.clone().toFormat(format).toBuffer();
        return bytes.subarray(0, Math.floor(bytes.length * 0.9));
      },
      "truncated",
      "it ends too early; copy or download it again",
    ]),
  ])("%s", async (_name, make, code, rest) => {
    const bytes = await make();
    await expect(readPicture(bytes, { name: "a.png" })).rejects.toMatchObject({
      name: "FilesError",
      code,
      message: `Cannot read a.png: ${rest}`,
    });
  });

  test("a JPEG of more pixels than allowed", async () => {
    await expect(readPicture(await drawn.clone().jpeg().toBuffer(), { maxPixels: 23 })).rejects.toMatchObject({
      code: "too-large",
      message: "Cannot read the picture: it has 6 x 4 pixels; give one of 23 pixels in all at most",
    });
  });

  test("a bomb of 30,000 x 30,000 zeros, at once", async () => {
    const size = 30_000;
    const zeros = deflateSync(Buffer.alloc(4_000_000), { level: 9 });
    const header = Buffer.alloc(13);
    header.writeUInt32BE(size, 0);
    header.writeUInt32BE(size, 4);
    header.set([8, 6], 8);
    const bomb = Buffer.concat([
      Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
      chunk("IHDR", header),
      chunk("IDAT", zeros),
      chunk("IEND", Buffer.alloc(0)),
    ]);
    const before = process.cpuUsage();
    await expect(readPicture(bomb)).rejects.toMatchObject({ code: "too-large" });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
  });

  test("a missing file, a folder, a pipe and a file without end", async () => {
    const file = (name: string) => join(folder, name);
    await expect(readPicture(file("none.png"))).rejects.toMatchObject({
      code: "missing",
      message: `Cannot read ${file("none.png")}: it does not exist; check the path`,
    });
    await expect(readPicture(folder)).rejects.toMatchObject({ code: "is-a-folder" });
    await expect(readPicture(join(file("picture.gif"), "a"))).rejects.toMatchObject({ code: "not-a-folder" });
    await expect(readPicture("/dev/zero")).rejects.toMatchObject({ code: "not-a-file" });
    execFileSync("mkfifo", [file("pipe")]);
    await expect(readPicture(file("pipe"))).rejects.toMatchObject({ code: "not-a-file" });
    writeFileSync(file("sparse.png"), "");
    truncateSync(file("sparse.png"), 300 * 1024 * 1024);
    await expect(readPicture(file("sparse.png"))).rejects.toMatchObject({ code: "too-large" });
  });
});
