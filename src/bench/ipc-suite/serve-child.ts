/**
 * A daemon without a worker, for the benchmark: it listens on an endpoint (first argument) with a queue (second), says
 * `ready`, and publishes as many events as a line on its input asks for, one in two milliseconds. Each tells when it was
 * sent, by the clock that all processes of a machine share.
 */
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteQueue } from "#jobs";
import { createService, serve } from "#protocol";

const [, , endpoint, file] = process.argv;
const queue = await openSqliteQueue(file, { clock: () => new Date(), randomId: randomUUID });
const nobody = () => Promise.reject(new Error("There are no generators here"));
const service = createService({
  queue,
  daemon: { software: "dgx-pixels bench", session: randomUUID() },
  lanes: ["sprite"],
  describeGenerators: async () => [],
  describeGenerator: nobody,
  slots: () => [],
  isDraining: () => false,
  startedMs: Date.now(),
});
const server = await serve(service, { endpoint });
process.stdout.write("ready\n");

for await (const line of createInterface({ input: process.stdin }))
  for (let count = 0; count < Number(line); count++) {
    service.progress(randomUUID(), { step: 1, steps: 8, note: String(process.hrtime.bigint()) });
    await sleep(2);
  }
await server.close();
service.close();
await queue.close();
