import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRaster, encodePng } from "#pixels";
import type { CliContext } from "./context.ts";
import { runCli } from "./run.ts";

let folder: string;
const at = (name: string) => join(folder, name);

function square(red: number, green: number): Uint8Array {
  const raster = createRaster(8, 8);
  for (let y = 1; y < 7; y++) for (let x = 1; x < 7; x++) raster.data.set([red, green, 40, 255], (y * 8 + x) * 4);
  return encodePng(raster);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-style-cli-"));
  for (let index = 0; index < 8; index++) await writeFile(at(`a${index}.png`), square(200, index % 2 === 0 ? 60 : 90));
  await writeFile(at("off.png"), square(20, 200));
});
afterAll(() => rm(folder, { recursive: true }));

/** Styles need nothing else of the outside, such as a model or a library. */
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

describe("style", () => {
  it("learns, tells what, and checks with reasons and an exit code", async () => {
    const assets = Array.from({ length: 8 }, (_, index) => at(`a${index}.png`));
    const learned = await dgxPixels("style", "learn", ...assets, "--out", at("game.json"));
    expect(learned).toMatchObject({ code: 0, err: "" });
    expect(learned.out).toMatch(
      /^pictures 8\npalette {2}2 colors, shared exactly\n(?:.*\n)*outline {2}none\n(?:.*\n)*.*game\.json\n$/,
    );

    const passed = await dgxPixels("style", "check", at("a1.png"), "--style", at("game.json"));
    expect(passed).toEqual({ out: `${at("a1.png")}  in style\n`, err: "", code: 0 });

    const failed = await dgxPixels("style", "check", at("a1.png"), at("off.png"), "--style", at("game.json"));
    expect(failed.code).toBe(1);
    expect(failed.out).toContain(
      "off.png  off style\n  palette: 100 % of its pixels are off the palette: #14c828 (nearest ",
    );
    expect(failed.err).toBe("1 of 2 are off style; --report DIR writes pictures that show it\n");

    const json = await dgxPixels(
      "style",
      "check",
      at("off.png"),
      at("none.png"),
      "--style",
      at("game.json"),
      "--report",
      at("rep"),
      "--json",
    );
    const [report, failure] = json.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(report).toMatchObject({ ok: false, faults: [{ check: "palette" }], report: at("rep/off-style.png") });
    expect(failure).toMatchObject({ error: { code: "missing" } });
  });

  it("says what to do without a style file", async () => {
    const { err, code } = await dgxPixels("style", "check", at("a1.png"), "--style", at("nosuch.json"));
    expect(code).toBe(1);
    expect(err).toMatch(/^Cannot read .*nosuch\.json: it does not exist/);
  });
});
