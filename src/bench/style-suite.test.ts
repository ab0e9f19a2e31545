import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { styleSuite } from "./style-suite.ts";
import { runSuite } from "./suite.ts";

let folder: string;
const count = 24;

/** Two collections in one dataset, squares of two reds and of two blues. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-style-bench-"));
  const images = new Uint8Array(count * 32 * 32 * 4);
  const lines = Array.from({ length: count }, (_, index) => {
    const isRed = index % 2 === 0;
    for (let y = 4; y < 28; y++)
      for (let x = 4; x < 28; x++) {
        const color = (x + y + index) % 2 === 0 ? 200 : 120;
        images.set(isRed ? [color, 0, 0, 255] : [0, 0, color, 255], ((index * 32 + y) * 32 + x) * 4);
      }
    const id = index.toString(16).padStart(4, "0");
    return JSON.stringify({ id, caption: "square", category: "item", tags: [], source: isRed ? "red" : "blue" });
  });
  const head = `{'descr': '|u1', 'fortran_order': False, 'shape': (${count}, 32, 32, 4), }`.padEnd(117) + "\n";
  const npy = new Uint8Array(10 + head.length + images.length);
  npy.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, head.length, 0]);
  npy.set(new TextEncoder().encode(head), 10);
  npy.set(images, 10 + head.length);
  await writeFile(join(folder, "sprites32.npz"), zipSync({ "images.npy": npy }));
  await writeFile(join(folder, "sprites32.jsonl.gz"), gzipSync(`${lines.join("\n")}\n`));
  await writeFile(join(folder, "heldout.jsonl"), "");
});
afterAll(() => rm(folder, { recursive: true }));

const { signal } = new AbortController();

describe("the suite style", () => {
  it("learns from half of each collection and tells the others from it", async () => {
    const suite = styleSuite({ mostSprites: 80, fewestSprites: 8, foreigners: 4 });
    expect(await runSuite(suite, { signal, options: { dataset: folder } })).toMatchObject({
      collections: 2,
      ownPassPct: 100,
      foreignFoundPct: 100,
      byCollection: [
        { collection: "red", ownPassPct: 100, foreignFoundPct: 100 },
        { collection: "blue", ownPassPct: 100, foreignFoundPct: 100 },
      ],
    });
  });

  it("asks for a dataset", async () => {
    await expect(runSuite(styleSuite(), { signal })).rejects.toThrow("give --dataset DIR");
  });
});
