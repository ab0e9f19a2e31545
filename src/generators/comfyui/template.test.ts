import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkWorkflow } from "./check-workflow.ts";
import objectInfo from "./double/fixtures/object-info.json" with { type: "json" };
import { fillWorkflow } from "./fill.ts";
import { objectInfoSchema } from "./node-info.ts";
import { allTemplateNames, builtInTemplates, makeTemplate, readTemplate } from "./template.ts";
import { nodesBehind, parseWorkflow } from "./workflow.ts";

const names = [
  "sd15-sprite",
  "sdxl-batch",
  "sdxl-img2img",
  "sdxl-inpaint",
  "sdxl-sprite",
  "sdxl-sprite-fast",
  "sdxl-tile",
  "sdxl-variations",
];
/** What ComfyUI 0.33.0 told of its nodes, without its lists of files. */
const infos = objectInfoSchema.parse(objectInfo);
const files = new Set(["missing-model", "bad-value"]);

describe("the workflows that come along", () => {
  it("are these", async () => {
    expect(await allTemplateNames(undefined)).toEqual(names);
  });

  it.each(names)("%s has only nodes of ComfyUI itself, with all their inputs", async (name) => {
    const { workflow, map } = await readTemplate(name, undefined);
    const problems = checkWorkflow(workflow, (classType) => infos[classType]);
    expect(problems.filter(({ kind }) => !files.has(kind))).toEqual([]);
    for (const { class_type: classType } of Object.values(workflow))
      expect(infos[classType].python_module).toMatch(/^(?:nodes|comfy_extras\.)/);
    // No node is there for nothing.
    expect([...nodesBehind(workflow, [map.output])].sort()).toEqual(Object.keys(workflow).sort());
  });

  it("differ in how they draw", async () => {
    const structures = await Promise.all(
      names.map(async (name) => {
        const { workflow, map } = await readTemplate(name, undefined);
        const values = { prompt: "a", negative: "b", seed: 1, model: "m", width: 512, height: 512 };
        const { slots } = map;
        return JSON.stringify(fillWorkflow(workflow, { slots }, values));
      }),
    );
    expect(new Set(structures).size).toBe(names.length);
  });

  it("a name that is none lists those there are", async () => {
    await expect(readTemplate("../package", undefined)).rejects.toThrow(
      `Cannot use the workflow ../package: there is ${names.join(", ")}`,
    );
  });

  it("the tile is rolled and mended on every side before it is decoded", async () => {
    const { workflow, map } = await readTemplate("sdxl-tile", undefined);
    expect(map.slots.steps).toHaveLength(4);
    const filled = fillWorkflow(workflow, map, { width: 960, height: 960 });
    const crop = Object.values(filled).find(({ class_type: classType }) => classType === "ImageCrop");
    expect(crop?.inputs).toMatchObject({ width: 960, height: 960, x: 120, y: 120 });
  });
});

describe("a workflow's hash", () => {
  const read = async (file: string) => JSON.parse(await readFile(join(builtInTemplates, file), "utf8"));

  it("minds what it does, not how it is laid out", async () => {
    const [workflow, map] = [await read("sdxl-sprite.json"), await read("sdxl-sprite.slots.json")];
    const reordered = Object.fromEntries(Object.entries(workflow).reverse());
    const { hash } = makeTemplate("a", workflow, map, true);
    expect(makeTemplate("b", reordered, map, false).hash).toBe(hash);
    expect(makeTemplate("a", workflow, { ...map, negative: "other" }, true).hash).not.toBe(hash);
    workflow["3"].inputs.scheduler = "normal";
    expect(makeTemplate("a", workflow, map, true).hash).not.toBe(hash);
  });

  it.each<[string, (map: Record<string, unknown>) => unknown, RegExp]>([
    [
      "a slot of no node",
      (map) => ({ ...map, slots: { prompt: ["99.text"] } }),
      /its slot prompt is 99\.text, but it has no node 99/,
    ],
    ["a slot of no input", (map) => ({ ...map, slots: { prompt: ["6.words"] } }), /node 6 has no words/],
    ["a slot that is linked", (map) => ({ ...map, slots: { model: ["3.model"] } }), /which is linked to another node/],
    ["a place that is none", (map) => ({ ...map, slots: { prompt: ["text"] } }), /give node and input as "3\.seed"/],
    ["an output that is none", (map) => ({ ...map, output: "99" }), /its output is node 99, which it does not have/],
    ["an unknown key", (map) => ({ ...map, canvass: 3 }), /canvass/],
    ["no sizes", (map) => ({ ...map, sizes: [] }), /sizes/],
  ])("a slot map with %s is refused in one sentence", async (_what, change, message) => {
    const [workflow, map] = [await read("sdxl-sprite.json"), await read("sdxl-sprite.slots.json")];
    expect(() => makeTemplate("mine", workflow, change(map), false)).toThrow(message);
    expect(() => makeTemplate("mine", workflow, change(map), false)).toThrow(
      /^Cannot use the .*workflow mine: [^\n]*$/,
    );
  });
});

describe("what is no workflow in API format", () => {
  it.each<[string, unknown, RegExp]>([
    [
      "the editor's own format",
      { nodes: [], links: [], version: 0.4 },
      /it is the editor's own format; export it in ComfyUI with "Export \(API\)"$/,
    ],
    ["a list", [1], /it is not a JSON object/],
    ["something else", { hello: "world" }, /it is not in API format \(see hello\)/],
    ["nothing", {}, /it has no nodes/],
    [
      "a link to nowhere",
      { "1": { class_type: "PreviewImage", inputs: { images: ["2", 0] } } },
      /node 1 takes its images from node 2, which it does not have/,
    ],
  ])("%s", (_what, json, message) => {
    expect(() => parseWorkflow(json, "mine.json")).toThrow(message);
  });

  it("but one that is wrapped for the server is taken", () => {
    const nodes = { "1": { class_type: "PreviewImage", inputs: {} } };
    expect(parseWorkflow({ prompt: nodes, client_id: "x" }, "mine.json")).toEqual(nodes);
  });
});
