import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDataset } from "./dataset.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dataset-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** The .npy format as NumPy writes it. */
function npy(shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`.padEnd(117) + "\n";
  const start = Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length, 0);
  return Uint8Array.from([...start, ...new TextEncoder().encode(header), ...bytes]);
}

async function write(captions: readonly object[], heldOut: readonly object[], images: Uint8Array): Promise<void> {
  const text = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  await writeFile(join(folder, "sprites32.npz"), zipSync({ "images.npy": images }));
  await writeFile(join(folder, "sprites32.jsonl.gz"), gzipSync(text(captions)));
  await writeFile(join(folder, "heldout.jsonl"), text(heldOut));
}

const sprite = (id: string) => ({ id, caption: `a ${id}`, category: "item", tags: id === "a" ? null : ["part"], w: 1 });
const images = npy(
  [4, 1, 2, 4],
  Uint8Array.from({ length: 32 }, (_, index) => index),
);

describe("readDataset", () => {
  it("splits off the held-out sprites, and leaves out those that look like them", async () => {
    await write(["a", "b", "c", "d"].map(sprite), [{ id: "b", near: ["d"] }], images);
    const { training, heldOut } = await readDataset(folder);
    expect(training.map(({ id }) => id)).toEqual(["a", "c"]);
    expect(heldOut).toEqual([
      {
        id: "b",
        caption: "a b",
        category: "item",
        tags: ["part"],
        raster: { width: 2, height: 1, data: Uint8ClampedArray.of(8, 9, 10, 11, 12, 13, 14, 15) },
      },
    ]);
    expect([...training[1].raster.data]).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
  });

  it("refuses images and captions that do not fit together", async () => {
    await write([sprite("a")], [], images);
    await expect(readDataset(folder)).rejects.toThrow("4 images and 1 captions");
  });

  it("refuses images of another kind", async () => {
    await write([sprite("a")], [], Uint8Array.of(1, 2, 3));
    await expect(readDataset(folder)).rejects.toThrow("no images of bytes");
  });

  it("refuses damaged captions and archives in one sentence", async () => {
    await write([{ id: "a" }, ...["b", "c", "d"].map(sprite)], [], images);
    await expect(readDataset(folder)).rejects.toMatchObject({ name: "EvaluationError", code: "unreadable" });
    await writeFile(join(folder, "sprites32.jsonl.gz"), "not gzip");
    await expect(readDataset(folder)).rejects.toThrow(/^Cannot use the dataset in [^\n]*restore its files$/);
  });

  it("names the file that is missing", async () => {
    await write([sprite("a")], [], images);
    await rm(join(folder, "sprites32.npz"));
    await expect(readDataset(folder)).rejects.toThrow(/Cannot read .*sprites32\.npz: ENOENT/);
  });
});
