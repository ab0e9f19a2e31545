import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GenerationRequest } from "#asset";
import { type Generator, type GeneratorDescription, GeneratorError } from "#generators";
import { openLibrary } from "#library";
import { ProtocolError } from "#protocol";
import { createRaster } from "#pixels";
import { inBatches, inBatchesOf } from "./in-batches.ts";
import { createStudio, type StoredSprite } from "./studio.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-studio-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Draws one pixel after the seed and its place in the batch; what it was asked for stands in `asked`. */
function fakeGenerator(name: string, changes: Partial<GeneratorDescription> = {}) {
  const asked: GenerationRequest[] = [];
  const description: GeneratorDescription = {
    name,
    model: `${name} model`,
    version: "1",
    hash: "ab".repeat(32),
    sizes: [1],
    styles: [],
    defaults: { steps: 4, guidance: 2 },
    parallel: 2,
    ...changes,
  };
  let failure: GeneratorError | undefined;
  let failsAfter = 0;
  const generator: Generator = {
    async describe() {
      if (failure !== undefined && failsAfter === 0) throw failure;
      return description;
    },
    async generate(request) {
      if (failure !== undefined && asked.length >= failsAfter) throw failure;
      asked.push(request);
      const color = [request.seed, request.batch?.index ?? 0, 0, 255];
      return {
        raster: createRaster(1, 1, Uint8ClampedArray.from(color)),
        request: { ...request, steps: request.steps ?? 4, guidance: request.guidance ?? 2 },
        seconds: 0.1,
        notes: [],
      };
    },
    async close() {},
  };
  const fail = (error: GeneratorError, after = 0) => {
    failure = error;
    failsAfter = after;
  };
  return { generator, asked, fail };
}

function studioWith(comfyui: Generator, sprite: Generator) {
  return createStudio({
    generators: { sprite: () => sprite, comfyui: () => comfyui },
    models: folder,
    openLibrary: () => openLibrary(join(folder, "library"), { clock: () => new Date() }),
    rebuildLibrary: () => Promise.reject(new Error("not here")),
    diagnose: async () => [],
    software: "test",
    randomSeed: () => 5,
  });
}

async function all(sprites: AsyncGenerator<StoredSprite>): Promise<StoredSprite[]> {
  return Array.fromAsync(sprites);
}

const away = new GeneratorError("server-unreachable", "Cannot reach ComfyUI at http://box: nothing listens there");

describe("falling back to the embedded model", () => {
  const order = { prompt: "dragon", seed: 1, size: 1, workflow: "sdxl-sprite", steps: 28 };

  it("is not done unless asked for", async () => {
    const [comfyui, sprite] = [fakeGenerator("comfyui"), fakeGenerator("sprite")];
    comfyui.fail(away);
    const studio = studioWith(comfyui.generator, sprite.generator);
    await expect(all(studio.generate(order, { generator: "comfyui" }))).rejects.toBe(away);
    expect(sprite.asked).toEqual([]);
    await studio.close();
  });

  it("is told, and leaves out what belongs to the other", async () => {
    const [comfyui, sprite] = [fakeGenerator("comfyui"), fakeGenerator("sprite")];
    comfyui.fail(away);
    const studio = studioWith(comfyui.generator, sprite.generator);
    const [made] = await all(studio.generate(order, { generator: "comfyui", fallback: true }));
    expect(made.notes).toEqual([`Drawn by the embedded model instead: ${away.message}`]);
    expect(made.recipe.generator.name).toBe("sprite");
    expect(sprite.asked[0]).not.toHaveProperty("workflow");
    expect(sprite.asked[0].steps).toBeUndefined();
    await studio.close();
  });

  it("takes over in the middle of an order", async () => {
    const [comfyui, sprite] = [fakeGenerator("comfyui", { parallel: 1 }), fakeGenerator("sprite")];
    comfyui.fail(away, 2);
    const studio = studioWith(comfyui.generator, sprite.generator);
    const made = await all(studio.generate({ ...order, count: 3 }, { generator: "comfyui", fallback: true }));
    expect(made.map(({ recipe }) => recipe.generator.name)).toEqual(["comfyui", "comfyui", "sprite"]);
    expect(made.map(({ notes }) => notes.length)).toEqual([0, 0, 1]);
    await studio.close();
  });

  it("does not hide that a request is wrong", async () => {
    const [comfyui, sprite] = [fakeGenerator("comfyui"), fakeGenerator("sprite")];
    const wrong = new GeneratorError("unsupported", "Cannot use the workflow nope: there is sdxl-sprite");
    comfyui.fail(wrong);
    const studio = studioWith(comfyui.generator, sprite.generator);
    await expect(all(studio.generate(order, { generator: "comfyui", fallback: true }))).rejects.toBe(wrong);
    await studio.close();
  });
});

describe("batches", () => {
  it("are asked of a generator that draws several in one go, each under its own name", async () => {
    const comfyui = fakeGenerator("comfyui", { batch: 2, parallel: 4 });
    const studio = studioWith(comfyui.generator, fakeGenerator("sprite").generator);
    const out = join(folder, "out");
    await all(studio.generate({ prompt: "dragon", seed: 7, size: 1, count: 3 }, { generator: "comfyui", out }));
    expect(comfyui.asked.map(({ seed, batch }) => [seed, batch?.count, batch?.index])).toEqual([
      [7, 2, 0],
      [7, 2, 1],
      [8, 1, 0],
    ]);
    expect((await readdir(out)).sort()).toEqual(["dragon-7-1.png", "dragon-7-2.png", "dragon-8-1.png"]);
    await studio.close();
  });

  it("leave a single picture and a batch of old alone", () => {
    const one = { prompt: "a", seed: 1 } as GenerationRequest;
    expect(inBatches([one], 8)).toEqual([one]);
    const old = [{ ...one, batch: { count: 4, index: 2 } }, one];
    expect(inBatches(old, 8)).toBe(old);
    expect(inBatches([one, one], undefined)).toEqual([one, one]);
  });

  it("are made of an order for a queue too, unless its generator cannot be asked now", async () => {
    const [one, two] = [1, 2].map((seed) => ({ prompt: "a", seed })) as GenerationRequest[];
    const order = { requests: [one, two], finishing: [] };
    const describe = (answer: () => object) => ({ describe: async () => ({ generator: answer() }) as never });
    const batched = await inBatchesOf(
      describe(() => ({ batch: 8 })),
      "comfyui",
      order,
    );
    expect(batched.requests.map(({ seed, batch }) => [seed, batch])).toEqual([
      [1, { count: 2, index: 0 }],
      [1, { count: 2, index: 1 }],
    ]);
    expect(
      await inBatchesOf(
        describe(() => ({})),
        "sprite",
        order,
      ),
    ).toEqual(order);
    const fails = (code: string) =>
      describe(() => {
        throw new ProtocolError(code, "Cannot");
      });
    expect(await inBatchesOf(fails("server-unreachable"), "comfyui", order)).toBe(order);
  });
});

it("a batch file can name LoRAs, and a row that cannot be drawn stops no other", async () => {
  const comfyui = fakeGenerator("comfyui");
  const studio = studioWith(comfyui.generator, fakeGenerator("sprite").generator);
  const file = join(folder, "rows.jsonl");
  const rows = [
    { prompt: "dragon", size: 1, lora: "glow:0.5, knight" },
    { prompt: "orc", size: 1, lora: "glow:" },
  ];
  await writeFile(file, rows.map((row) => JSON.stringify(row)).join("\n"));
  const events = await Array.fromAsync(studio.batch(file, join(folder, "out"), { generator: "comfyui" }));
  expect(events.map(({ kind }) => kind)).toEqual(["planned", "failed", "made"]);
  expect(comfyui.asked[0].loras).toEqual([
    { name: "glow", strength: 0.5 },
    { name: "knight", strength: 1 },
  ]);
  await studio.close();
});

it("a row of a batch whose workflow makes tiles by itself is kept when it is there already", async () => {
  const comfyui = fakeGenerator("comfyui", { defaults: { steps: 4, guidance: 2, workflow: "sdxl-tile", tile: true } });
  const draws = comfyui.generator.generate.bind(comfyui.generator);
  comfyui.generator.generate = async (request, options) => {
    const image = await draws(request, options);
    return { ...image, request: { ...image.request, tile: true } };
  };
  const studio = studioWith(comfyui.generator, fakeGenerator("sprite").generator);
  const file = join(folder, "tiles.jsonl");
  await writeFile(file, JSON.stringify({ prompt: "grass", size: 1, workflow: "sdxl-tile" }));
  const kinds = async () => {
    const events = await Array.fromAsync(studio.batch(file, join(folder, "tiles"), { generator: "comfyui" }));
    return events.map(({ kind }) => kind);
  };
  expect(await kinds()).toEqual(["planned", "made"]);
  expect(await kinds()).toEqual(["planned", "kept"]);
  await studio.close();
});
