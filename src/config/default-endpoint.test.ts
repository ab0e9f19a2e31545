import { expect, test } from "vitest";
import { defaultEndpoint } from "./default-endpoint.ts";

const linux = { environment: {}, platform: "linux", userId: 1000 } as const;
const socketOf = (endpoint: string) => endpoint.replace(/[0-9a-f]{12}\.sock$/, "ID.sock");

test("each library has an endpoint of its own, always the same", () => {
  const [first, second] = ["/home/ada/sprites", "/home/ada/tiles"].map((library) => defaultEndpoint(library, linux));
  expect(first).not.toBe(second);
  expect(defaultEndpoint("/home/ada/sprites", linux)).toBe(first);
});

test.each([
  ["the runtime folder", { XDG_RUNTIME_DIR: "/run/user/1000" }, undefined, "ipc:///run/user/1000/dgx-pixels/ID.sock"],
  ["the temporary folder", {}, "/var/folders/x", "ipc:///var/folders/x/dgx-pixels-1000/ID.sock"],
  [
    "a runtime folder that is no absolute path",
    { XDG_RUNTIME_DIR: "run" },
    undefined,
    "ipc:///tmp/dgx-pixels-1000/ID.sock",
  ],
  [
    "folders too deep for a socket",
    { XDG_RUNTIME_DIR: `/${"r".repeat(90)}` },
    `/${"t".repeat(90)}`,
    "ipc:///tmp/dgx-pixels-1000/ID.sock",
  ],
])("%s", (_, environment, temporaryFolder, expected) => {
  expect(socketOf(defaultEndpoint("/home/ada/sprites", { ...linux, environment, temporaryFolder }))).toBe(expected);
});

test("Windows gets an even port that nobody registers", () => {
  const endpoint = defaultEndpoint("C:\\sprites", { ...linux, platform: "win32" });
  const port = Number(endpoint.replace("tcp://127.0.0.1:", ""));
  expect(port % 2).toBe(0);
  expect(port).toBeGreaterThanOrEqual(49_152);
  expect(port).toBeLessThan(65_535);
});
