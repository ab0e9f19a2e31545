import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { download } from "./download.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const content = Uint8Array.from({ length: 300_000 }, (_, at) => at % 251);
const patient = () => ({ headers: {}, signal: AbortSignal.timeout(10_000) });

it.each([true, false])("gives a body byte for byte (its length announced: %s)", async (isAnnounced) => {
  const url = await serve((_, response) => {
    if (isAnnounced) response.setHeader("content-length", content.length);
    response.write(content.subarray(0, 100_000));
    response.end(content.subarray(100_000));
  });
  const { status, bytes } = await download(url, patient());
  expect(status).toBe(200);
  expect(new Uint8Array(bytes)).toEqual(content);
});

it("sends the headers, follows no redirect and tells a refusal as it is", async () => {
  const url = await serve(({ headers }, response) => {
    response.writeHead(headers.authorization === "Bearer token" ? 302 : 403, { location: "http://elsewhere/" });
    response.end("no");
  });
  expect(await download(url, patient())).toMatchObject({ status: 403 });
  const known = await download(url, { ...patient(), headers: { authorization: "Bearer token" } });
  expect(known).toMatchObject({ status: 302 });
});

it("rejects a body that ends early", async () => {
  const url = await serve((_, response) => {
    response.setHeader("content-length", content.length);
    response.write(content.subarray(0, 1000), () => response.destroy());
  });
  await expect(download(url, patient())).rejects.toMatchObject({ code: "ECONNRESET" });
});

it("rejects with the reason of its signal, in the middle of a body too", async () => {
  const url = await serve((_, response) => {
    response.setHeader("content-length", content.length);
    response.write(content.subarray(0, 1000));
  });
  const reason = new Error("enough");
  const stop = new AbortController();
  const asked = download(url, { headers: {}, signal: stop.signal });
  setTimeout(() => stop.abort(reason), 100);
  await expect(asked).rejects.toBe(reason);
  await expect(download(url, { headers: {}, signal: stop.signal })).rejects.toBe(reason);
});
