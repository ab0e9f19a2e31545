import { describe, expect, test } from "vitest";
import type { Machine } from "#hardware";
import { formatReport } from "./format-report.ts";
import { type BenchSuite, type FigureTable, runSuite } from "./suite.ts";

const machine: Machine = {
  platform: "linux",
  architecture: "x64",
  nodeVersion: "26.10.0",
  cpuModel: "A CPU",
  parallelism: 2,
  totalMemoryBytes: 23.6 * 2 ** 30,
  freeMemoryBytes: 2 ** 30,
  readTextFile: () => {
    throw new Error("no files");
  },
  run: async () => ({ exitCode: 0, stdout: "NVIDIA T4, 15360, 570.1, 7.5\n", stderr: "" }),
};
const { signal } = new AbortController();
const suiteOf = (run: BenchSuite["run"]): BenchSuite => ({ name: "sprite", description: "Draws sprites.", run });

test("a report has the figures beside the suite's name and the machine", async () => {
  const lines: string[] = [];
  const suite = suiteOf(async ({ log, signal }) => {
    log(`aborted: ${signal.aborted}`);
    return { warmSecondsPerSprite: 0.25, model: "sprite-1" };
  });
  expect(await runSuite(suite, { signal, machine, log: (text) => lines.push(text) })).toEqual({
    suite: "sprite",
    environment: "linux x64, 2 cores, 24 GiB, NVIDIA T4, Node 26.10.0",
    warmSecondsPerSprite: 0.25,
    model: "sprite-1",
  });
  expect(lines).toEqual(["aborted: false"]);
});

test("by default it is this machine, and what is logged goes nowhere", async () => {
  const report = await runSuite(
    suiteOf(async ({ log }) => {
      log("unheard");
      return {};
    }),
    { signal },
  );
  expect(report.environment).toContain(`Node ${process.versions.node}`);
});

test("a single core is one core", async () => {
  const alone = { ...machine, parallelism: 1, run: async () => ({ exitCode: 0, stdout: "", stderr: "" }) };
  const report = await runSuite(
    suiteOf(async () => ({})),
    { signal, machine: alone },
  );
  expect(report.environment).toBe("linux x64, 1 core, 24 GiB, Node 26.10.0");
});

test("a suite that was cancelled before does not start", async () => {
  const suite = suiteOf(() => expect.unreachable());
  await expect(runSuite(suite, { signal: AbortSignal.abort(new Error("enough")), machine })).rejects.toThrow("enough");
});

test.each([
  [{ seconds: Number.NaN }, "Cannot report seconds of sprite as NaN: correct the suite"],
  [{ seconds: Number.POSITIVE_INFINITY }, "Cannot report seconds of sprite as Infinity: correct the suite"],
  [{ suite: "other" }, "Cannot report suite of sprite as other: correct the suite"],
  [
    { rows: [{ seconds: Number.NaN }] },
    "Cannot report rows of sprite as a table with what is no number: correct the suite",
  ],
  [{ environment: 1 }, "Cannot report environment of sprite as 1: correct the suite"],
])("the figures %o are a defect of the suite", async (figures, message) => {
  await expect(
    runSuite(
      suiteOf(async () => figures),
      { signal, machine },
    ),
  ).rejects.toMatchObject({
    code: "bad-figure",
    message,
  });
});

test("a suite gets the options that it heeds, and no others", async () => {
  const heeding: BenchSuite = { ...suiteOf(async ({ options }) => ({ seeds: options.seeds ?? 0 })), heeds: ["seeds"] };
  expect(await runSuite(heeding, { signal, machine, options: { seeds: 4 } })).toMatchObject({ seeds: 4 });
  await expect(runSuite(heeding, { signal, machine, options: { peers: "python3" } })).rejects.toThrow(
    "Cannot run sprite with --peers: leave it out",
  );
});

describe("formatReport", () => {
  test("aligns names and figures and shows four digits that count", () => {
    const report = {
      suite: "sprite",
      environment: "linux x64, 2 cores, 24 GiB, Node 26.10.0",
      warmSecondsPerSprite: 0.123456,
      tinySeconds: 0.000012346,
      sprites: 200,
      peakMegabytes: 512.3456,
      bytes: 1234567.8,
      change: -1.5,
      model: "sprite-1",
    };
    expect(formatReport(report)).toBe(`sprite on linux x64, 2 cores, 24 GiB, Node 26.10.0
  warmSecondsPerSprite      0.1235
  tinySeconds           0.00001235
  sprites                      200
  peakMegabytes              512.3
  bytes                    1234568
  change                    -1.500
  model                   sprite-1
`);
  });

  test("shows tables below, the first column to the left", () => {
    const peers: FigureTable = [
      { peer: "ours", exactPct: 94.1, pictures: 100 },
      { peer: "another", note: "skipped" },
    ];
    expect(formatReport({ suite: "grid", environment: "here", pictures: 100, peers })).toBe(`grid on here
  pictures  100

peers:
  peer     exactPct  pictures     note
  ours        94.10       100
  another                      skipped
`);
  });

  test("without figures has the heading only", () => {
    expect(formatReport({ suite: "a", environment: "b" })).toBe("a on b\n");
  });
});
