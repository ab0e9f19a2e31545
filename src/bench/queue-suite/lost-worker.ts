/** A process of its own that takes a job and never comes back: `lost-worker.ts KIND PLACE LEASE_MS`. */
import { openQueueOf, type QueueKind } from "./queue-kinds.ts";

const [, , kind = "", place = "", leaseMs = ""] = process.argv;
const queue = await openQueueOf(kind as QueueKind, place);
const claim = await queue.claim({ worker: "lost", lanes: ["bench"], leaseMs: Number(leaseMs) });
process.stdout.write(`${claim?.job.id}\n`);
setInterval(() => {}, 60_000);
