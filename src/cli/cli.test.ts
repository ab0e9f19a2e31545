import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readRecipe } from "#asset";
import { openSpriteGenerator } from "#generators";
import { openLibrary, rebuildLibrary } from "#library";
import { countColors, createRaster, decodePng, encodePng } from "#pixels";
import { createStudio } from "#studio";
import type { CliContext } from "./context.ts";
import { runCli } from "./run.ts";

const models = fileURLToPath(new URL("../../models/sprite", import.meta.url));
const generator = openSpriteGenerator({ folder: models, threads: 1 });
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-cli-"));
});
afterAll(async () => {
  await generator.close();
  await rm(folder, { recursive: true });
});

let library = 0;
beforeEach(() => {
  library++;
});

type Outcome = { readonly out: string; readonly err: string; readonly code: number; readonly json: readonly any[] };

/** Runs a command line on a library of the test's own, as on a terminal of 80 columns or, by default, in a pipe. */
async function dgxPixels(
  inputs: readonly string[],
  { isTTY = false, colorDepth = 24, signal = new AbortController().signal } = {},
): Promise<Outcome> {
  let out = "";
  let err = "";
  const terminal = isTTY ? { isTTY, columns: 80, getColorDepth: () => colorDepth } : {};
  const stream = (write: (text: string) => void) => ({ write, ...terminal });
  const home = join(folder, `library-${library}`);
  const studio = createStudio({
    // The model stays loaded from test to test; closing a studio must not end it.
    generators: { sprite: () => ({ ...generator, close: async () => {} }) },
    models: dirname(models),
    openLibrary: () => openLibrary(home, { clock: () => new Date("2026-11-22T12:00:00Z") }),
    rebuildLibrary: () => rebuildLibrary(home, { clock: () => new Date("2026-11-22T12:00:00Z") }),
    diagnose: async () => [
      { id: "node", title: "Node", detail: "version 26", status: "ok" },
      { id: "gpu", title: "GPU", detail: "none", status: "warning", remedy: "add one" },
    ],
    software: "dgx-pixels 0.0.0",
    randomSeed: () => 1234,
  });
  const process: CliContext["process"] = {
    stdout: stream((text) => {
      out += text;
    }),
    stderr: stream((text) => {
      err += text;
    }),
  };
  const suite = { name: "nothing", description: "Measures nothing.", run: async () => ({ seconds: 0 }) };
  const refuse = async () => {
    throw new Error("This command was to work without a daemon");
  };
  const daemon = { openJobs: refuse, openDrawing: refuse, start: refuse, makeKeys: refuse };
  const context = {
    process,
    signal,
    studio: async () => studio,
    tui: async () => 0,
    daemon,
    comfyui: refuse,
    benchSuites: async () => [suite],
  };
  await runCli(inputs, context, "9.9.9");
  await studio.close();
  const lines = out.trim().split("\n");
  return {
    out,
    err,
    code: Number(process.exitCode ?? 0),
    get json() {
      return lines.map((line) => JSON.parse(line));
    },
  };
}

const make = async (...inputs: readonly string[]) =>
  (await dgxPixels(["generate", ...inputs, "--steps", "1", "--json"])).json;

describe("generate", () => {
  it("prints file, seed and seconds, and leaves a PNG with its recipe", async () => {
    const { out, err, code } = await dgxPixels(["generate", "red", "dragon", "--steps", "1"]);
    expect(code).toBe(0);
    expect(err).toBe("");
    const [, file] = out.match(/^(\S+\.png) {2}seed 1234 {2}\d+\.\d\d s\n$/) ?? [];
    const png = await readFile(file);
    expect(readRecipe(png)).toMatchObject({ request: { prompt: "red dragon", seed: 1234, steps: 1, guidance: 3 } });
    expect(decodePng(png).width).toBe(32);
  });

  it("shows progress and the picture on a terminal", async () => {
    const { out, err } = await dgxPixels(["generate", "red dragon", "--steps", "2"], { isTTY: true });
    expect(err).toContain("step 1 of 2");
    expect(err.endsWith("\r\u001b[K")).toBe(true);
    expect(out).toMatch(/[▀▄]/);
  });

  it("counts seeds up, and gives each sprite a JSON line", async () => {
    const sprites = await make("blue potion", "--count", "3", "--seed", "10");
    expect(sprites.map(({ seed }) => seed)).toEqual([10, 11, 12]);
    expect(Object.keys(sprites[0])).toEqual([
      "file",
      "id",
      "seed",
      "seconds",
      "prompt",
      "width",
      "height",
      "colors",
      "notes",
    ]);
    expect(new Set(sprites.map(({ id }) => id)).size).toBe(3);
  });

  it("draws 16 px natively", async () => {
    const [sprite] = await make("blue potion", "--size", "16");
    expect([sprite.width, sprite.height]).toEqual([16, 16]);
  });

  it("has exactly the colors asked for, from the palette asked for", async () => {
    const [eight] = await make("red dragon", "--colors", "8");
    expect(countColors(decodePng(await readFile(eight.file)))).toBe(8);
    const [few] = await make("red dragon", "--palette", "pico-8", "--colors", "4");
    expect(few.colors).toBeLessThanOrEqual(4);
    const [gameboy] = await make("red dragon", "--palette", "gameboy");
    expect(gameboy.colors).toBeLessThanOrEqual(4);
  });

  it("reads palettes from files", async () => {
    const hex = join(folder, "two.hex");
    await writeFile(hex, "ff0000\n00ff00\n");
    const swatch = join(folder, "swatch.png");
    await writeFile(swatch, encodePng(createRaster(1, 1, Uint8ClampedArray.of(1, 2, 3, 255))));
    const [two] = await make("red dragon", "--palette", hex);
    expect(two.colors).toBeLessThanOrEqual(2);
    const [one] = await make("red dragon", "--palette", swatch);
    expect(one.colors).toBe(1);
  });

  it("makes opaque and transparent grounds", async () => {
    const alphas = async (background: string) => {
      const [sprite] = await make("red dragon", "--background", background);
      const { data } = decodePng(await readFile(sprite.file));
      return data.filter((_, index) => index % 4 === 3);
    };
    expect((await alphas("opaque")).every((alpha) => alpha === 255)).toBe(true);
    expect((await alphas("transparent")).subarray(0, 33).every((alpha) => alpha === 0)).toBe(true);
  });

  it("copies to a file or a folder, and overwrites nothing in a folder", async () => {
    const target = join(folder, "copies");
    const [first] = await make("red dragon", "--seed", "1", "--out", target);
    expect(first.file).toBe(join(target, "red-dragon-1.png"));
    const [same] = await make("red dragon", "--seed", "1", "--out", target);
    expect(same.file).toBe(first.file);
    const [other] = await make("red dragon", "--seed", "1", "--size", "16", "--out", target);
    expect(other.file).toBe(join(target, "red-dragon-1-2.png"));
    const [file] = await make("red dragon", "--seed", "1", "--out", join(target, "deep", "boss.png"));
    expect(file.file).toBe(join(target, "deep", "boss.png"));
    const many = await dgxPixels(["generate", "red dragon", "--count", "2", "--out", join(target, "boss.png")]);
    expect([many.code, many.err]).toEqual([1, expect.stringContaining("Cannot write 2 sprites to the file")]);
  });

  it("tells of words that the model does not know", async () => {
    const { err, code } = await dgxPixels(["generate", "red zzyzx dragon", "--steps", "1"]);
    expect([code, err]).toEqual([0, "note: Words of the prompt that the model does not know: zzyzx\n"]);
  });

  it.each([
    [["generate"], 2, "prompt"],
    [["generate", ""], 1, "Cannot draw an empty prompt"],
    [["generate", "x".repeat(10_000)], 1, "Cannot use a prompt of 10000 characters"],
    [["generate", "a\u0000b"], 1, "control characters"],
    [["generate", "ドラゴン"], 1, "knows none of its words"],
    [["generate", "gem", "--size", "48"], 1, "Cannot draw at 48 px: the sprite model draws at 16 or 32 or 64 px"],
    [["generate", "gem", "--size", "1e9"], 1, "Cannot use size 1000000000"],
    [["generate", "gem", "--count", "0"], 1, "Cannot make 0 sprites"],
    [["generate", "gem", "--count", "2", "--seed", "4294967295"], 1, "Cannot make 2 sprites from seed 4294967295"],
    [["generate", "gem", "--seed", "seven"], 2, "seven"],
    [["generate", "gem", "--colors", "300"], 1, "Cannot use 300 colors"],
    [["generate", "gem", "--palette", "nosuch"], 1, "nosuch"],
    [["generate", "gem", "--palette", "no/such.hex"], 1, "Cannot read the palette no/such.hex"],
    [["generate", "gem", "--palette", fileURLToPath(import.meta.url).replace(/\.ts$/, ".hex")], 1, "Cannot read"],
    [["generate", "gem", "--strength", "0.5"], 1, "give the picture to start from"],
    [["generate", "gem", "--from", "nosuch.png"], 1, "nosuch.png"],
    [["generate", "gem", "--generator", "nosuch"], 1, "Cannot use the generator nosuch: choose sprite"],
    [["generate", "gem", "--no-such-flag"], 2, "no-such-flag"],
    [["generat", "gem"], 2, "generate"],
  ])("%j exits %i with one sentence", async (inputs, code, sentence) => {
    const outcome = await dgxPixels(inputs);
    expect(outcome.err).toContain(sentence);
    expect(outcome.err.trim().split("\n")).toHaveLength(1);
    expect([outcome.code, outcome.out]).toEqual([code, ""]);
  });

  it("tells programs a code", async () => {
    const { err, out } = await dgxPixels(["generate", "", "--json"]);
    expect(JSON.parse(err).error).toEqual({
      code: "invalid-request",
      message: expect.stringContaining("empty prompt"),
    });
    expect(out).toBe("");
  });

  it("leaves nothing when it is cancelled", async () => {
    const { code, err } = await dgxPixels(["generate", "gem"], {
      signal: AbortSignal.abort(new DOMException("Cancelled", "AbortError")),
    });
    expect([code, err]).toEqual([130, "Cancelled.\n"]);
    expect((await dgxPixels(["library", "list"])).out).toBe("");
  });
});

describe("generate --from", () => {
  const source = () => join(folder, "source.png");
  beforeAll(async () => {
    const raster = createRaster(32, 32);
    for (let pixel = 0; pixel < 32 * 32; pixel++)
      if (pixel % 32 > 8 && pixel % 32 < 24) raster.data.set([40, 90, 200, 255], pixel * 4);
    await writeFile(source(), encodePng(raster));
    const mask = createRaster(32, 32);
    for (let pixel = 0; pixel < 32 * 16; pixel++) mask.data.set([255, 255, 255, 255], pixel * 4);
    await writeFile(join(folder, "mask.png"), encodePng(mask));
  });

  it("keeps the picture at strength 0 and leaves it further at higher ones", async () => {
    const original = decodePng(await readFile(source())).data;
    const distance = async (strength: string) => {
      const [sprite] = (
        await dgxPixels(["generate", "red dragon", "--from", source(), "--strength", strength, "--json"])
      ).json;
      const { data } = decodePng(await readFile(sprite.file));
      return data.reduce((sum, value, index) => sum + Math.abs(value - original[index]), 0);
    };
    expect(await distance("0")).toBe(0);
    expect(await distance("0.3")).toBeLessThan(await distance("1"));
  });

  it("redraws under the mask alone", async () => {
    const original = decodePng(await readFile(source())).data;
    const [sprite] = await make("red dragon", "--from", source(), "--mask", join(folder, "mask.png"));
    const { data } = decodePng(await readFile(sprite.file));
    expect(data.subarray(32 * 16 * 4)).toEqual(original.subarray(32 * 16 * 4));
    expect(data.subarray(0, 32 * 16 * 4)).not.toEqual(original.subarray(0, 32 * 16 * 4));
    expect((await dgxPixels(["verify", sprite.file])).out).toBe(`${sprite.file}: identical\n`);
  });
});

describe("verify and replay", () => {
  it("says identical, or how many pixels differ and why", async () => {
    const [sprite] = await make("red dragon", "--seed", "5");
    expect((await dgxPixels(["verify", sprite.file])).out).toBe(`${sprite.file}: identical\n`);

    const png = await readFile(sprite.file);
    const recipe = readRecipe(png);
    const raster = decodePng(png);
    raster.data.set([1, 2, 3, 255], 0);
    raster.data.set([1, 2, 3, 255], 4);
    const edited = join(folder, "edited.png");
    const { encodeSprite } = await import("#asset");
    await writeFile(edited, encodeSprite(raster, recipe));
    const verdict = await dgxPixels(["verify", edited, sprite.file]);
    expect(verdict.code).toBe(1);
    expect(verdict.out).toContain(`${edited}: 2 of 1024 pixels differ; model and version are the same`);
    expect(verdict.out).toContain(`${sprite.file}: identical`);

    const foreign = { ...recipe, generator: { ...recipe.generator, hash: "0".repeat(64) }, software: "dgx-pixels 9" };
    await writeFile(edited, encodeSprite(raster, foreign));
    const [json] = (await dgxPixels(["verify", edited, "--json"])).json;
    expect(json).toMatchObject({ isIdentical: false, differingPixels: 2, pixels: 1024 });
    expect(json.reasons.join()).toMatch(/another model.*another version/);
  });

  it("says identical of a sprite that was edited, since edits are finishing steps", async () => {
    const [sprite] = await make("red dragon", "--seed", "5");
    let file: string = sprite.file;
    for (const edit of [
      ["palette", "apply", "--palette", "db16", "--dither", "bayer-4", "--strength", "0.5"],
      ["palette", "apply", "--colors", "6"],
      ["cleanup", "--doubles"],
      ["outline", "remove"],
      ["outline", "add", "--color", "darkened", "--neighbors", "8", "--grow"],
      ["background", "remove"],
      ["trim", "--margin", "1"],
      ["scale", "--method", "xbr"],
    ]) {
      const [edited] = (
        await dgxPixels([...edit, file, "--out", join(folder, `edited-${edit.join("")}.png`), "--json"])
      ).json;
      expect(edited).toMatchObject({ recipe: "kept" });
      file = edited.file;
    }
    expect(
      readRecipe(await readFile(file))
        .finishing.map(({ step }) => step)
        .slice(3),
    ).toEqual([
      "palette",
      "palette",
      "orphans",
      "doubles",
      "jaggies",
      "remove-outline",
      "outline",
      "remove-background",
      "trim",
      "scale",
    ]);
    expect((await dgxPixels(["verify", file])).out).toBe(`${file}: identical\n`);
  });

  it("judges the other files when one cannot be read", async () => {
    const [sprite] = await make("red dragon");
    const plain = join(folder, "plain.png");
    await writeFile(plain, encodePng(createRaster(1, 1)));
    const { out, err, code } = await dgxPixels(["verify", "nosuch.png", plain, sprite.file]);
    expect(code).toBe(1);
    expect(err).toContain("Cannot read nosuch.png: there is no such file");
    expect(err).toContain("Cannot find a recipe in this PNG");
    expect(out).toBe(`${sprite.file}: identical\n`);
  });

  it("replays with changes and keeps the rest of the recipe", async () => {
    const [sprite] = await make("red dragon", "--seed", "5", "--palette", "pico-8", "--negative", "wings");
    const replay = async (...changes: readonly string[]) =>
      readRecipe(await readFile((await dgxPixels(["replay", sprite.file, ...changes, "--json"])).json[0].file));
    const original = readRecipe(await readFile(sprite.file));
    expect(await replay()).toEqual(original);
    expect(await replay("--seed", "6")).toEqual({ ...original, request: { ...original.request, seed: 6 } });
    const opaque = await replay("--background", "opaque");
    expect(opaque.finishing.map(({ step }) => step)).toEqual(["alpha", "orphans", "palette", "background"]);
    expect((await replay("--colors", "5")).finishing.at(-1)).toEqual({ step: "colors", count: 5 });
    expect((await dgxPixels(["replay", sprite.file, "--strength", "1"])).err).toContain("not made from a picture");
    expect((await dgxPixels(["replay", sprite.file, "--count", "0"])).code).toBe(1);
  });
});

describe("batch", () => {
  it("makes what is missing, reports bad rows by line and goes on", async () => {
    const file = join(folder, "rows.csv");
    const target = join(folder, "rows");
    // The first row leaves all to defaults, which a second run must recognise too.
    await writeFile(file, "prompt,steps,name,size\nred gem,,,\nblue gem,1,sapphire,16\n,1,,\ngreen gem,1,,99\n");
    const first = await dgxPixels(["batch", file, "--out", target]);
    expect(first.code).toBe(1);
    expect(first.err).toContain("line 4: Cannot draw an empty prompt");
    expect(first.err).toContain("line 5: Cannot draw at 99 px");
    expect(first.out).toContain("2 made");
    expect((await readdir(target)).sort()).toEqual(["red-gem.png", "sapphire.png"]);

    const before = await readFile(join(target, "red-gem.png"));
    await rm(join(target, "sapphire.png"));
    const second = await dgxPixels(["batch", file, "--out", target]);
    expect(second.out).toContain("1 made");
    expect(second.out).toContain("1 already there, 2 failed");
    expect(await readFile(join(target, "red-gem.png"))).toEqual(before);
  });

  it("makes a changed row again, and leaves what it did not make alone", async () => {
    const file = join(folder, "again.jsonl");
    const target = join(folder, "again");
    await writeFile(file, '{"prompt":"gem","steps":1,"count":2}\n');
    await dgxPixels(["batch", file, "--out", target]);
    await writeFile(join(target, "gem-2.png"), "mine");
    await writeFile(file, '{"prompt":"gem","steps":2,"count":2}\n');
    const { json, code } = await dgxPixels(["batch", file, "--out", target, "--json"]);
    expect(code).toBe(1);
    expect(json).toEqual([
      { line: 1, error: expect.stringContaining("a file that dgx-pixels did not make is there") },
      expect.objectContaining({ file: join(target, "gem-1.png") }),
    ]);
    expect(await readFile(join(target, "gem-2.png"), "utf8")).toBe("mine");
  });

  it("gives rows of one prompt their own seeds and names, the same each time", async () => {
    const file = join(folder, "same.txt");
    await writeFile(file, "gem\ngem\n");
    const options = ["batch", file, "--json", "--out"];
    const seeds = async (target: string) =>
      (await dgxPixels([...options, join(folder, target)])).json.map(({ seed }) => seed);
    const first = await seeds("same-1");
    expect(new Set(first).size).toBe(2);
    expect(await seeds("same-2")).toEqual(first);
    expect(await readdir(join(folder, "same-1"))).toEqual(["gem-2.png", "gem.png"]);
  });

  it.each([
    ["nosuch.txt", "there is no such file"],
    [".", "Cannot read the batch"],
  ])("refuses %s", async (file, sentence) => {
    const { err, code } = await dgxPixels(["batch", file, "--out", join(folder, "none")]);
    expect([code, err]).toEqual([1, expect.stringContaining(sentence)]);
  });
});

describe("library", () => {
  it("finds, shows, tags, rates, exports and deletes", async () => {
    const [dragon] = await make("red dragon", "--seed", "1");
    const [potion] = await make("blue potion", "--seed", "2");
    const ids = (outcome: Outcome) => outcome.json.map(({ id }) => id);
    expect(ids(await dgxPixels(["library", "list", "--json"]))).toEqual([potion.id, dragon.id]);
    expect(ids(await dgxPixels(["library", "search", "drag", "--json"]))).toEqual([dragon.id]);
    expect((await dgxPixels(["library", "search", "zebra"])).out).toBe("");

    const tagged = await dgxPixels(["library", "tag", dragon.id, potion.file, "--add", "Hero", "--add", "boss"]);
    expect(tagged.out).toContain("red dragon  [boss, hero]");
    await dgxPixels(["library", "tag", potion.id, "--remove", "hero"]);
    expect(ids(await dgxPixels(["library", "list", "--tag", "hero", "--json"]))).toEqual([dragon.id]);
    expect((await dgxPixels(["library", "tag"])).out).toBe("     2  boss\n     1  hero\n");

    expect((await dgxPixels(["library", "rate", "4", dragon.id])).out).toContain("red dragon  ****");
    expect(ids(await dgxPixels(["library", "list", "--rating", "3", "--json"]))).toEqual([dragon.id]);
    expect((await dgxPixels(["library", "rate", "9", dragon.id])).code).toBe(1);
    await dgxPixels(["library", "rate", "none", dragon.id]);
    expect((await dgxPixels(["library", "list", "--rating", "1"])).out).toBe("");

    const shown = await dgxPixels(["library", "show", dragon.id.slice(0, 8)], { isTTY: true });
    expect(shown.out).toMatch(/[▀▄]/);
    expect(shown.out).toContain("prompt     red dragon");
    expect((await dgxPixels(["library", "show", dragon.id, "--json"])).json[0].recipe.request.seed).toBe(1);

    const target = join(folder, `export-${library}`);
    expect((await dgxPixels(["library", "export", target, "--search", "potion"])).code).toBe(0);
    expect(await readdir(target)).toHaveLength(2);

    expect((await dgxPixels(["library", "delete", dragon.id])).out).toBe(`deleted ${dragon.id}  red dragon\n`);
    expect((await dgxPixels(["library", "show", dragon.id])).code).toBe(1);
    expect((await dgxPixels(["library", "list", "--since", "yesterday"])).code).toBe(2);
    expect((await dgxPixels(["library", "list", "--limit", "1", "--since", "2026-01-01"])).out).toContain(
      "blue potion",
    );
    expect((await dgxPixels(["library", "tag", "--add", "x"])).code).toBe(2);
    expect((await dgxPixels(["library", "tag", potion.id])).code).toBe(2);
  });

  it("says when there is more than it shows", async () => {
    await make("gem", "--count", "3", "--seed", "1");
    const { out, err } = await dgxPixels(["library", "list", "--limit", "2"]);
    expect(out.trim().split("\n")).toHaveLength(2);
    expect(err).toContain("There are more");
  });

  it("is made again from its PNGs", async () => {
    const [gem] = await make("gem");
    const home = join(folder, `library-${library}`);
    await mkdir(home, { recursive: true });
    await writeFile(join(home, "library.db"), "spoilt");
    for (const end of ["-wal", "-shm"]) await rm(join(home, `library.db${end}`), { force: true });
    const refused = await dgxPixels(["library", "list"]);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("rebuild")]);
    const rebuilt = await dgxPixels(["library", "rebuild"]);
    expect(rebuilt.out).toContain("1 sprites are in the library");
    expect((await dgxPixels(["library", "list", "--json"])).json[0].id).toBe(gem.id);
  });

  it("still knows a sprite whose file is gone", async () => {
    const [gem] = await make("gem");
    const kept = join(folder, "kept.png");
    await cp(gem.file, kept);
    await rm(gem.file);
    expect((await dgxPixels(["library", "list"])).out).toContain("(file missing)");
    expect((await dgxPixels(["library", "show", gem.id], { isTTY: true })).out).toContain("(missing)");
  });
});

describe("tiles", () => {
  it("makes a tileset of words, each texture with a seed of its own, and of the same seed the same", async () => {
    const out = join(folder, "words");
    const words = ["tileset", "make", "sand", "green grass", "--seed", "7", "--out", out, "--json"];
    const [made] = (await dgxPixels(words)).json;
    expect(made).toMatchObject({
      seed: 7,
      size: 16,
      textures: {
        lower: { name: "sand", prompt: "sand", seed: 7, generator: "sprite" },
        upper: { name: "green grass", prompt: "green grass", seed: 8 },
      },
      seams: { pairs: 1036 },
    });
    expect(made.files[0]).toBe(join(out, "green-grass-on-sand.png"));
    const sheet = await readFile(made.files[0]);
    await dgxPixels([...words, "--force"]);
    expect(await readFile(made.files[0])).toEqual(sheet);
  });

  it("draws one texture for one that is given, from a random seed that it tells", async () => {
    const given = join(folder, "given.png");
    await writeFile(given, encodePng(createRaster(8, 8, new Uint8ClampedArray(256).fill(255))));
    const [made] = (await dgxPixels(["tileset", "make", given, "lava", "--out", join(folder, "mixed"), "--json"])).json;
    expect(made.textures.upper.seed).toBe(1234);
    expect(made.seed).toBe(1233);
  });

  it("repairs a drawn texture and keeps its recipe, which verifies", async () => {
    const [texture] = await make("brick wall", "--size", "16");
    const fixed = join(folder, "fixed.png");
    const [{ recipe }] = (await dgxPixels(["tile", "fix", texture.file, "--out", fixed, "--json"])).json;
    expect(recipe).toBe("kept");
    expect(readRecipe(await readFile(fixed)).finishing.at(-1)).toEqual({ step: "seams" });
    expect((await dgxPixels(["verify", fixed])).out).toBe(`${fixed}: identical\n`);
  });
});

describe("the rest", () => {
  it("explains every command, with an example", async () => {
    const commands = [
      ...["generate", "replay", "batch", "verify", "evaluate", "doctor", "bench", "completion"].map((name) => [name]),
      ...["list", "search", "show", "tag", "rate", "delete", "export", "rebuild"].map((name) => ["library", name]),
    ];
    for (const command of commands) {
      const { out, code } = await dgxPixels([...command, "--help"]);
      expect(code).toBe(0);
      expect(out).toContain(`EXAMPLES\n  dgx-pixels ${command.join(" ")}`);
    }
    expect((await dgxPixels([])).out).toContain("COMMANDS");
    expect((await dgxPixels(["--version"])).out).toBe("9.9.9\n");
  });

  it("prints what doctor found, with remedies", async () => {
    const { out, code } = await dgxPixels(["doctor"]);
    expect([code, out]).toEqual([0, "ok       Node: version 26\nwarning  GPU: none\n         add one\n"]);
    expect((await dgxPixels(["doctor", "--json"])).json[0]).toHaveLength(2);
  });

  it("evaluates the model on the first prompts, and files the figures by name", async () => {
    const out = join(folder, "figures.json");
    await writeFile(out, '{"earlier":1}');
    const sheet = join(folder, "sheet.png");
    const options = ["--prompts", "2", "--seeds", "2", "--captions", "3"];
    const { json } = await dgxPixels(["evaluate", "sprite", ...options, "--out", out, "--sheet", sheet, "--json"]);
    expect(json[0]).toMatchObject({ prompts: 2, seeds: 2, categoryAccuracyReal: expect.any(Number) });
    expect(JSON.parse(await readFile(out, "utf8"))).toEqual({ earlier: 1, shipped: json[0] });
    expect(decodePng(await readFile(sheet)).height).toBe(34);
    expect((await dgxPixels(["evaluate", "sprite", ...options])).out).toMatch(/categoryAccuracy +\d/);
    expect((await dgxPixels(["evaluate", "sprite", "--seeds", "1"])).err).toContain(
      "seeds 1: give a whole number from 2",
    );
    await writeFile(out, "mine");
    expect((await dgxPixels(["evaluate", "sprite", "--out", out])).err).toContain("not a JSON object");
    expect(await readFile(out, "utf8")).toBe("mine");
  });

  it("lists and runs benchmark suites", async () => {
    expect((await dgxPixels(["bench"])).out).toContain("nothing    Measures nothing.");
    expect((await dgxPixels(["bench", "nothing", "--json"])).json[0]).toMatchObject({ suite: "nothing", seconds: 0 });
    expect((await dgxPixels(["bench", "nothing"])).out).toContain("seconds");
    expect((await dgxPixels(["bench", "nosuch"])).code).toBe(2);
  });

  it("completes commands and flags", async () => {
    expect((await dgxPixels(["complete", "--", "gen"])).out).toBe("generate\n");
    expect((await dgxPixels(["complete", "--", "generate", "--pal"])).out).toBe("--palette\n");
    expect((await dgxPixels(["complete", "--", "generate", "gem", "--palette", "pico"])).out).toBe("pico-8\n");
    expect((await dgxPixels(["complete", "--", "completion", ""])).out).toContain("fish\n");
    expect((await dgxPixels(["completion", "bash"])).out).toContain("complete -o default -F");
    expect((await dgxPixels(["completion", "tcsh"])).code).toBe(2);
  });
});
