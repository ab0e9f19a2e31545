import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { comfyuiSuite } from "./comfyui-suite.ts";
import { runSuite } from "./suite.ts";

/** ComfyUI's double, which draws at once: what is left is our own part. */
const double = fileURLToPath(new URL("../generators/comfyui/double/main.ts", import.meta.url));
const { signal } = new AbortController();

it("measures every workflow that the server can run, and says which it cannot", async () => {
  const server = spawn(process.execPath, [double], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void server.kill("SIGKILL"));
  const [line] = (await once(server.stdout, "data")) as [Buffer];
  const url = line.toString().trim();
  const workflows = ["sdxl-sprite", "sdxl-batch", "sdxl-sprite-fast"];
  const suite = comfyuiSuite({ servers: [{ url: "http://127.0.0.1:9" }], workflows });
  const report = await runSuite(suite, { signal, options: { url, seeds: 2, canvas: 64 } });
  expect(report).toMatchObject({ comfyui: "0.33.0", device: "cpu", picturesPerWorkflow: 2 });
  expect(report.skipped).toMatch(/^sdxl-sprite-fast: Cannot use the workflow sdxl-sprite-fast .* lcm-lora-sdxl/);
  const rows = report.workflows as readonly Record<string, number>[];
  expect(rows.map(({ workflow }) => workflow)).toEqual(["sdxl-sprite", "sdxl-batch"]);
  for (const row of rows) {
    expect(row.p95Seconds).toBeGreaterThanOrEqual(row.p50Seconds);
    expect(row.imagesPerMinute).toBeGreaterThan(0);
    expect(row.ownMillisecondsPerJob).toBeGreaterThan(0);
    expect(row.peakVramMegabytes).toBe(4000);
  }
});

it("fails where no server answers", async () => {
  const suite = comfyuiSuite({ servers: [{ url: "http://127.0.0.1:9" }] });
  await expect(runSuite(suite, { signal })).rejects.toThrow("Cannot reach ComfyUI at http://127.0.0.1:9");
});
