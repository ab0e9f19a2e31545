import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { animationKindNames, createRaster, encodeGif, encodePng } from "#pixels";
import type { CliContext } from "./context.ts";
import { runCli } from "./run.ts";

let folder: string;
const at = (name: string) => join(folder, name);
const sprite = createRaster(8, 8);
sprite.data.fill(200, 64);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-animate-cli-"));
  await writeFile(at("a.png"), encodePng(opaque(sprite)));
  await writeFile(at("empty.png"), encodePng(createRaster(2, 2)));
  const stray = { ...sprite, data: sprite.data.map((value) => (value === 200 ? 90 : value)) };
  await writeFile(at("stray.gif"), encodeGif({ frames: [opaque(sprite), opaque(stray)], durationsMs: [100, 100] }));
});
afterAll(() => rm(folder, { recursive: true }));

function opaque(raster: typeof sprite): typeof sprite {
  return { ...raster, data: raster.data.map((value, index) => (index % 4 === 3 && value > 0 ? 255 : value)) };
}

/** Animating needs nothing else of the outside, such as a model or a library. */
async function dgxPixels(...inputs: readonly string[]) {
  let out = "";
  let err = "";
  const process: CliContext["process"] = {
    stdout: { write: (text: string) => void (out += text) },
    stderr: { write: (text: string) => void (err += text) },
  };
  const { signal } = new AbortController();
  await runCli(inputs, { process, signal } as CliContext, "9.9.9");
  return { out, err, code: Number(process.exitCode ?? 0) };
}

describe("animate", () => {
  it("says plainly what it is, and lists every kind", async () => {
    const { out } = await dgxPixels("animate", "--help");
    expect(out).toContain("Moves one drawing");
    expect(out).toContain("This is not frame-to-frame generation by a model");
    for (const kind of animationKindNames()) expect(out).toMatch(new RegExp(`^ {2}${kind} +\\w`, "m"));
  });

  it("animates by several kinds, and prints what it wrote", async () => {
    const { out, code } = await dgxPixels(
      "animate",
      at("a.png"),
      "--kind",
      "idle",
      "--kind",
      "spin",
      "--out",
      at("a.aseprite"),
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^\S+a\.aseprite {2}idle, spin: 16 frames of \d+ x \d+ px, 1\.7 s\n$/);
  });

  it("prints a JSON line for each sprite, failures too, and ends with 1 after one", async () => {
    const { out, code } = await dgxPixels(
      "animate",
      at("a.png"),
      at("empty.png"),
      "-k",
      "shake",
      "-o",
      at("new"),
      "--json",
    );
    expect(code).toBe(1);
    const [made, failed] = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(made).toMatchObject({ source: at("a.png"), frames: 8, tags: [{ name: "shake", from: 0, to: 7 }] });
    expect(failed).toMatchObject({ source: at("empty.png"), error: { code: "nothing-visible" } });
  });

  it("refuses a kind that there is not", async () => {
    const { err, code } = await dgxPixels("animate", at("a.png"), "--kind", "moonwalk");
    expect(code).toBe(2);
    expect(err).toContain("moonwalk");
  });
});

describe("animate check", () => {
  it("passes what animate made, and fails with reasons", async () => {
    await dgxPixels("animate", at("a.png"), "--kind", "float", "--out", at("float.gif"));
    const passed = await dgxPixels("animate", "check", at("float.gif"));
    expect(passed).toMatchObject({ code: 0, out: expect.stringMatching(/passes: 8 frames of .* loops close within/) });
    const failed = await dgxPixels("animate", "check", at("float.gif"), at("stray.gif"));
    expect(failed.code).toBe(1);
    expect(failed.out).toMatch(/stray\.gif {2}fails\n {2}palette: frame 2 has \d+ pixels in \d colors/);
  });

  it("prints reports as JSON", async () => {
    const { out, code } = await dgxPixels("animate", "check", at("stray.gif"), at("nosuch.gif"), "--json");
    expect(code).toBe(1);
    const [report, failure] = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(report).toMatchObject({ ok: false, source: at("stray.gif"), frames: 2, faults: [{ check: "palette" }] });
    expect(failure).toMatchObject({ source: at("nosuch.gif"), error: { code: "missing" } });
  });
});
