import { testTransportConformance } from "../conformance.ts";
import { connectInProcess } from "./connect-in-process.ts";

testTransportConformance("in-process", async (service) => {
  const clients: { close(): Promise<void> }[] = [];
  return {
    async client(name = "test") {
      const client = connectInProcess(service, { client: name });
      clients.push(client);
      return client;
    },
    async end() {
      for (const client of clients) await client.close();
    },
  };
});
