import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { verifyModelFiles } from "./model-files.ts";

const sha256 = (content: string) => createHash("sha256").update(content).digest("hex");
const entry = (content: string) => ({ bytes: Buffer.byteLength(content), sha256: sha256(content) });

/** A model folder with these files, and a manifest that lists `expected`. */
function model(files: Record<string, string>, expected: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), "dgx-pixels-model-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  if (expected !== undefined)
    writeFileSync(
      join(folder, "model.json"),
      typeof expected === "string" ? expected : JSON.stringify({ name: "x", files: expected }),
    );
  return folder;
}

test("every file is compared, in the manifest's order", async () => {
  const big = "weights ".repeat(100_000);
  const folder = model(
    { "model.onnx": big, "words.txt": "red\nblue\n", "longer.bin": "12345", "other.bin": "abcd" },
    {
      "model.onnx": entry(big),
      "absent.txt": entry("absent"),
      "words.txt": { ...entry("red\nblue\n"), sha256: sha256("red\nblue\n").toUpperCase() },
      "longer.bin": entry("1234"),
      "other.bin": entry("abce"),
    },
  );
  expect(await verifyModelFiles(folder)).toEqual([
    { name: "model.onnx", status: "ok" },
    { name: "absent.txt", status: "missing" },
    { name: "words.txt", status: "ok" },
    { name: "longer.bin", status: "altered", expected: entry("1234"), actual: { bytes: 5, sha256: null } },
    { name: "other.bin", status: "altered", expected: entry("abce"), actual: entry("abcd") },
  ]);
});

test("a folder in a file's place is altered", async () => {
  const folder = model({}, { "model.onnx": entry("x") });
  mkdirSync(join(folder, "model.onnx"));
  expect(await verifyModelFiles(folder)).toMatchObject([{ name: "model.onnx", status: "altered" }]);
});

test.skipIf(process.platform === "win32")("a file that cannot be read", async () => {
  const folder = model({}, { a: { bytes: 0, sha256: sha256("") } });
  symlinkSync("a", join(folder, "a"));
  await expect(verifyModelFiles(folder)).rejects.toMatchObject({
    code: "unreadable-file",
    message: expect.stringMatching(/^Cannot read .*: ELOOP.*; make it readable$/),
  });
});

test("a signal ends it", async () => {
  const folder = model({ a: "a" }, { a: entry("a") });
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(verifyModelFiles(folder, { signal })).rejects.toThrow("enough");

  const controller = new AbortController();
  const big = "x".repeat(4_000_000);
  const running = verifyModelFiles(model({ a: big }, { a: entry(big) }), { signal: controller.signal });
  setTimeout(() => controller.abort(), 1);
  const outcome = await running.then(
    () => "done",
    (error: Error) => error.name,
  );
  expect(["done", "AbortError"]).toContain(outcome);
});

describe("a manifest", () => {
  test("that is missing", async () => {
    const folder = model({}, undefined);
    await expect(verifyModelFiles(folder)).rejects.toMatchObject({
      code: "missing-manifest",
      details: { subject: join(folder, "model.json") },
      message: `Cannot check the model: there is no ${join(folder, "model.json")}; restore it, or choose another models folder`,
    });
  });

  test("that is a folder", async () => {
    const folder = model({}, undefined);
    mkdirSync(join(folder, "model.json"));
    await expect(verifyModelFiles(folder)).rejects.toMatchObject({
      code: "unreadable-file",
      message: expect.stringMatching(/^Cannot read .*model\.json: EISDIR.*; make it readable$/),
    });
  });

  test("that is not JSON", async () => {
    await expect(verifyModelFiles(model({}, "{"))).rejects.toMatchObject({
      code: "bad-manifest",
      message: expect.stringMatching(/^Cannot use .*model\.json: it is not JSON \(.*\); restore it$/),
    });
  });

  test.each([
    ["an array", "[]"],
    ["without files", "{}"],
    ["with no file", '{"files": {}}'],
    ["with a length of text", { a: { bytes: "1", sha256: sha256("") } }],
    ["with a short hash", { a: { bytes: 1, sha256: "abc" } }],
    ["with a name that leads outside", { "../secret": entry("x") }],
    ["with a name in a folder", { "a/b": entry("x") }],
    ["with a name in a folder of Windows", { "a\\b": entry("x") }],
    ["with the parent folder", { "..": entry("x") }],
  ])("%s", async (_, files) => {
    await expect(verifyModelFiles(model({}, files))).rejects.toMatchObject({
      code: "bad-manifest",
      message: expect.stringContaining("it does not list the files with their bytes and sha256"),
    });
  });
});
