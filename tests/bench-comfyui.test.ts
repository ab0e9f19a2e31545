import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
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
