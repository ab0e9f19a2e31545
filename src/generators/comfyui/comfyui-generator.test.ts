import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type GenerationRequest, parseRequest, type Progress } from "#asset";
import { encodePng, createRaster } from "#pixels";
import { testGeneratorConformance } from "../conformance.ts";
import type { Generator } from "../generator.ts";
import { type ComfyuiGeneratorOptions, openComfyuiGenerator } from "./comfyui-generator.ts";
import { type ComfyuiDouble, type DoubleOptions, startComfyuiDouble } from "./double/comfyui-double.ts";
import { builtInTemplates } from "./template.ts";

const double = await startComfyuiDouble({ stepMs: 2 });
afterAll(() => double.close());
testGeneratorConformance("comfyui", () => openComfyuiGenerator({ servers: [double], canvas: 256 }), "red dragon");

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function server(options: DoubleOptions = {}): Promise<ComfyuiDouble> {
  const started = await startComfyuiDouble(options);
  open.push(() => started.close());
  return started;
}

function generatorOn(
  servers: readonly ComfyuiDouble[] | ComfyuiGeneratorOptions["servers"],
  options: Partial<ComfyuiGeneratorOptions> = {},
): Generator {
  const generator = openComfyuiGenerator({
    servers,
    canvas: 128,
    timing: { timeoutMs: 10_000, pollMs: 100, patienceMs: 15_000, restMs: 500, ...options.timing },
    ...options,
  });
  open.unshift(() => generator.close());
  return generator;
}

const request = (changes: Partial<GenerationRequest> = {}) =>
  parseRequest({ prompt: "red dragon", seed: 7, steps: 2, ...changes });

const lora = (base: string) => ({ ss_base_model_version: base });
const square = (size: number, color: readonly number[]) =>
  Buffer.from(
    encodePng(
      createRaster(
        size,
        size,
        Uint8ClampedArray.from({ length: size * size * 4 }, (_, at) => color[at % 4]),
      ),
    ),
  ).toString("base64");

describe("what is sent", () => {
  it("fills the slots, with the workflow's words around the person's", async () => {
    const comfyui = await server();
    const { request: exact } = await generatorOn([comfyui]).generate(request({ negative: "wings", guidance: 5 }));
    const [{ id, workflow }] = comfyui.begun;
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(workflow["6"].inputs.text).toMatch(/^pixel art, red dragon, game sprite/);
    expect(workflow["7"].inputs.text).toMatch(/^wings, 3d render/);
    expect(workflow["3"].inputs).toMatchObject({ seed: 7, steps: 2, cfg: 5 });
    expect(workflow["5"].inputs).toMatchObject({ width: 128, height: 128, batch_size: 1 });
    expect(workflow["4"].inputs.ckpt_name).toBe("sd_xl_base_1.0.safetensors");
    expect(exact).toMatchObject({ workflow: "sdxl-sprite", model: "sd_xl_base_1.0.safetensors", loras: [], steps: 2 });
  });

  it("uses this project's own nodes where the server has them: a CUDA graph, a decoder, and uncompressed pictures", async () => {
    const comfyui = await server({ hasOwnNodes: true, loras: { "glow.safetensors": lora("sdxl_base_v1-0") } });
    await generatorOn([comfyui]).generate(request({ loras: [{ name: "glow", strength: 1 }] }));
    const { workflow } = comfyui.begun[0];
    expect(workflow["3"].inputs.model).toEqual(["3-model", 0]);
    expect(workflow["3-model"]).toEqual({ class_type: "DgxPixelsCudaGraphs", inputs: { model: ["lora-1", 0] } });
    expect(workflow["8"]).toEqual({ class_type: "DgxPixelsDecode", inputs: { samples: ["3", 0], vae: ["4", 2] } });
    expect(workflow["9"]).toEqual({ class_type: "DgxPixelsPicture", inputs: { images: ["8", 0] } });
  });

  it("reads a picture from the disk that it shares with the server, and fetches it where it does not", async () => {
    const temporary = await mkdtemp(join(tmpdir(), "dgx-pixels-pictures-"));
    open.push(() => rm(temporary, { recursive: true }));
    const [beside, elsewhere] = [await server({ hasOwnNodes: true, temporary }), await server({ hasOwnNodes: true })];
    const { raster } = await generatorOn([beside]).generate(request());
    expect(raster).toEqual((await generatorOn([elsewhere]).generate(request())).raster);
    expect([beside.views.length, elsewhere.views.length]).toEqual([0, 1]);
  });

  it("leaves the networks of a person's own workflow alone", async () => {
    const workflows = await mkdtemp(join(tmpdir(), "dgx-pixels-workflows-"));
    open.push(() => rm(workflows, { recursive: true }));
    for (const ending of [".json", ".slots.json"])
      await copyFile(join(builtInTemplates, `sdxl-sprite${ending}`), join(workflows, `mine${ending}`));
    const comfyui = await server({ hasOwnNodes: true });
    await generatorOn([comfyui], { workflows }).generate(request({ workflow: "mine" }));
    expect(comfyui.begun[0].workflow["3"].inputs.model).toEqual(["4", 0]);
    expect(comfyui.begun[0].workflow["8"].class_type).toBe("VAEDecode");
  });

  it("chains LoRAs by name between the model and all that use it", async () => {
    const comfyui = await server({
      loras: { "style/knight.safetensors": lora("sdxl_base_v1-0"), "glow.safetensors": lora("sdxl_base_v1-0") },
    });
    const loras = [
      { name: "knight", strength: 0.8 },
      { name: "glow", strength: -1 },
    ];
    const { request: exact, notes } = await generatorOn([comfyui]).generate(request({ loras }));
    const { workflow } = comfyui.begun[0];
    expect(workflow["lora-1"].inputs).toMatchObject({ lora_name: "style/knight.safetensors", model: ["4", 0] });
    expect(workflow["lora-2"].inputs).toMatchObject({
      lora_name: "glow.safetensors",
      strength_model: -1,
      strength_clip: -1,
      model: ["lora-1", 0],
      clip: ["lora-1", 1],
    });
    expect(workflow["3"].inputs.model).toEqual(["lora-2", 0]);
    expect(workflow["6"].inputs.clip).toEqual(["lora-2", 1]);
    expect(workflow["8"].inputs.vae).toEqual(["4", 2]);
    expect(exact.loras).toEqual([
      { name: "style/knight.safetensors", strength: 0.8 },
      { name: "glow.safetensors", strength: -1 },
    ]);
    expect(notes).toEqual([]);
  });

  it("brings the workflow's own LoRAs where the server has them, and tells when it has not", async () => {
    const without = await generatorOn([await server()]).generate(request());
    expect(without.notes).toEqual([
      "Drawn without the LoRA pixel-art-xl, which the workflow sdxl-sprite brings and the server lacks",
    ]);
    const comfyui = await server({ loras: { "pixel-art-xl-v1.1.safetensors": lora("sdxl_base_v1-0") } });
    const brought = await generatorOn([comfyui]).generate(request());
    expect(brought.request.loras).toEqual([{ name: "pixel-art-xl-v1.1.safetensors", strength: 1.2 }]);
    // An empty list is a wish too.
    expect((await generatorOn([comfyui]).generate(request({ loras: [] }))).request.loras).toEqual([]);
  });

  it("uploads pictures and masks, and keeps what the mask keeps", async () => {
    const comfyui = await server();
    const mask = createRaster(32, 32);
    for (let pixel = 0; pixel < 32 * 16; pixel++) mask.data.set([255, 255, 255, 255], pixel * 4);
    const source = {
      png: square(32, [10, 200, 30, 255]),
      strength: 1,
      mask: Buffer.from(encodePng(mask)).toString("base64"),
    };
    const { raster, request: exact } = await generatorOn([comfyui]).generate(request({ source }));
    expect(exact.workflow).toBe("sdxl-inpaint");
    expect([...comfyui.uploads.keys()].sort()).toEqual([
      expect.stringMatching(/^dgx-pixels\/mask-[0-9a-f]{32}\.png$/),
      expect.stringMatching(/^dgx-pixels\/picture-[0-9a-f]{32}\.png$/),
    ]);
    const lower = raster.data.subarray(32 * 16 * 4);
    expect(lower.every((value, at) => value === [10, 200, 30, 255][at % 4])).toBe(true);
    expect(raster.data.subarray(0, 32 * 16 * 4)).not.toEqual(lower);
  });

  it("draws a batch in one job, whoever asks for which picture of it", async () => {
    const comfyui = await server();
    const generator = generatorOn([comfyui]);
    const ask = (index: number) => generator.generate(request({ workflow: "sdxl-batch", batch: { count: 3, index } }));
    const [first, second, third] = await Promise.all([ask(0), ask(1), ask(2)]);
    expect(comfyui.begun).toHaveLength(1);
    expect(comfyui.begun[0].workflow["5"].inputs.batch_size).toBe(3);
    expect(first.raster.data).not.toEqual(second.raster.data);
    expect(second.raster.data).not.toEqual(third.raster.data);
    expect((await ask(1)).raster.data).toEqual(second.raster.data);
  });

  it("fetches each picture of a batch while the server writes the next, where it has the node for that", async () => {
    const [able, unable] = [await server({ stepMs: 30 }), await server({ lacks: ["ImageFromBatch"] })];
    const drawn = (generator: Generator) =>
      Promise.all(
        [0, 1, 2].map(async (index) => {
          const asked = request({ workflow: "sdxl-batch", batch: { count: 3, index } });
          return (await generator.generate(asked)).raster.data;
        }),
      );
    const split = await drawn(generatorOn([able]));
    expect(split).toEqual(await drawn(generatorOn([unable])));
    expect(able.views).toHaveLength(3);
    expect(able.views[0].isRunning).toBe(true);
  });

  it("leaves the ground transparent unless an opaque one is asked for", async () => {
    const generator = generatorOn([await server()]);
    const clear = await generator.generate(request());
    expect(clear.raster.data[3]).toBe(0);
    expect(clear.raster.data[(16 * 32 + 16) * 4 + 3]).toBe(255);
    expect((await generator.generate(request({ background: "opaque" }))).raster.data[3]).toBe(255);
  });
});

describe("progress", () => {
  it.each([false, true])("has a preview at every step (old server: %s)", async (isOld) => {
    const heard: Progress[] = [];
    const generator = generatorOn([await server({ isOld, stepMs: 40 })]);
    await generator.generate(request({ steps: 3 }), { onProgress: (progress) => heard.push(progress) });
    expect(heard[0]).toEqual({ kind: "loading", what: "model sd_xl_base_1.0.safetensors" });
    expect(heard.slice(1)).toEqual(
      [1, 2, 3].map((step) => ({
        kind: "step",
        step,
        steps: 3,
        preview: expect.objectContaining({ width: 8, height: 8 }),
      })),
    );
  });

  it("counts the steps of all samplers of a workflow", async () => {
    const steps: number[] = [];
    const generator = generatorOn([await server()]);
    await generator.generate(request({ tile: true, steps: 2 }), {
      onProgress: (progress) => progress.kind === "step" && steps.push(progress.step),
    });
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe("what does not fit is refused in one sentence", () => {
  it.each<[string, DoubleOptions, Partial<GenerationRequest>, string, RegExp]>([
    [
      "a LoRA of another base model",
      { loras: { "old.safetensors": lora("sd_v1") } },
      { loras: [{ name: "old", strength: 1 }] },
      "unsupported",
      /^Cannot use the LoRA old\.safetensors with the workflow sdxl-sprite on .*: it is made for Stable Diffusion 1\.5, the workflow for SDXL; choose another$/,
    ],
    [
      "a checkpoint of another base model",
      {},
      { workflow: "sd15-sprite", model: "sd_xl_base_1.0" },
      "unsupported",
      /^Cannot use the checkpoint sd_xl_base_1\.0\.safetensors .* it is made for SDXL/,
    ],
    [
      "a checkpoint that is not there",
      {},
      { model: "juggernaut" },
      "model-missing",
      /^Cannot use the checkpoint juggernaut: ComfyUI at .* has sd_xl_base_1\.0\.safetensors$/,
    ],
    ["no checkpoint at all", { checkpoints: {} }, {}, "model-missing", /the server has no checkpoint/],
    [
      "a name that fits two LoRAs",
      { loras: { "glow-a.safetensors": {}, "glow-b.safetensors": {} } },
      { loras: [{ name: "glow", strength: 1 }] },
      "model-missing",
      /^Cannot tell which LoRA "glow" is/,
    ],
    [
      "a required LoRA that is not there",
      {},
      { workflow: "sdxl-sprite-fast" },
      "model-missing",
      /^Cannot use the workflow sdxl-sprite-fast on .*: it needs the LoRA lcm-lora-sdxl; dgx-pixels comfyui models/,
    ],
    [
      "a node that the server lacks",
      { lacks: ["KSampler"] },
      {},
      "workflow-invalid",
      /^Cannot use the workflow sdxl-sprite on .*: it needs the node KSampler \(node 3\), which the server does not have/,
    ],
    [
      "a workflow that is not there",
      {},
      { workflow: "nope" },
      "unsupported",
      /^Cannot use the workflow nope: there is sd15/,
    ],
    ["a look by name", {}, { style: "kenney" }, "unsupported", /^Cannot use the style kenney with ComfyUI/],
    ["a picture for a workflow without", {}, { workflow: "sdxl-img2img" }, "unsupported", /without a picture/],
    [
      "a batch of a workflow without",
      {},
      { batch: { count: 2, index: 0 } },
      "unsupported",
      /^Cannot draw a batch with the workflow sdxl-sprite: use sdxl-batch$/,
    ],
    [
      "a node that fails while it draws",
      { failsIn: "KSampler" },
      {},
      "model-failed",
      /^Cannot draw with ComfyUI at .*: KSampler \(node 3\) failed with "Allocation on device 0 .*\(out of memory\)"; see the server's log$/,
    ],
  ])("%s", async (_what, options, changes, code, message) => {
    const comfyui = await server(options);
    const error = await generatorOn([comfyui])
      .generate(request(changes))
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "GeneratorError", code, message: expect.stringMatching(message) });
    // Others are served as ever.
    expect(comfyui.queue()).toEqual({ running: undefined, pending: [] });
  });

  it("but a model that was added meanwhile is found", async () => {
    const comfyui = await server({ checkpoints: {} });
    const generator = generatorOn([comfyui], { timing: { keepMs: 0 } });
    await expect(generator.generate(request())).rejects.toThrow("has no checkpoint");
    comfyui.addModel("checkpoints", "new.safetensors", { "modelspec.architecture": "stable-diffusion-xl-v1-base" });
    expect((await generator.generate(request())).request.model).toBe("new.safetensors");
  });
});
