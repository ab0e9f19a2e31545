import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testTransportConformance } from "../conformance.ts";
import { connectZeroMq } from "./connect-zeromq.ts";
import { serveZeroMq } from "./serve-zeromq.ts";

testTransportConformance("ZeroMQ", async (service) => {
  const folder = await mkdtemp(join(tmpdir(), "dgx-z-"));
  const server = await serveZeroMq(service, { endpoint: `ipc://${folder}/s` });
  const clients: { close(): Promise<void> }[] = [];
  return {
    async client(name = "test") {
      const client = await connectZeroMq({ endpoint: server.endpoint, client: name });
      clients.push(client);
      return client;
    },
    async end() {
      for (const client of clients) await client.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
