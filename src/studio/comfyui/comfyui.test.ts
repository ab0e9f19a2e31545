import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listModels, modelInfo, verifyModels } from "./models.ts";
import { planSetup, shellWords } from "./plan-setup.ts";
import { runSetup } from "./run-setup.ts";
import { type ComfyuiAccess, comfyuiStatus } from "./servers.ts";
import { addWorkflow, checkWorkflowOn, listWorkflows, showWorkflow } from "./workflows.ts";

let folder: string;
let server: Server;
let access: ComfyuiAccess;

/** The little of ComfyUI that these verbs ask for; whole servers are the generator's tests' business. */
const nodes: Readonly<Record<string, object>> = {
  CheckpointLoaderSimple: { input: { required: { ckpt_name: [["sd_xl_base_1.0.safetensors"], {}] } } },
  CLIPTextEncode: { input: { required: { text: ["STRING", {}], clip: ["CLIP"] } } },
  EmptyLatentImage: { input: { required: { width: ["INT", {}], height: ["INT", {}], batch_size: ["INT", {}] } } },
  KSampler: { input: { required: { seed: ["INT", {}], steps: ["INT", {}], sampler_name: [["euler", "lcm"], {}] } } },
  VAEDecode: { input: { required: { samples: ["LATENT"], vae: ["VAE"] } } },
  SaveImage: { input: { required: { images: ["IMAGE"] } }, output_node: true },
};

const answers: Readonly<Record<string, unknown>> = {
  "/system_stats": {
    system: { os: "linux", comfyui_version: "0.33.0", pytorch_version: "2.9.0", argv: ["main.py", "--cpu"] },
    devices: [{ name: "cpu", type: "cpu", vram_total: 24e9, vram_free: 20e9 }],
  },
  "/prompt": { exec_info: { queue_remaining: 2 } },
  "/experiment/models/checkpoints": [{ name: "sd_xl_base_1.0.safetensors", size: 6_938_078_334 }],
  "/experiment/models/loras": [{ name: "style/glow.safetensors", size: 1234 }],
  "/experiment/models/vae": [],
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-comfyui-"));
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://here");
    const node = /^\/object_info\/(.+)$/.exec(pathname)?.[1];
    const answer =
      node !== undefined
        ? node in nodes
          ? { [node]: nodes[node] }
          : {}
        : pathname === "/view_metadata/loras"
          ? {
              ss_base_model_version: "sdxl_base_v1-0",
              ss_tag: searchParams.get("filename"),
              "modelspec.license": "CC0-1.0",
              "modelspec.trigger_phrase": "soft glow",
            }
          : answers[pathname];
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  access = {
    servers: [{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }],
    workflows: join(folder, "workflows"),
    models: fileURLToPath(new URL("../../../models", import.meta.url)),
  };
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const away = () => ({ ...access, servers: [{ url: "http://127.0.0.1:9" }] });

/** A workflow as a person exports it, with ids and order of their own. */
const own = {
  "12": { class_type: "SaveImage", inputs: { images: ["11", 0], filename_prefix: "mine" } },
  "11": { class_type: "VAEDecode", inputs: { samples: ["10", 0], vae: ["1", 2] } },
  "10": {
    class_type: "KSampler",
    inputs: {
      seed: 5,
      steps: 24,
      cfg: 6.5,
      sampler_name: "euler",
      denoise: 1,
      model: ["1", 0],
      positive: ["3", 0],
      negative: ["4", 0],
      latent_image: ["5", 0],
    },
  },
  "5": { class_type: "EmptyLatentImage", inputs: { width: 768, height: 768, batch_size: 1 } },
  "4": { class_type: "CLIPTextEncode", inputs: { text: "blurry", clip: ["1", 1] } },
  "3": { class_type: "CLIPTextEncode", inputs: { text: "a castle", clip: ["1", 1] } },
  "1": { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "my-own.safetensors" } },
};

async function file(content: unknown, name = "My Castle.json"): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("comfyuiStatus", () => {
  it("tells how every server does, also of one that is away", async () => {
    const both = { ...access, servers: [...access.servers, ...away().servers] };
    expect(await comfyuiStatus(both)).toEqual([
      {
        url: access.servers[0].url,
        isReachable: true,
        version: "0.33.0",
        pytorch: "2.9.0",
        queued: 2,
        devices: [{ name: "cpu", kind: "cpu", memoryBytes: 24e9, freeBytes: 20e9 }],
        checkpoints: 1,
        loras: 1,
        arguments: ["--cpu"],
      },
      {
        url: "http://127.0.0.1:9",
        isReachable: false,
        why: expect.stringMatching(/^Cannot reach ComfyUI at http:\/\/127\.0\.0\.1:9: /),
      },
    ]);
  });
});

describe("models", () => {
  it("lists the embedded one and those of the servers, with what is known of them", async () => {
    const { models, problems } = await listModels({ ...access, servers: [...access.servers, ...away().servers] });
    expect(models[0]).toMatchObject({ kind: "embedded", place: "here", hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(models.slice(1)).toEqual([
      {
        name: "sd_xl_base_1.0.safetensors",
        kind: "checkpoint",
        place: access.servers[0].url,
        bytes: 6_938_078_334,
        baseModel: "SDXL",
        hash: expect.stringMatching(/^31e35c80/),
        license: "CreativeML Open RAIL++-M",
      },
      {
        name: "style/glow.safetensors",
        kind: "LoRA",
        place: access.servers[0].url,
        bytes: 1234,
        baseModel: "SDXL",
        hash: undefined,
        license: "CC0-1.0",
        triggerWords: "soft glow",
      },
    ]);
    expect(problems).toEqual([expect.stringContaining("Cannot reach ComfyUI at http://127.0.0.1:9")]);
  });

  it("describes one by a part of its name, and says when there is none", async () => {
    const [glow] = await modelInfo(access, "glow");
    expect(glow.metadata).toMatchObject({ ss_base_model_version: "sdxl_base_v1-0", ss_tag: "style/glow.safetensors" });
    await expect(modelInfo(access, "nothing")).rejects.toThrow(
      "Cannot find the model nothing: models list shows those",
    );
  });

  it("are verified by their hashes", async () => {
    const installation = join(folder, "ComfyUI");
    await mkdir(join(installation, "models/loras"), { recursive: true });
    await writeFile(join(installation, "models/loras/lcm-lora-sdxl.safetensors"), "not the real one");
    await writeFile(join(installation, "models/loras/mine.safetensors"), "mine");
    await writeFile(join(installation, "models/loras/readme.txt"), "no model");
    const verified = await Array.fromAsync(verifyModels(access, installation));
    const sprite = verified.filter(({ file }) => file.includes("sprite"));
    expect(sprite.length).toBeGreaterThan(3);
    expect(sprite.every(({ verdict }) => verdict === "ok")).toBe(true);
    expect(verified.slice(sprite.length)).toEqual([
      {
        file: join("models", "loras", "lcm-lora-sdxl.safetensors"),
        bytes: 16,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        verdict: "altered",
        expected: expect.stringMatching(/^a764e685/),
      },
      expect.objectContaining({ file: join("models", "loras", "mine.safetensors"), verdict: "unknown" }),
    ]);
    await expect(Array.fromAsync(verifyModels(access, join(folder, "nothing")))).rejects.toThrow(
      "name a ComfyUI folder",
    );
  });
});

describe("workflows", () => {
  it("lists those that come along", async () => {
    expect((await listWorkflows(access)).map(({ name }) => name)).toContain("sdxl-tile");
  });

  it("takes in a person's own, and finds its slots", async () => {
    const { template, notes, file: target } = await addWorkflow(access, await file(own));
    expect(template.name).toBe("my-castle");
    expect(target).toBe(join(access.workflows, "my-castle.json"));
    expect(notes).toEqual([]);
    expect(template.map).toMatchObject({
      slots: {
        prompt: ["3.text"],
        negative: ["4.text"],
        seed: ["10.seed"],
        steps: ["10.steps"],
        guidance: ["10.cfg"],
        model: ["1.ckpt_name"],
        width: ["5.width"],
        height: ["5.height"],
        batch: ["5.batch_size"],
      },
      output: "12",
      lorasAfter: "1",
      canvas: 768,
      defaults: { steps: 24, guidance: 6.5 },
    });
    expect(template.map.slots).not.toHaveProperty("strength");
    expect(await showWorkflow(access, "my-castle")).toEqual({ ...template, isBuiltIn: false });
    expect((await listWorkflows(access)).map(({ name }) => name)).toContain("my-castle");
  });

  it("lets a person say what was guessed wrong, and replaces one only when told to", async () => {
    const path = await file(own);
    const options = { name: "castle", slots: ["prompt=4.text", "prompt=3.text"], sizes: [48], description: "Castles" };
    const { template } = await addWorkflow(access, path, options);
    expect(template.map).toMatchObject({
      slots: { prompt: ["4.text", "3.text"] },
      sizes: [48],
      description: "Castles",
    });
    await expect(addWorkflow(access, path, options)).rejects.toThrow("Cannot add the workflow castle: there is one");
    await addWorkflow(access, path, { ...options, sizes: [64], force: true });
    expect((await showWorkflow(access, "castle")).map.sizes).toEqual([64]);
  });

  it.each<[string, unknown, object, RegExp]>([
    [
      "the editor's own format",
      { nodes: [], links: [] },
      {},
      /^Cannot use the workflow .*: it is the editor's own format/,
    ],
    ["what is no JSON", "{", {}, /^Cannot read the workflow .*: it is not JSON/],
    ["no output", { "1": own["1"] }, {}, /^Cannot use the workflow .*: no node of it gives pictures back/],
    [
      "two outputs",
      { ...own, "13": { class_type: "PreviewImage", inputs: { images: ["11", 0] } } },
      {},
      /^Cannot tell which pictures of the workflow .*: its nodes 12 and 13 give some; name one with --output$/,
    ],
    [
      "an unknown node",
      { ...own, "11": { class_type: "FancyDecode", inputs: { samples: ["10", 0] } } },
      {},
      /^Cannot add the workflow my-castle: on .* it needs the node FancyDecode \(node 11\), which the server does not have/,
    ],
    [
      "a bad choice",
      { ...own, "10": { ...own["10"], inputs: { ...own["10"].inputs, sampler_name: "magic" } } },
      {},
      /KSampler \(node 10\) has sampler_name "magic", and takes euler, lcm$/,
    ],
    ["an unknown slot", own, { slots: ["color=1.x"] }, /^Cannot use the slot color=1\.x: give one of prompt, negative/],
    ["a slot that is not there", own, { slots: ["prompt=99.text"] }, /it has no node 99/],
    ["a bad name", own, { name: "My Castle" }, /^Cannot call a workflow "My Castle": use lower-case/],
  ])("refuses %s in one sentence, and writes nothing", async (_what, content, options, message) => {
    const path = await file(content);
    await expect(addWorkflow(access, path, options)).rejects.toThrow(message);
    await expect(stat(access.workflows)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("says what it could not check or make out", async () => {
    const { notes } = await addWorkflow(away(), await file({ ...own, "3": { class_type: "Styler", inputs: {} } }));
    expect(notes).toEqual([
      "It has no slot for the prompt: every picture has the workflow's own; name one with --slot prompt=NODE.INPUT",
      "No ComfyUI server answered, so its nodes could not be checked",
    ]);
  });

  it("are checked on every server, by name or as a file", async () => {
    const both = { ...access, servers: [...access.servers, ...away().servers] };
    const { servers } = await checkWorkflowOn(both, "sdxl-tile");
    expect(servers[0]).toMatchObject({ isReachable: true });
    expect(servers[0].problems).toContainEqual(
      expect.stringMatching(/^it needs the node LatentCrop \(node 20\), which/),
    );
    expect(servers[1]).toMatchObject({ isReachable: false });
    expect((await checkWorkflowOn(access, await file(own))).servers[0].problems).toEqual([]);
  });
});

describe("setup", () => {
  it.each([
    ["gb10", "whl/cu130", "--reserve-vram 16 --disable-dynamic-vram"],
    ["cpu", "whl/cpu", "--cpu"],
    ["gpu", "torchaudio", "exec env OMP_NUM_THREADS=1 "],
    ["gpu", "torchaudio", "--preview-size 128 --disable-dynamic-vram"],
  ] as const)("on %s has the right packages and flags", (target, torch, flag) => {
    const plan = planSetup("/opt/with space", { target, port: 9000 });
    const lines = plan.steps.map(({ command }) => shellWords(command));
    expect(lines[0]).toMatch(/^git clone .* --branch v0\.33\.0 .* '\/opt\/with space\/ComfyUI'$/);
    expect(lines[2]).toContain(torch);
    expect(shellWords(plan.start)).toContain("--listen 127.0.0.1 --port 9000");
    expect(lines.at(-2)).toMatch(/^cp -R .*comfyui_nodes '\/opt\/with space\/ComfyUI\/custom_nodes\/dgx-pixels'$/);
    expect(lines.at(-1)).toBe(
      "(cd '/opt/with space/ComfyUI' && '/opt/with space/venv/bin/python' main.py --quick-test-for-ci --cpu)",
    );
    expect(plan.startScript.content).toContain(flag);
    expect(plan.notes.join()).toContain("no login");
  });

  it("is carried out step by step, and leaves a script that starts it", async () => {
    const target = join(folder, "new");
    const plan = planSetup(target, { target: "cpu" });
    const echo = (word: string) => ({ title: word, command: { program: "echo", arguments: [word] } });
    const steps: string[] = [];
    let output = "";
    await runSetup(
      { ...plan, steps: [echo("one"), echo("two")] },
      {
        onStep: (title) => steps.push(title),
        onOutput: (text) => {
          output += text;
        },
      },
    );
    expect([steps, output]).toEqual([["one", "two"], "one\ntwo\n"]);
    expect((await stat(plan.startScript.file)).mode & 0o111).not.toBe(0);
    expect(await readFile(plan.startScript.file, "utf8")).toContain("--cpu");
    await expect(runSetup({ ...plan, steps: [] })).rejects.toThrow(`Cannot install into ${target}: there is something`);
  });

  it("stops at a step that fails, with the last word of it", async () => {
    const plan = planSetup(join(folder, "new"), { target: "cpu" });
    const fail = { title: "fails", command: { program: "sh", arguments: ["-c", "echo no network >&2; exit 3"] } };
    await expect(runSetup({ ...plan, steps: [fail] })).rejects.toThrow(/it ended with 3: no network$/);
    await rm(join(folder, "new"), { recursive: true });
    const missing = { title: "missing", command: { program: "no-such-program", arguments: [] } };
    await expect(runSetup({ ...plan, steps: [missing] })).rejects.toThrow("Cannot run no-such-program");
  });
});
