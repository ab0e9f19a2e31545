import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compareSuite } from "./compare-suite.ts";
import { librarySuite } from "./library-suite.ts";
import { pixelsSuite } from "./pixels-suite.ts";
import { paletteRows } from "./pixels-suite/palette-rows.ts";
import { ipcSuite } from "./ipc-suite.ts";
import { queueSuite } from "./queue-suite.ts";
import { sheetRows } from "./pixels-suite/sheet-rows.ts";
import { tilesetRows } from "./pixels-suite/tileset-rows.ts";
import { spriteSuite } from "./sprite-suite.ts";
import { runSuite } from "./suite.ts";
import { benchSuites } from "./suites.ts";
import { tuiSuite } from "./tui-suite.ts";

const config = {
  library: "unused",
  comfyui: ["http://127.0.0.1:1"],
  comfyuiToken: undefined,
  workflows: "/nowhere",
  models: fileURLToPath(new URL("../../models", import.meta.url)),
  threads: 1,
};
const { signal } = new AbortController();

describe("the suites", () => {
  it("are offered by name", () => {
    expect(benchSuites({ config, comfyui: [] }).map(({ name }) => name)).toEqual([
      "sprite",
      "library",
      "pixels",
      "grid",
      "animate",
      "style",
      "queue",
      "ipc",
      "comfyui",
      "compare",
      "tui",
    ]);
  });

  it("sprite draws for real and reports its four figures", async () => {
    const suite = spriteSuite(config, { cold: 1, warm: 1, batches: 1, batchSize: 2 });
    const { warmSecondsPerSprite, batchSecondsPerSprite, coldSeconds, peakMegabytes } = await runSuite(suite, {
      signal,
    });
    for (const figure of [warmSecondsPerSprite, batchSecondsPerSprite, coldSeconds, peakMegabytes])
      expect(figure).toBeGreaterThan(0);
  });

  it("pixels measures every row", async () => {
    const rows = [...paletteRows(16), ...sheetRows(20), ...tilesetRows(8)];
    const suite = pixelsSuite(config, { rows, warmups: 0, repetitions: 1, textures: 2 });
    const report = await runSuite(suite, { signal });
    for (const { name } of rows) expect(report[`${name}Milliseconds`]).toBeGreaterThanOrEqual(0);
    expect(report).toMatchObject({ blobTilesetPairs: 1036, blobTilesetBad: 0, surveySets: 24, surveySetsOver2: 0 });
    expect(report.atlasOf20FilledPercent).toBeGreaterThan(50);
  });

  it("library searches for real and names its slowest answer", async () => {
    const report = await runSuite(librarySuite(300), { signal });
    expect(report.rows).toBe(300);
    expect(report.slowestMilliseconds).toBeGreaterThanOrEqual(Number(report.rareWordMilliseconds));
  });

  it("queue runs jobs through SQLite, kills a worker, and does the same on Redis or says why not", async () => {
    const report = await runSuite(queueSuite({ jobs: 30, adds: 10, losses: 1, leaseMs: 300 }), { signal });
    expect(report.sqliteJobsPerSecond).toBeGreaterThan(0);
    expect(report.sqliteRecoveryLeases).toBeGreaterThan(0.3);
    expect(report.sqliteRecoveryLeases).toBeLessThan(20);
    expect(Number(report.bullmqJobsPerSecond) > 0 || String(report.bullmq).includes("redis-server")).toBe(true);
  });

  it("ipc asks, listens and comes back after a kill", async () => {
    const report = await runSuite(ipcSuite({ requests: 20, events: 20, restarts: 1 }), { signal });
    for (const figure of ["requestP50Milliseconds", "eventP50Milliseconds", "reconnectionMedianMilliseconds"])
      expect(report[figure]).toBeGreaterThan(0);
    expect(report.answerBytes).toBeGreaterThan(250);
  });

  it("compare draws its contenders alone and together", async () => {
    const report = await runSuite(compareSuite(config, { seeds: 1, rounds: 1, stepMs: 2 }), { signal });
    for (const figure of ["oneDeviceOverSumOfOwn", "ownDevicesOverSlowest", "sharedDevicesOverSlowest"])
      expect(report[figure]).toBeGreaterThan(0);
    expect(report.devicesSlowestSeconds).toBeGreaterThan(0.01);
  });

  it.skipIf(process.platform !== "linux")(
    "tui counts frames at a real pty and looks at the process that draws",
    async () => {
      const suite = tuiSuite(config, { sprites: 80, starts: 1, lookMs: 400, keys: 3 });
      const report = await runSuite(suite, { signal });
      for (const figure of [
        "framesPerSecond",
        "keyToPaintP50Milliseconds",
        "startToFirstFrameSeconds",
        "megabytesWithGallery",
      ])
        expect(report[figure]).toBeGreaterThan(0);
    },
  );
});
