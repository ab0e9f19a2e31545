import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { type ScannedModule, scanModule } from "./scan-module.ts";

/** What ARCHITECTURE.md allows. Rooms are the folders of src/ and `main.ts`; "everything" lifts the rule. */
export type ImportRules = {
  readonly rooms: ReadonlyMap<string, readonly string[] | "everything">;
  /** For an npm package or a builtin such as node:sqlite: the rooms, or folders of rooms, that may import it. */
  readonly packages: ReadonlyMap<string, readonly string[]>;
};

/** A source file by its path from the repository's root, with slashes. */
export type SourceFile = { readonly path: string; readonly source: string };

export type ImportFindings = {
  /** One sentence for each import that is not allowed. */
  readonly violations: readonly string[];
  /** Which room imports which, tests aside. */
  readonly roomImports: ReadonlyMap<string, ReadonlySet<string>>;
  /** All packages and builtins that rooms import, tests aside. */
  readonly packages: ReadonlySet<string>;
};

/** Reads the two tables by their headings: `| Room | May import |` and `| Package | Rooms |`. */
export function parseRules(markdown: string): ImportRules {
  const rooms = new Map<string, readonly string[] | "everything">();
  for (const [room, imports] of tableRows(markdown, "Room", "May import"))
    rooms.set(words(room)[0], imports === "everything" ? "everything" : words(imports));
  const packages = new Map<string, readonly string[]>();
  for (const [names, allowed] of tableRows(markdown, "Package", "Rooms"))
    for (const name of words(names)) packages.set(name, words(allowed));
  return { rooms, packages };
}

/** The words between backticks. */
function words(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word);
}

function cells(line: string): string[] {
  return line.split("|").map((cell) => cell.trim());
}

function tableRows(markdown: string, first: string, second: string): [string, string][] {
  const lines = markdown.split("\n");
  const start = lines.findIndex((line) => cells(line)[1] === first && cells(line)[2] === second);
  if (start < 0) throw new Error(`Cannot find the table | ${first} | ${second} |: put it back`);
  const rows: [string, string][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith("|")) break;
    rows.push([cells(line)[1], cells(line)[2]]);
  }
  return rows;
}

/** Compares every import of the files with the rules. */
export function checkImports(files: readonly SourceFile[], rules: ImportRules): ImportFindings {
  const violations: string[] = [];
  const roomImports = new Map<string, Set<string>>();
  const packages = new Set<string>();
  const scannedFiles = files.map(({ path, source }) => ({ path, scanned: scanOf(path, source) }));
  const tests = new Set(scannedFiles.flatMap(({ path, scanned }) => (isTestFile(path, scanned) ? [path] : [])));
  for (const { path, scanned } of scannedFiles) {
    const isTest = tests.has(path);
    const room = roomOf(path);
    const refuse = (what: string) => violations.push(`${path} ${what}`);

    if (scanned.readsEnvironment && !isTest && room !== "main.ts" && !path.startsWith("bin/"))
      refuse("reads the environment, which only main.ts may");
    if (room !== undefined && !rules.rooms.has(room)) refuse("lies in a room that the table does not have");
    const allowed = rules.rooms.get(room ?? "") ?? "everything";

    for (const reference of scanned.references) {
      if (reference.kind === "computed") {
        if (!isTest) refuse("imports something that only shows at run time");
        continue;
      }
      const { specifier } = reference;
      // Files that are read, not run, are no imports.
      if (reference.kind === "url" && !/\.[cm]?[jt]s$/.test(specifier)) continue;
      if (reference.kind === "require") refuse(`requires ${specifier}, where ES modules are imported`);
      if (specifier.startsWith(".")) {
        const target = posix.join(posix.dirname(path), specifier);
        // The launcher is a program to start, not a module.
        if (reference.kind === "url" && target.startsWith("bin/")) continue;
        const trouble = relativeTrouble(path, target, tests);
        if (trouble !== undefined) refuse(`imports ${specifier}: ${trouble}`);
      } else if (specifier.startsWith("#")) {
        const target = specifier.slice(1);
        if (!rules.rooms.has(target)) {
          refuse(`imports ${specifier}, which is no room of the table`);
          continue;
        }
        if (isTest || room === undefined) continue;
        if (target === room) {
          refuse("imports its own room's face: import the file");
          continue;
        }
        if (allowed !== "everything" && !allowed.includes(target))
          refuse(`imports ${specifier}, which the table does not allow ${room}`);
        roomImports.set(room, (roomImports.get(room) ?? new Set()).add(target));
      } else if (!isTest && room !== undefined) {
        const name = packageOf(specifier);
        packages.add(name);
        const trouble = packageTrouble(path, room, name, rules);
        if (trouble !== undefined) refuse(`imports ${specifier}: ${trouble}`);
      }
    }
  }
  const cycle = findCycle(roomImports);
  if (cycle !== undefined) violations.push(`the rooms ${cycle.join(" -> ")} import each other`);
  return { violations, roomImports, packages };
}

/** By name, by place, or because it uses the test runner: conformance suites and samples for tests. */
function isTestFile(path: string, { references }: ScannedModule): boolean {
  if (path.endsWith(".test.ts") || path.startsWith("tests/")) return true;
  return references.some((reference) => reference.kind !== "computed" && reference.specifier === "vitest");
}

function scanOf(path: string, source: string): ScannedModule {
  try {
    return scanModule(source);
  } catch (cause) {
    throw new Error(`Cannot scan ${path}: ${(cause as Error).message}`, { cause });
  }
}

function roomOf(path: string): string | undefined {
  const [top, room, rest] = path.split("/");
  if (top !== "src") return undefined;
  return rest === undefined && room !== "main.ts" ? path : room;
}

/** Why a relative import of `target` (a path from the root) from `path` is not allowed. */
function relativeTrouble(path: string, target: string, tests: ReadonlySet<string>): string | undefined {
  const isTest = tests.has(path);
  if (!isTest && tests.has(target)) return "a test";
  const [from, to] = [roomOf(path), roomOf(target)];
  if (path.startsWith("bin/") && target === "src/main.ts") return undefined;
  if ((isTest || from === "main.ts") && target === "package.json") return undefined;
  if (from === to && path.split("/")[0] === target.split("/")[0]) return undefined;
  return to === undefined ? "it leaves its room" : `it reaches into ${to}; import #${to}`;
}

/** "zod/v4" is zod, "@stricli/core/x" is @stricli/core, "node:fs/promises" stays. */
function packageOf(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function packageTrouble(path: string, room: string, name: string, rules: ImportRules): string | undefined {
  if (!name.startsWith("node:") && isBuiltin(name)) return `write node:${name}`;
  if (name.startsWith("node:") && room === "pixels") return "pixels runs in browsers too";
  const folders = rules.packages.get(name);
  if (folders === undefined) return name.startsWith("node:") ? undefined : "the table of packages does not have it";
  const isAllowed = folders.some((folder) => `${path}/`.startsWith(`src/${folder}/`));
  return isAllowed ? undefined : `only ${folders.join(", ")} may`;
}

function findCycle(imports: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (room: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(room)) return [...way.slice(way.indexOf(room)), room];
    if (done.has(room)) return undefined;
    for (const target of imports.get(room) ?? []) {
      const cycle = visit(target, [...way, room]);
      if (cycle !== undefined) return cycle;
    }
    done.add(room);
    return undefined;
  };
  for (const room of imports.keys()) {
    const cycle = visit(room, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
