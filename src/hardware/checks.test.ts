import { expect, test } from "vitest";
import { type Check, type Findings, judge } from "./checks.ts";
import { detect } from "./detect.ts";
import { fakeMachine } from "./fake-machine.ts";

const mebibyte = 2 ** 20;

async function judged(changes: Partial<Findings>): Promise<Record<string, Check>> {
  const checks = judge({
    config: {
      library: "/library",
      models: "/models",
      workflows: "/workflows",
      comfyui: ["http://127.0.0.1:8188"],
      comfyuiToken: undefined,
      threads: 1,
    },
    hardware: await detect(fakeMachine()),
    models: [{ name: "sprite", files: [] }],
    library: { exists: true, trouble: null, freeBytes: null },
    comfyui: [{ url: "http://127.0.0.1:8188", status: { reachable: true, version: null } }],
    ...changes,
  });
  return Object.fromEntries(checks.map((check) => [check.id, check]));
}

test.each([
  [null, "ok", "free space not known"],
  [200 * mebibyte, "ok", "0.2 GiB free for the library"],
  [200 * mebibyte - 1, "warning", "0.2 GiB free for the library"],
  [10 * mebibyte, "warning", "0.0 GiB free for the library"],
  [10 * mebibyte - 1, "problem", "0.0 GiB free for the library"],
])("with %s bytes free the disk is %s", async (freeBytes, status, detail) => {
  const { disk } = await judged({ library: { exists: true, trouble: null, freeBytes } });
  expect(disk).toMatchObject({ status, detail });
  expect("remedy" in disk).toBe(status !== "ok");
});

test("several intact files are counted", async () => {
  const files = [
    { name: "a", status: "ok" },
    { name: "b", status: "ok" },
  ] as const;
  const checks = await judged({ models: [{ name: "sprite", files }] });
  expect(checks["models/sprite"]).toMatchObject({ status: "ok", detail: "all 2 files are intact" });
});

test("a folder in a file's place has no hash to show", async () => {
  const expected = { bytes: 5, sha256: "ab" };
  const checks = await judged({
    models: [
      { name: "sprite", files: [{ name: "a", status: "altered", expected, actual: { bytes: 5, sha256: null } }] },
    ],
  });
  expect(checks["models/sprite"]).toMatchObject({
    status: "problem",
    detail: "a has other content (SHA-256 none instead of ab)",
  });
});

test("one of several ComfyUI servers that is away is a warning", async () => {
  const { comfyui } = await judged({
    comfyui: [
      { url: "http://a:1", status: { reachable: true, version: "0.33.0" } },
      { url: "http://b:2", status: { reachable: false, why: "nothing listens there" } },
    ],
  });
  expect(comfyui).toMatchObject({
    status: "warning",
    detail: "http://a:1, version 0.33.0; http://b:2: nothing listens there",
  });
});
