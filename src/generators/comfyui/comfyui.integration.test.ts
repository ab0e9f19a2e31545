import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GenerationRequest, parseRequest, type Progress } from "#asset";
import { createRaster, encodePng } from "#pixels";
import type { Generator } from "../generator.ts";
import { type JobFacts, openComfyuiGenerator } from "./comfyui-generator.ts";
import { openServer } from "./server.ts";

/*
 * Against ComfyUI itself, on a CPU, with checkpoints of random weights that are made on first use in its models folder:
 *
 *     COMFYUI_DIR=~/ComfyUI npx vitest run src/generators/comfyui/comfyui.integration.test.ts
 *
 * COMFYUI_PYTHON names the Python that has ComfyUI's requirements; by default its venv or .venv, else python3.
 */
const folder = process.env.COMFYUI_DIR;
const maker = fileURLToPath(new URL("../../../python/comfyui_random_checkpoint/make.py", import.meta.url));

describe.skipIf(folder === undefined)(
  "ComfyUI itself (COMFYUI_DIR names an installation)",
  { timeout: 600_000 },
  () => {
    const directory = folder ?? "";
    const python =
      process.env.COMFYUI_PYTHON ??
      ["venv", ".venv", "../venv"]
        .map((name) => join(directory, name, "bin/python"))
        .find((path) => existsSync(path)) ??
      "python3";
    let work: string;
    let port: number;
    let url: string;
    let comfyui: ChildProcess;
    let generator: Generator;
    const jobs: JobFacts[] = [];

    beforeAll(async () => {
      work = await mkdtemp(join(tmpdir(), "dgx-pixels-comfyui-"));
      for (const name of ["front", "out", "in", "temp"]) await mkdir(join(work, name));
      await writeFile(join(work, "front/index.html"), "");
      await makeModel("checkpoints", "random-sd15-tiny", "sd15-tiny");
      await makeModel("checkpoints", "random-sdxl-tiny", "sdxl-tiny");
      await makeModel("loras", "random-sd15-tiny-lora", "sd15-tiny", "--lora");
      await makeModel("loras", "random-lcm-lora-sdxl", "sdxl-tiny", "--lora");
      port = await freePort();
      url = `http://127.0.0.1:${port}`;
      await startComfyui();
      generator = openComfyuiGenerator({
        servers: [{ url }],
        canvas: 64,
        onJob: (facts) => jobs.push(facts),
        timing: { pollMs: 500, patienceMs: 300_000 },
      });
    }, 900_000);

    afterAll(async () => {
      await generator?.close();
      comfyui?.kill("SIGKILL");
      await rm(work, { recursive: true, force: true });
    });

    // Opaque, since the pictures of random weights may be nothing but ground.
    const small = { workflow: "sd15-sprite", steps: 2, background: "opaque" } as const;
    const request = (changes: Partial<GenerationRequest> = {}) =>
      parseRequest({ prompt: "red dragon", seed: 7, ...changes });
    const picture = (() => {
      const raster = createRaster(32, 32);
      raster.data.fill(255);
      for (let pixel = 0; pixel < 512; pixel++) raster.data.set([200, 30, 30, 255], pixel * 4);
      return Buffer.from(encodePng(raster)).toString("base64");
    })();
    const halfMask = (() => {
      const raster = createRaster(32, 32);
      for (let pixel = 0; pixel < 512; pixel++) raster.data.set([255, 255, 255, 255], pixel * 4);
      return Buffer.from(encodePng(raster)).toString("base64");
    })();

    it("tells its version and what it has", async () => {
      const server = openServer({ url });
      expect((await server.systemStats()).system.comfyui_version).toMatch(/^\d+\.\d+\.\d+/);
      expect(await server.models("checkpoints")).toContainEqual({
        name: "random-sdxl-tiny.safetensors",
        bytes: expect.any(Number),
      });
      expect(await server.models("no_such_folder")).toEqual([]);
      expect(await server.modelMetadata("checkpoints", "random-sdxl-tiny.safetensors")).toMatchObject({
        "modelspec.architecture": "stable-diffusion-xl-v1-base",
      });
      expect(await server.nodeInfo("NoSuchNode")).toBeUndefined();
      expect(await server.queueLength()).toBe(0);
    });

    it("chooses the checkpoint that says it fits", async () => {
      expect((await generator.describe()).model).toBe("random-sdxl-tiny.safetensors");
      expect((await generator.describe(small)).model).toBe("random-sd15-tiny.safetensors");
    });

    it("draws with live previews at every step", async () => {
      const heard: Progress[] = [];
      const image = await generator.generate(request({ ...small, steps: 3 }), {
        onProgress: (progress) => heard.push(progress),
      });
      expect([image.raster.width, image.raster.height]).toEqual([32, 32]);
      const steps = heard.filter(({ kind }) => kind === "step");
      expect(steps.map((progress) => progress.kind === "step" && progress.step)).toEqual([1, 2, 3]);
      expect(steps.some((progress) => progress.kind === "step" && (progress.preview?.width ?? 0) > 8)).toBe(true);
    });

    it("gives the same pixels for the same request, also after its memory was freed", async () => {
      const first = await generator.generate(request({ ...small, seed: 11 }));
      await openServer({ url }).free();
      await generator.generate(request({ ...small, seed: 12 }));
      const again = await generator.generate(request({ ...small, seed: 11 }));
      expect(again.raster.data).toEqual(first.raster.data);
    });

    it("gives other pixels for another seed, guidance, prompt or LoRA", async () => {
      const usual = await generator.generate(request(small));
      const loras = [{ name: "random-sd15-tiny-lora", strength: 1 }];
      for (const changes of [{ seed: 8 }, { guidance: 2 }, { prompt: "blue dragon" }, { loras }])
        expect((await generator.generate(request({ ...small, ...changes }))).raster.data).not.toEqual(
          usual.raster.data,
        );
    });

    it.each<[string, Partial<GenerationRequest>]>([
      ["sdxl-sprite", {}],
      ["sdxl-sprite-fast", {}],
      ["sdxl-img2img", { source: { png: picture, strength: 0.6 } }],
      ["sdxl-inpaint", { source: { png: picture, strength: 1, mask: halfMask } }],
      ["sdxl-batch", { batch: { count: 2, index: 1 } }],
      ["sdxl-variations", { source: { png: picture, strength: 0.5 }, batch: { count: 2, index: 0 } }],
    ])("runs the workflow %s", async (workflow, changes) => {
      const image = await generator.generate(request({ workflow, steps: 1, ...changes }));
      expect([image.raster.width, image.raster.height]).toEqual([32, 32]);
      expect(image.request).toMatchObject({ workflow, model: "random-sdxl-tiny.safetensors" });
    });

    it("runs the workflow sdxl-tile, whose nodes take no less than 64 pixels", async () => {
      const large = openComfyuiGenerator({ servers: [{ url }], canvas: 512 });
      const { raster } = await large.generate(request({ tile: true, steps: 1 }));
      await large.close();
      expect(raster.width).toBe(32);
    });

    it("keeps what the mask keeps, pixel for pixel", async () => {
      const source = { png: picture, strength: 1, mask: halfMask };
      const { raster } = await generator.generate(request({ workflow: "sdxl-inpaint", steps: 1, source }));
      expect(raster.data.subarray(32 * 16 * 4)).toEqual(new Uint8ClampedArray(32 * 16 * 4).fill(255));
    });

    it("refuses a LoRA of another base model before anything is sent", async () => {
      const loras = [{ name: "random-lcm-lora-sdxl", strength: 1 }];
      await expect(generator.generate(request({ ...small, loras }))).rejects.toMatchObject({
        code: "unsupported",
        message: expect.stringContaining("is made for SDXL, the workflow for Stable Diffusion 1.5"),
      });
    });

    it("cancels a job that runs within a step, and one that waits, and draws the next", async () => {
      const during = new AbortController();
      const after = new AbortController();
      const running = generator.generate(request({ ...small, seed: 21, steps: 100 }), {
        signal: during.signal,
        onProgress: (progress) => {
          if (progress.kind === "step" && progress.step === 2) during.abort(new DOMException("stop", "AbortError"));
        },
      });
      const waiting = generator.generate(request({ ...small, seed: 22, steps: 100 }), { signal: after.signal });
      const both = Promise.allSettled([running, waiting]);
      await sleep(300);
      after.abort(new DOMException("stop", "AbortError"));
      expect((await both).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      const server = openServer({ url });
      const started = performance.now();
      while ((await server.queueLength()) > 0 && performance.now() - started < 60_000) await sleep(100);
      expect(await server.queueLength()).toBe(0);
      expect((await generator.generate(request({ ...small, seed: 23 }))).raster.width).toBe(32);
    });

    it("runs a job again that a killed server forgot", async () => {
      let isKilled = false;
      const drawn = generator.generate(request({ ...small, seed: 31, steps: 10 }), {
        onProgress: (progress) => {
          if (progress.kind === "step" && !isKilled) isKilled = comfyui.kill("SIGKILL");
        },
      });
      drawn.catch(() => {});
      await new Promise((resolve) => comfyui.once("exit", resolve));
      await startComfyui();
      const image = await drawn;
      expect(image.notes).toContain("A server lost the job, which was run again");
      expect(image.raster.width).toBe(32);
    });

    it("costs little beside the server's own time", async () => {
      await generator.generate(request({ ...small, seed: 40 }));
      jobs.length = 0;
      for (let seed = 41; seed < 61; seed++) await generator.generate(request({ ...small, seed, steps: 1 }));
      const own: number[] = [];
      for (const { milliseconds, serverMilliseconds } of jobs)
        own.push(milliseconds - ((await serverMilliseconds()) ?? 0));
      const median = own.toSorted((a, b) => a - b)[own.length >> 1];
      // Told, not gated: machines differ.
      process.stderr.write(`own overhead per job at 64 px: ${median.toFixed(1)} ms (median of ${own.length})\n`);
      expect(own).toHaveLength(20);
    });

    async function makeModel(
      kind: "checkpoints" | "loras",
      name: string,
      shape: string,
      ...flags: string[]
    ): Promise<void> {
      const file = join(directory, "models", kind, `${name}.safetensors`);
      if (!existsSync(file)) await promisify(execFile)(python, [maker, directory, shape, file, ...flags]);
    }

    async function startComfyui(): Promise<void> {
      const flags = ["--cpu", "--port", String(port), "--preview-method", "auto", "--disable-all-custom-nodes"];
      const folders = ["--front-end-root", join(work, "front"), "--output-directory", join(work, "out")];
      folders.push("--input-directory", join(work, "in"), "--temp-directory", join(work, "temp"));
      comfyui = spawn(python, ["main.py", ...flags, ...folders], {
        cwd: directory,
        stdio: ["ignore", "ignore", "pipe"],
      });
      let log = "";
      comfyui.stderr?.on("data", (chunk: Buffer) => {
        log = (log + chunk.toString()).slice(-4000);
      });
      const server = openServer({ url, timeoutMs: 2000 });
      const started = performance.now();
      for (;;) {
        if (comfyui.exitCode !== null) throw new Error(`ComfyUI ended with ${comfyui.exitCode}:\n${log}`);
        const isUp = await server.systemStats().then(
          () => true,
          () => false,
        );
        if (isUp) return;
        if (performance.now() - started > 300_000) throw new Error(`ComfyUI did not start:\n${log}`);
        await sleep(250);
      }
    }
  },
);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
