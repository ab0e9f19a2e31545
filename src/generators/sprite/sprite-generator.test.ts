import { cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "#asset";
import type { Raster } from "#pixels";
import { testGeneratorConformance } from "../conformance.ts";
import { openSpriteGenerator } from "./sprite-generator.ts";

const folder = fileURLToPath(new URL("../../../models/sprite", import.meta.url));

testGeneratorConformance("sprite", () => openSpriteGenerator({ folder, threads: 2 }), "red dragon");

describe("openSpriteGenerator", () => {
  const generator = openSpriteGenerator({ folder, threads: 1 });
  afterAll(() => generator.close());

  it("names the words that it does not know, and draws the others", async () => {
    const { notes } = await generator.generate(parseRequest({ prompt: "red zzyzx dragon", seed: 1, steps: 1 }));
    expect(notes).toEqual(["Words of the prompt that the model does not know: zzyzx"]);
  });

  it.each(["ドラゴン", "zzyzx", "!!!", "🐉"])("refuses %s, of which it knows no word", async (prompt) => {
    await expect(generator.generate(parseRequest({ prompt, seed: 1 }))).rejects.toThrow("knows none of its words");
  });

  it("shows the picture so far at each step, ever nearer to what it becomes", async () => {
    const previews: Raster[] = [];
    const { raster } = await generator.generate(parseRequest({ prompt: "red dragon", seed: 1, size: 16, steps: 6 }), {
      onProgress: (progress) => {
        if (progress.kind === "step" && progress.preview !== undefined) previews.push(progress.preview);
      },
    });
    expect(previews.map(({ width, height }) => [width, height])).toEqual(Array.from({ length: 6 }, () => [16, 16]));
    const distance = ({ data }: Raster) => data.reduce((sum, value, at) => sum + Math.abs(value - raster.data[at]), 0);
    expect(distance(previews[3])).toBeLessThan(distance(previews[0]));
    expect(previews[5].data).toEqual(raster.data);
  });

  it("tells the words it knows, those it was taught first and each once", async () => {
    const words = (await generator.words?.()) ?? [];
    expect(new Set(words).size).toBe(words.length);
    expect(words.length).toBeGreaterThan(20_000);
    for (const taught of ["dragon", "potion", "wizard"]) expect(words.indexOf(taught)).toBeLessThan(3200);
    expect(words.indexOf("red")).toBeLessThan(words.indexOf("wizard"));
  });

  it.each([
    [{ workflow: "sdxl-sprite" }, "the workflow sdxl-sprite"],
    [{ model: "sd_xl_base_1.0" }, "the model sd_xl_base_1.0"],
    [{ loras: [{ name: "glow", strength: 1 }] }, "the LoRA glow"],
    [{ batch: { count: 2, index: 0 } }, "a batch of 2"],
  ])("refuses %j, which belongs to ComfyUI", async (changes, told) => {
    const request = parseRequest({ prompt: "red dragon", seed: 1, ...changes });
    await expect(generator.generate(request)).rejects.toThrow(`Cannot use ${told} with the embedded model`);
  });

  it("refuses a transparent tile", async () => {
    const request = parseRequest({ prompt: "grass", seed: 1, tile: true, background: "transparent" });
    await expect(generator.generate(request)).rejects.toThrow("transparent tile");
  });
});

describe("the model's hash", () => {
  it("tells a model with other settings from this one, and does not mind how the manifest is laid out", async () => {
    const copy = await mkdtemp(join(tmpdir(), "dgx-pixels-model-"));
    const manifest = JSON.parse(await readFile(join(folder, "model.json"), "utf8"));
    const hashOf = async (content: object, indent: number) => {
      await writeFile(join(copy, "model.json"), JSON.stringify(content, null, indent));
      return (await openSpriteGenerator({ folder: copy, threads: 1 }).describe()).hash;
    };
    const { hash } = await openSpriteGenerator({ folder, threads: 1 }).describe();
    expect(await hashOf(manifest, 0)).toBe(hash);
    expect(await hashOf({ ...manifest, tileWords: "other" }, 2)).not.toBe(hash);
    await rm(copy, { recursive: true });
  });
});

describe("a damaged model folder", () => {
  let broken: string;
  beforeAll(async () => {
    broken = await mkdtemp(join(tmpdir(), "dgx-pixels-model-"));
  });
  afterAll(() => rm(broken, { recursive: true }));

  const drawWith = async (spoil: () => Promise<void>) => {
    await cp(folder, broken, { recursive: true });
    await spoil();
    const generator = openSpriteGenerator({ folder: broken, threads: 1 });
    try {
      await generator.generate(parseRequest({ prompt: "red dragon", seed: 1, steps: 1 }));
    } finally {
      await generator.close();
    }
  };

  it("is refused when a file is missing", () =>
    expect(drawWith(() => rm(join(broken, "denoiser.onnx")))).rejects.toMatchObject({ code: "model-missing" }));

  it("is refused when the manifest is missing", () =>
    expect(drawWith(() => rm(join(broken, "model.json")))).rejects.toMatchObject({ code: "model-missing" }));

  it("is refused when a file is cut short", () =>
    expect(drawWith(() => truncate(join(broken, "denoiser.onnx"), 1000))).rejects.toMatchObject({
      code: "model-altered",
    }));

  it("is refused when one byte was changed", () =>
    expect(
      drawWith(async () => {
        const path = join(broken, "word-vectors.bin");
        const bytes = await readFile(path);
        bytes[12345] ^= 1;
        await writeFile(path, bytes);
      }),
    ).rejects.toMatchObject({ code: "model-altered" }));

  it.each(["not json", "{}"])("is refused when the manifest is %s", (text) =>
    expect(drawWith(() => writeFile(join(broken, "model.json"), text))).rejects.toMatchObject({
      code: "model-altered",
    }),
  );
});
