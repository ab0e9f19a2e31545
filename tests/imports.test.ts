import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { checkImports, parseRules } from "./imports/import-rules.ts";
import { scanModule } from "./imports/scan-module.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const sourceFiles = () =>
  globSync(["src/**/*.{ts,js}", "bin/**/*.{ts,js}", "tests/**/*.{ts,js}"], { cwd: root })
    .map((path) => ({ path: path.replaceAll("\\", "/"), source: readFileSync(`${root}/${path}`, "utf8") }))
    .sort((left, right) => left.path.localeCompare(right.path));

type KnipSettings = { readonly ignoreDependencies?: readonly string[] };

describe("the repository keeps to ARCHITECTURE.md", () => {
  const rules = parseRules(readFileSync(`${root}/ARCHITECTURE.md`, "utf8"));
  const files = sourceFiles();
  const findings = checkImports(files, rules);

  test("every import is allowed", () => {
    expect(findings.violations).toEqual([]);
  });

  test("the sources were seen, and imports in them", () => {
    expect(files.length).toBeGreaterThanOrEqual(120);
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["bin/dgx-pixels.js", "src/main.ts", "src/config/load-config.ts"]),
    );
    expect(findings.roomImports.get("hardware")).toEqual(new Set(["config"]));
    expect([...(findings.roomImports.get("main.ts") ?? [])]).toEqual(
      expect.arrayContaining(["cli", "config", "generators", "hardware", "library", "studio"]),
    );
    expect([...findings.packages]).toEqual(expect.arrayContaining(["zod", "onnxruntime-node", "node:sqlite"]));
  });

  test("the table has exactly the rooms there are, each with a face", () => {
    const faces = files.flatMap(({ path }) => path.match(/^src\/([^/]+)\/index\.ts$/)?.[1] ?? []);
    expect([...rules.rooms.keys()].sort()).toEqual([...faces, "main.ts"].sort());
    expect([...new Set(files.flatMap(({ path }) => path.match(/^src\/([^/]+)\//)?.[1] ?? []))]).toEqual(faces);
  });

  test("the table of packages has all dependencies and nothing that no room imports", () => {
    const { ignoreDependencies = [] } = JSON.parse(readFileSync(`${root}/knip.json`, "utf8")) as KnipSettings;
    const aheadOfUse = new Set(ignoreDependencies);
    const used = Object.keys(packageJson.dependencies).filter((name) => !aheadOfUse.has(name));
    for (const name of used) expect([...rules.packages.keys()]).toContain(name);
    for (const name of rules.packages.keys()) expect([...findings.packages]).toContain(name);
  });
});

function specifiers(source: string): string[] {
  return scanModule(source).references.map((reference) =>
    reference.kind === "computed" ? "computed" : `${reference.kind} ${reference.specifier}`,
  );
}

describe("scanModule", () => {
  test.each([
    ['import "./a.ts";', ["static ./a.ts"]],
    ['import a from "./a.ts"', ["static ./a.ts"]],
    ['import * as a from "./a.ts";', ["static ./a.ts"]],
    ['import a, { type B, c as d } from "#a";', ["static #a"]],
    ['import type { A } from "#a";', ["static #a"]],
    ["import {\n  a,\n  b, // from 'x'\n} from './a.ts';", ["static ./a.ts"]],
    ['import json from "./a.json" with { type: "json" };', ["static ./a.json"]],
    ['import { from } from "a"; import { b } from "b";', ["static a", "static b"]],
    ['export * from "./a.ts";', ["static ./a.ts"]],
    ['export * as a from "./a.ts";', ["static ./a.ts"]],
    ['export { a } from "./a.ts";', ["static ./a.ts"]],
    ['export type { A } from "#a";', ["static #a"]],
    ["export type * from '#a';", ["static #a"]],
    ["export { a }; const from = 'x';", []],
    ["export type A = { from: 'x' };", []],
    ["export const a = 1;", []],
    ['const a = await import("#a");', ["dynamic #a"]],
    ["const a = await import(`#a`);", ["dynamic #a"]],
    ['type A = import("#a").A;', ["dynamic #a"]],
    ["const a = await import(name);", ["computed"]],
    // oxlint-disable-next-line no-template-curly-in-string
    ["const a = await import(`./${name}.ts`);", ["computed"]],
    ['import.meta.resolve("#a");', ["resolve #a"]],
    ["console.log(import.meta.url);", []],
    ['const a = require("a");', ["require a"]],
    ['new Worker(new URL("./worker.ts", import.meta.url));', ["url ./worker.ts"]],
    ['new URL("./a", base); new URL(a, import.meta.url);', []],
    ["const a = { import: 1 }; a.import('b'); a.require('b');", []],
    ["[...require('b')]", ["require b"]],
  ])("%s", (source, expected) => {
    expect(specifiers(source)).toEqual(expected);
  });

  test.each([
    ["a comment", '// import "a"\n/* import "b"\n import "c" */\n/** import "d" */'],
    ["a string", `"import 'a'"; 'import "b"'; "\\" import 'c'";`],
    ["a template", "`import 'a' \\` ${b} $ import 'c' ${`import 'd' ${{ e: 1 }.e}`}`;"],
    ["a regular expression", "const a = /import 'a'[/']/.test(b); return /'/;"],
    ["a division", "const a = b / c; f(1) / 2; a[1] / 2; import.meta / 2;"],
  ])("nothing is found in %s", (_, source) => {
    expect(specifiers(source)).toEqual([]);
    expect(specifiers(`${source}\nimport "z";`)).toEqual(["static z"]);
  });

  test("a first line for the shell is passed over", () => {
    expect(specifiers("#!/usr/bin/env 'node\nimport 'a';")).toEqual(["static a"]);
  });

  test.each([
    ['const a = "b', "Cannot read line 1: a string that does not end"],
    ["\n`a", "Cannot read line 2: a template that does not end"],
    ["/* a", "a comment that does not end"],
    ["a = /b\n", "a regular expression that does not end"],
    ["{ {}", "a brace that is not closed"],
    ["import { a };", "Cannot find what is imported"],
  ])("%s cannot be followed", (source, message) => {
    expect(() => scanModule(source)).toThrow(message);
  });

  test.each([
    ["process.env.HOME", true],
    ["process['env']", true],
    ["globalThis.process.env", true],
    ["const { env } = process;", true],
    ['import { env } from "node:process";', true],
    ['import process from "process";', true],
    ["const { a } = process.versions; process.cwd(); this.process; '// process.env'", false],
  ])("%s reads the environment: %s", (source, reads) => {
    expect(scanModule(source).readsEnvironment).toBe(reads);
  });
});

describe("checkImports", () => {
  const rules = parseRules(`
Some text.

| Room | May import |
| --- | --- |
| \`pixels\` | none |
| \`asset\` | \`pixels\` |
| \`library\` | \`asset\`, \`pixels\` |
| \`main.ts\` | everything |

| Package | Rooms |
| --- | --- |
| \`zod\` | \`asset\`, \`library/store\` |
| \`node:sqlite\`, \`@scope/name\` | \`library\` |

| \`evil\` | \`pixels\` |
`);
  const violationsOf = (...files: [path: string, source: string][]) =>
    checkImports(
      files.map(([path, source]) => ({ path, source })),
      rules,
    ).violations;

  test("the tables are read to their ends", () => {
    expect([...rules.rooms]).toEqual([
      ["pixels", []],
      ["asset", ["pixels"]],
      ["library", ["asset", "pixels"]],
      ["main.ts", "everything"],
    ]);
    expect([...rules.packages]).toEqual([
      ["zod", ["asset", "library/store"]],
      ["node:sqlite", ["library"]],
      ["@scope/name", ["library"]],
    ]);
    expect(() => parseRules("| Room | May import |")).toThrow("Cannot find the table | Package | Rooms |");
  });

  test.each([
    ["src/library/index.ts", 'import { a } from "#asset"; import b from "./deep/b.ts"; import "node:fs";'],
    ["src/library/deep/b.ts", 'export * from "../c.ts"; new URL("./worker.ts", import.meta.url);'],
    ["src/library/d.ts", 'import "node:sqlite"; import "@scope/name/part"; new URL("../../models", import.meta.url);'],
    ["src/library/store/e.ts", 'import "zod/v4";'],
    ["src/main.ts", 'await import("#library"); process.env; import "../package.json" with { type: "json" };'],
    ["src/asset/a.test.ts", 'import "#library"; import "./a.ts"; import "vitest"; import(name); process.env;'],
    ["src/pixels/a.test.ts", 'import "node:fs"; import "#pixels";'],
    [
      "tests/a.test.ts",
      'import "#library"; import "./a/b.ts"; import "fast-check"; import "../tests/c.ts"; import "../package.json";',
    ],
    ["src/library/f.ts", 'new URL("../../bin/a.js", import.meta.url);'],
    ["bin/a.js", 'await import("../src/main.ts"); import "node:fs"; process.env;'],
  ])("%s may", (path, source) => {
    expect(violationsOf([path, source])).toEqual([]);
  });

  test.each([
    ["src/asset/a.ts", 'import "#library"', "imports #library, which the table does not allow asset"],
    ["src/asset/a.ts", 'export type { A } from "#library"', "imports #library, which the table does not allow asset"],
    ["src/asset/a.ts", 'await import("#library")', "imports #library, which the table does not allow asset"],
    ["src/asset/a.ts", 'import "#nowhere"', "imports #nowhere, which is no room of the table"],
    ["src/asset/a.test.ts", 'import "#nowhere"', "imports #nowhere, which is no room of the table"],
    ["src/library/a.ts", 'import "#asset/deep"', "imports #asset/deep, which is no room of the table"],
    ["src/library/a.ts", 'import "../asset/b.ts"', "imports ../asset/b.ts: it reaches into asset; import #asset"],
    ["src/library/a.test.ts", 'import "../asset/b.ts"', "imports ../asset/b.ts: it reaches into asset; import #asset"],
    ["src/library/a.ts", 'new URL("../asset/b.ts", import.meta.url)', "it reaches into asset; import #asset"],
    ["src/library/a.ts", 'import "../../tests/a.ts"', "imports ../../tests/a.ts: it leaves its room"],
    ["src/library/a.ts", 'import "../main.ts"', "imports ../main.ts: it reaches into main.ts; import #main.ts"],
    ["src/library/a.ts", 'import "../../package.json"', "imports ../../package.json: it leaves its room"],
    ["src/main.ts", 'import "./library/a.ts"', "imports ./library/a.ts: it reaches into library; import #library"],
    ["src/main.ts", 'import "./stray.ts"', "imports ./stray.ts: it reaches into src/stray.ts; import #src/stray.ts"],
    [
      "tests/a.test.ts",
      'import "../src/asset/b.ts"',
      "imports ../src/asset/b.ts: it reaches into asset; import #asset",
    ],
    ["bin/a.js", 'import "../src/asset/b.ts"', "imports ../src/asset/b.ts: it reaches into asset; import #asset"],
    ["src/asset/a.ts", 'import "#asset"', "imports its own room's face: import the file"],
    ["src/pixels/a.ts", 'import "node:fs"', "imports node:fs: pixels runs in browsers too"],
    ["src/pixels/a.ts", 'import "zod"', "imports zod: only asset, library/store may"],
    ["src/library/a.ts", 'import "zod"', "imports zod: only asset, library/store may"],
    ["src/asset/a.ts", 'import "node:sqlite"', "imports node:sqlite: only library may"],
    ["src/asset/a.ts", 'import "left-pad"', "imports left-pad: the table of packages does not have it"],
    ["src/main.ts", 'import "zod"', "imports zod: only asset, library/store may"],
    ["src/asset/a.ts", 'import "fs"', "imports fs: write node:fs"],
    ["src/asset/a.ts", 'require("node:fs")', "requires node:fs, where ES modules are imported"],
    ["src/asset/a.ts", "import(name)", "imports something that only shows at run time"],
    ["src/asset/a.ts", "process.env.A", "reads the environment, which only main.ts may"],
    ["src/other/a.ts", "", "lies in a room that the table does not have"],
    ["src/stray.ts", "", "lies in a room that the table does not have"],
  ])("%s may not %s", (path, source, violation) => {
    const violations = violationsOf([path, source]);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain(violation);
    expect(violations[0].startsWith(path)).toBe(true);
  });

  test("only tests may import tests, and what imports vitest is one", () => {
    const files: [string, string][] = [
      ["src/asset/a.test.ts", 'import "./sample.ts"; import "./b.ts";'],
      ["src/asset/sample.ts", 'import "vitest"; import "#library";'],
    ];
    expect(violationsOf(...files, ["src/asset/b.ts", 'import "./c.ts"; import(`./d.ts`);'])).toEqual([]);
    expect(violationsOf(...files, ["src/asset/b.ts", 'import "./sample.ts"; export * from "./a.test.ts";'])).toEqual([
      "src/asset/b.ts imports ./sample.ts: a test",
      "src/asset/b.ts imports ./a.test.ts: a test",
    ]);
  });

  test("rooms may not import each other in a circle, whatever the table says", () => {
    const circular = new Map([
      ["a", "everything"],
      ["b", "everything"],
      ["c", "everything"],
      ["d", "everything"],
    ] as const);
    const files = ["a", "b", "c"].map((room, index) => ({
      path: `src/${room}/index.ts`,
      source: `import "#${["b", "c", "b"][index]}"; import "#d";`,
    }));
    const { violations } = checkImports(files, { rooms: circular, packages: new Map() });
    expect(violations).toEqual(["the rooms b -> c -> b import each other"]);
  });

  test("a file that cannot be followed is named", () => {
    expect(() => violationsOf(["src/asset/a.ts", '"'])).toThrow("Cannot scan src/asset/a.ts: Cannot read line 1");
  });
});
