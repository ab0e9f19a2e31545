import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { checkComfyui } from "./comfyui.ts";

/** A server on this machine that lives as long as the test; gives its base URL. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const check = (url: string, timeoutMs = 5000) => checkComfyui(url, { fetch, timeoutMs });

test("a ComfyUI with its version", async () => {
  const url = await serve((request, response) => {
    const stats = { system: { os: "posix", comfyui_version: "0.3.60", argv: ["main.py"] }, devices: [] };
    response.writeHead(request.url === "/system_stats" ? 200 : 404).end(JSON.stringify(stats));
  });
  expect(await check(url)).toEqual({ reachable: true, version: "0.3.60" });
});

test("an older ComfyUI that does not tell its version", async () => {
  const url = await serve((_, response) => response.end('{"system": {"os": "posix"}}'));
  expect(await check(url)).toEqual({ reachable: true, version: null });
});

test.each(["<html>", "[]", '{"system": 1}'])("something else that answers %s", async (body) => {
  const url = await serve((_, response) => response.end(body));
  expect(await check(url)).toEqual({ reachable: false, why: "something that is not ComfyUI answered" });
});

test("a refusal", async () => {
  const url = await serve((_, response) => response.writeHead(401).end("no"));
  expect(await check(url)).toEqual({
    reachable: false,
    why: "it answered 401, so it is no ComfyUI or one behind a login",
  });
});

test("a server that hangs, before and within its answer", async () => {
  const silent = await serve(() => {});
  expect(await check(silent, 100)).toEqual({ reachable: false, why: "it did not answer within 0.1 s" });
  const endless = await serve((_, response) => response.write("{"));
  expect(await check(endless, 100)).toEqual({ reachable: false, why: "it did not answer within 0.1 s" });
});

test("a signal ends the waiting", async () => {
  const url = await serve(() => {});
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), 20);
  await expect(checkComfyui(url, { fetch, timeoutMs: 20_000, signal: controller.signal })).rejects.toThrow("enough");
});

test("nothing there", async () => {
  const url = await serve(() => {});
  const port = Number(new URL(url).port);
  const free = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
  expect(free).not.toBe(port);
  expect(await check(`http://127.0.0.1:${free}`)).toEqual({ reachable: false, why: "nothing listens there" });
});

test.each([
  [Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }), "there is no host of that name"],
  [new Error("other side closed"), "other side closed"],
  [new Error(""), "fetch failed"],
  [undefined, "fetch failed"],
])("a failure with the cause %s", async (cause, why) => {
  const fetch = () => Promise.reject(new TypeError("fetch failed", { cause }));
  expect(await checkComfyui("http://box:8188", { fetch, timeoutMs: 1000 })).toEqual({ reachable: false, why });
});
