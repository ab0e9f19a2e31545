import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { benchSuites, runSuite } from "#bench";

/** ComfyUI's double as a program of its own, which draws at once: what is left is our own part. */
const double = join(import.meta.dirname, "../src/generators/comfyui/double/main.ts");
const { signal } = new AbortController();
const nowhere = [{ url: "http://127.0.0.1:9" }];
const config = { models: "/nowhere", threads: 1 };
const suite = benchSuites({ config, comfyui: nowhere }).find(({ name }) => name === "comfyui");

it("bench comfyui measures every workflow that the server can run, and says which it cannot", async () => {
  const server = spawn(process.execPath, [double], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void server.kill("SIGKILL"));
  const [line] = (await once(server.stdout, "data")) as [Buffer];
  const url = line.toString().trim();
  if (suite === undefined) throw new Error("there is no suite comfyui");
  const report = await runSuite(suite, { signal, options: { url, seeds: 1, canvas: 64 } });
  expect(report).toMatchObject({ comfyui: "0.33.0", device: "cpu", picturesPerWorkflow: 1 });
  expect(report.skipped).toMatch(/sdxl-sprite-fast: Cannot use the workflow sdxl-sprite-fast .* lcm-lora-sdxl/);
  const rows = report.workflows as readonly Record<string, number>[];
  expect(rows.map(({ workflow }) => workflow)).toEqual([
    "sdxl-batch",
    "sdxl-img2img",
    "sdxl-inpaint",
    "sdxl-sprite",
    "sdxl-tile",
    "sdxl-variations",
  ]);
  for (const row of rows) {
    expect(row.p95Seconds).toBeGreaterThanOrEqual(row.p50Seconds);
    expect(row.imagesPerMinute).toBeGreaterThan(0);
    expect(row.ownMillisecondsPerJob).toBeGreaterThan(0);
    expect(row.peakVramMegabytes).toBe(4000);
  }
});

it("bench comfyui fails where no server answers", async () => {
  if (suite === undefined) throw new Error("there is no suite comfyui");
  await expect(runSuite(suite, { signal })).rejects.toThrow("Cannot reach ComfyUI at http://127.0.0.1:9");
});

/** A folder as ComfyUI's, whose program is the double, to be run by Node; it knows no sage attention. */
function sampleInstallation(): string {
  const folder = mkdtempSync(join(tmpdir(), "comfyui-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const program = new URL("./comfyui-double.ts", pathToFileURL(double)).href;
  writeFileSync(
    join(folder, "main.py"),
    `const flags = process.argv.slice(2);
     if (flags.includes("--use-sage-attention")) { console.error("No module named sageattention"); process.exit(1); }
     if (flags.includes("--gpu-only") && process.env.OMP_NUM_THREADS !== "1") process.exit(2);
     const port = Number(flags[flags.indexOf("--port") + 1]);
     import(${JSON.stringify(program)}).then(({ startComfyuiDouble }) => startComfyuiDouble({ port, stepMs: 0 }));`,
  );
  for (const shape of ["sdxl", "sdxl-tiny"])
    for (const file of ["checkpoints/random-sdxl.safetensors", "loras/random-lcm-lora-sdxl.safetensors"]) {
      const path = join(folder, "dgx-pixels-bench", shape, "models", file);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, "");
    }
  return folder;
}

it("bench comfyui starts a server for each way to tune it, and says which it could not", async () => {
  if (suite === undefined) throw new Error("there is no suite comfyui");
  const options = {
    comfyui: sampleInstallation(),
    python: process.execPath,
    tunings: "usual,sage-attention,light,graphs",
    workflows: "sdxl-sprite",
    seeds: 1,
    canvas: 64,
  };
  const told: string[] = [];
  const report = await runSuite(suite, { signal, options, log: (text) => told.push(text) });
  const rows = report.workflows as readonly Record<string, number>[];
  expect(rows.map(({ tuning, workflow }) => `${tuning} ${workflow}`)).toEqual([
    "usual sdxl-sprite",
    "light sdxl-sprite",
  ]);
  expect(report.checkpoint).toMatch(/^random weights in the shape of sdxl/);
  expect(report.skipped).toMatch(/^sage-attention: Cannot start ComfyUI in .*: it ended with 1: No module named sage/);
  expect(report.skipped).toMatch(
    /; graphs: Cannot measure with the nodes .*: ComfyUI has no DgxPixelsCudaGraphs; see /,
  );
  // Whoever cuts a run off has all figures of what was measured.
  const [row] = rows;
  const figures = Object.entries(row).filter(([name]) => !["tuning", "workflow"].includes(name));
  expect(told).toContain(`sdxl-sprite (usual): ${figures.map((figure) => figure.join(" ")).join(", ")}`);
});

it.each([
  [{ comfyui: "/nowhere" }, /^Cannot start ComfyUI in .*nowhere: it has no main.py; name its folder$/],
  [{ comfyui: "/nowhere", tunings: "turbo" }, /^Cannot tune ComfyUI as turbo: choose usual, one-thread/],
  [{ comfyui: "/nowhere", url: "http://127.0.0.1:9" }, /^Cannot measure both --url and --comfyui: leave one out$/],
  [{ tunings: "usual" }, /^Cannot tune a server that runs already: give --comfyui with its folder$/],
])("bench comfyui refuses %o in one sentence", async (options, message) => {
  if (suite === undefined) throw new Error("there is no suite comfyui");
  await expect(runSuite(suite, { signal, options })).rejects.toThrow(message);
});
