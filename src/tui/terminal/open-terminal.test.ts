import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { openTerminal, rendererMissing, type TerminalStreams } from "./open-terminal.ts";

const cause = new Error("Cannot find package\nImported from somewhere");

function manifest(path: string): { readonly [key: string]: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"));
}

describe("a terminal that cannot be opened", () => {
  it("says in one sentence which package brings the renderer's missing part", () => {
    const error = rendererMissing(cause, "linux", "arm64");
    expect(error).toMatchObject({ name: "TuiError", code: "renderer-missing", cause });
    expect(error.message).toMatch(/^Cannot open the studio: .* for linux arm64 here \(Cannot find package\);/);
    expect(error.message).not.toContain("\n");
  });

  // A remedy that names what nobody published, or parts of another version, is none.
  it.each([
    ["linux", "x64"],
    ["linux", "arm64"],
    ["darwin", "arm64"],
    ["win32", "x64"],
  ])("names the package that the renderer itself asks for on %s %s", (platform, architecture) => {
    const [, name = "", version] =
      /npm install --no-save (\S+)@(\d\S*)\./.exec(rendererMissing(cause, platform, architecture).message) ?? [];
    const { optionalDependencies } = manifest("node_modules/@opentui/core/package.json");
    expect(optionalDependencies).toHaveProperty([name], version);
    expect(manifest("package.json").dependencies["@opentui/core"]).toBe(version);
  });

  it("needs a terminal at both ends", async () => {
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), environment: {} } as unknown;
    await expect(openTerminal(streams as TerminalStreams)).rejects.toMatchObject({ code: "no-terminal" });
  });
});
