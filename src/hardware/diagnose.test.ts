import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { fakeMachine } from "./fake-machine.ts";
import { type Check, diagnose, type Machine } from "./index.ts";

const weights = "weights";
const manifest = {
  files: { "model.onnx": { bytes: weights.length, sha256: createHash("sha256").update(weights).digest("hex") } },
};
const goodFiles = {
  "/proc/cpuinfo": "model name : A CPU\nflags : avx2 avx512_vnni\n",
  "/proc/meminfo": "MemTotal: 8388608 kB\nMemAvailable: 4194304 kB\n",
};
const comfyui = async () => Response.json({ system: { comfyui_version: "0.3.60" } });

const aWarning = { status: "warning", remedy: expect.stringMatching(/\w{4}/) };
const aProblem = { status: "problem", remedy: expect.stringMatching(/\w{4}/) };

/** Diagnoses a machine where all is well but for the changes; gives the checks by id. */
async function diagnosed({
  machine = {},
  config = {},
  fetch = comfyui,
  signal,
}: {
  machine?: Partial<Machine> & { files?: Record<string, string> };
  config?: { library?: string; models?: string };
  fetch?: typeof globalThis.fetch;
  signal?: AbortSignal;
} = {}): Promise<{ folder: string; ids: string[]; checks: Record<string, Check> }> {
  const folder = mkdtempSync(join(tmpdir(), "dgx-pixels-diagnose-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "models", "sprite"), { recursive: true });
  writeFileSync(join(folder, "models", "sprite", "model.onnx"), weights);
  writeFileSync(join(folder, "models", "sprite", "model.json"), JSON.stringify(manifest));
  const list = await diagnose({
    config: {
      library: join(folder, "library"),
      models: join(folder, "models"),
      comfyui: ["http://127.0.0.1:8188"],
      comfyuiToken: undefined,
      workflows: "/nowhere",
      threads: 2,
      ...config,
    },
    machine: fakeMachine({
      files: goodFiles,
      run: async () => ({
        exitCode: 0,
        stdout: "NVIDIA H100, 81559, 570.1, 9.0\nNVIDIA T4, [Unknown Error], [N/A], 7.5\n",
        stderr: "",
      }),
      ...machine,
    }),
    fetch,
    signal,
  });
  return { folder, ids: list.map(({ id }) => id), checks: Object.fromEntries(list.map((check) => [check.id, check])) };
}

test("a machine that lacks nothing", async () => {
  const { folder, ids, checks } = await diagnosed();
  expect(ids).toEqual(["node", "cpu", "memory", "models/sprite", "library", "disk", "gpu", "comfyui"]);
  expect(Object.values(checks).map(({ status }) => status)).toEqual(ids.map(() => "ok"));
  expect(checks.cpu.detail).toBe("A CPU, x64, 2 cores: avx2, avx512_vnni");
  expect(checks.memory.detail).toBe("4.0 GiB of 8.0 GiB free");
  expect(checks["models/sprite"].detail).toBe("its file is intact");
  expect(checks.library.detail).toBe(`${join(folder, "library")}, which the first sprite will make`);
  expect(checks.gpu.detail).toBe(
    "NVIDIA H100, 79.6 GiB, driver 570.1, compute capability 9.0; NVIDIA T4, memory not known, compute capability 7.5",
  );
  expect(checks.comfyui.detail).toBe("http://127.0.0.1:8188, version 0.3.60");
  expect(readdirSync(folder)).toEqual(["models"]);
});

test("a signal ends the reading of models", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(diagnosed({ signal })).rejects.toThrow("enough");
});

test("a library that exists", async () => {
  const { checks } = await diagnosed({ config: { library: tmpdir() } });
  expect(checks.library).toMatchObject({ status: "ok", detail: tmpdir() });
});

describe("each thing missing has a remedy", () => {
  test("an old Node is a problem", async () => {
    const { checks } = await diagnosed({ machine: { nodeVersion: "20.19.2" } });
    expect(checks.node).toMatchObject(aProblem);
    expect(checks.node.detail).toBe("version 20.19.2");
  });

  test("a CPU without an int8 dot product is a warning, an unknown one is not", async () => {
    const slow = { ...goodFiles, "/proc/cpuinfo": "model name : Old\nflags : avx2\n" };
    expect((await diagnosed({ machine: { files: slow } })).checks.cpu).toMatchObject(aWarning);
    const bare = { ...goodFiles, "/proc/cpuinfo": "model name : Bare\nflags : fpu\n" };
    const { checks } = await diagnosed({ machine: { files: bare, parallelism: 1 } });
    expect(checks.cpu.detail).toBe("Bare, x64, 1 core: no vector instructions");
    const unknown = await diagnosed({ machine: { files: {}, cpuModel: "A CPU" } });
    expect(unknown.checks.cpu).toMatchObject({ status: "ok", detail: "A CPU, x64, 2 cores: features not known" });
  });

  test("less than a gibibyte of memory is a warning", async () => {
    const files = { ...goodFiles, "/proc/meminfo": "MemTotal: 8388608 kB\nMemAvailable: 1048575 kB\n" };
    expect((await diagnosed({ machine: { files } })).checks.memory).toMatchObject(aWarning);
  });

  test("no GPU and no ComfyUI are warnings", async () => {
    const run = fakeMachine().run;
    const { checks } = await diagnosed({
      machine: { run },
      fetch: () => Promise.reject(new TypeError("fetch failed")),
    });
    expect(checks.gpu).toMatchObject(aWarning);
    expect(checks.comfyui).toMatchObject(aWarning);
    expect(checks.comfyui.detail).toBe("http://127.0.0.1:8188: fetch failed");
  });

  test("a broken driver is a warning", async () => {
    const { checks } = await diagnosed({
      machine: { run: async () => ({ exitCode: 9, stdout: "", stderr: "driver mismatch" }) },
    });
    expect(checks.gpu).toMatchObject(aWarning);
    expect(checks.gpu.detail).toBe("nvidia-smi failed: driver mismatch");
  });

  test("a ComfyUI without a version is fine", async () => {
    const { checks } = await diagnosed({ fetch: async () => Response.json({ system: {} }) });
    expect(checks.comfyui).toMatchObject({ status: "ok", detail: "http://127.0.0.1:8188, version not known" });
  });

  test("a library that cannot be written is a problem", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "dgx-pixels-diagnose-")), "file");
    onTestFinished(() => rmSync(join(file, ".."), { recursive: true }));
    writeFileSync(file, "");
    const { checks } = await diagnosed({ config: { library: file } });
    expect(checks.library).toMatchObject(aProblem);
    expect(checks.library.detail).toContain(file);
  });

  test("a models folder that is missing or empty is a problem", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dgx-pixels-diagnose-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const missing = await diagnosed({ config: { models: join(folder, "none") } });
    expect(missing.checks.models).toMatchObject(aProblem);
    expect(missing.checks.models.detail).toContain("ENOENT");
    const empty = await diagnosed({ config: { models: folder } });
    expect(empty.checks.models).toMatchObject(aProblem);
    expect(empty.checks.models.detail).toBe(`${folder} holds no model`);
  });

  test("model files that are missing, cut or altered are a problem, each named", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dgx-pixels-diagnose-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "one"));
    mkdirSync(join(folder, "two"));
    const file = manifest.files["model.onnx"];
    writeFileSync(join(folder, "one", "a"), "weightz");
    writeFileSync(join(folder, "one", "b"), "cut");
    mkdirSync(join(folder, "one", "d"));
    writeFileSync(join(folder, "one", "model.json"), JSON.stringify({ files: { a: file, b: file, c: file } }));
    const { ids, checks } = await diagnosed({ config: { models: folder } });
    expect(ids).toContain("models/two");
    expect(checks["models/one"]).toMatchObject(aProblem);
    expect(checks["models/one"].detail).toMatch(
      /^a has other content \(SHA-256 [0-9a-f]{64} instead of [0-9a-f]{64}\); b has 3 bytes instead of 7; c is missing$/,
    );
    expect(checks["models/two"]).toMatchObject(aProblem);
    expect(checks["models/two"].detail).toContain("Cannot check the model: there is no");
  });
});
