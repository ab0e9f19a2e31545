import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runWords } from "./run-words.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-cli-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** No server answers: what these commands print of servers is tested where servers are. */
const run = (...inputs: readonly string[]) =>
  runWords(inputs, {
    comfyui: {
      servers: [{ url: "http://127.0.0.1:9" }],
      workflows: join(folder, "workflows"),
      models: fileURLToPath(new URL("../../models", import.meta.url)),
    },
  });

describe("comfyui", () => {
  it("status fails when no server answers, and says why", async () => {
    const { out, code } = await run("comfyui", "status");
    expect([out, code]).toEqual([expect.stringContaining("Cannot reach ComfyUI at http://127.0.0.1:9"), 1]);
  });

  it("models lists what to get, with size, license and hash", async () => {
    const { out, code } = await run("comfyui", "models");
    expect(code).toBe(0);
    expect(out).toContain("6.9 GB, CreativeML Open RAIL++-M\n  SHA-256 31e35c80");
    const { json } = await run("comfyui", "models", "--json");
    expect(json.map(({ name }) => name)).toContain("lcm-lora-sdxl.safetensors");
  });

  it("setup prints commands and touches nothing", async () => {
    const { out, code } = await run("comfyui", "setup", join(folder, "new"), "--target", "gb10");
    expect(code).toBe(0);
    expect(out).toContain("# ComfyUI on a DGX Spark (GB10)");
    expect(out).toContain("https://download.pytorch.org/whl/cu130");
    expect(out).toMatch(/cd .*ComfyUI && .*python main\.py --listen 127\.0\.0\.1 --port 8188 .*--reserve-vram 16/);
    expect(out).toContain("checkpoints/sd_xl_base_1.0.safetensors");
    expect(out).toMatch(/cp -R .*comfyui_nodes .*custom_nodes\/dgx-pixels/);
    const { json } = await run("comfyui", "setup", join(folder, "new"), "--json");
    expect(json[0].steps).toHaveLength(6);
  });

  it("setup --run refuses a folder with something in it", async () => {
    await writeFile(join(folder, "mine.txt"), "");
    const { err, code } = await run("comfyui", "setup", folder, "--run");
    expect([err, code]).toEqual([expect.stringContaining("there is something in it (mine.txt)"), 1]);
  });
});

describe("models", () => {
  it("list shows the embedded one, and tells what could not be asked", async () => {
    const { out, err, code } = await run("models", "list");
    expect(out).toMatch(/^\S+ \S+ {2}embedded, \d+ MB, here\n$/);
    expect([err, code]).toEqual([expect.stringContaining("Cannot reach ComfyUI"), 0]);
  });

  it("info and verify tell of it", async () => {
    expect((await run("models", "info", "sprite")).out).toMatch(/SHA-256 [0-9a-f]{64}\n {2}license MIT/);
    const { out, code } = await run("models", "verify");
    expect(out).toMatch(/^ok {7}.*denoiser\.onnx {2}[0-9a-f]{64}$/m);
    expect(code).toBe(0);
  });
});

describe("workflows", () => {
  const sprite = fileURLToPath(new URL("../../workflows/sdxl-sprite.json", import.meta.url));

  it("list and show tell of those that come along", async () => {
    expect((await run("workflows", "list")).out).toMatch(
      /^sdxl-sprite +One sprite by SDXL .*\(28 steps at 1024 px\)$/m,
    );
    const { out } = await run("workflows", "show", "sdxl-sprite-fast");
    expect(out).toContain("LoRA lcm-lora-sdxl at 1, which it needs");
    expect(out).toMatch(/seed +3\.seed/);
    expect((await run("workflows", "show", "sdxl-tile", "--json")).json[0].map.isTile).toBe(true);
    expect((await run("workflows", "show", "nope")).err).toContain(
      "Cannot use the workflow nope: there is sd15-sprite",
    );
  });

  it("add keeps one by name", async () => {
    const { out, err, code } = await run("workflows", "add", sprite, "--name", "mine", "--size", "64", "--size", "96");
    expect([code, out]).toEqual([0, expect.stringMatching(/^mine added: .*mine\.json\n {2}prompt +6\.text/m)]);
    expect(err).toContain("could not be checked");
    expect((await run("workflows", "list", "--json")).json).toContainEqual(
      expect.objectContaining({ name: "mine", sizes: [64, 96], isBuiltIn: false }),
    );
  });

  it("check fails where no server can run it", async () => {
    const { out, code } = await run("workflows", "check", sprite);
    expect([out, code]).toEqual([expect.stringContaining("Cannot reach ComfyUI"), 1]);
  });
});
