/**
 * What does the work: it claims a job under a lease, draws, finishes, stores and reports; alone, or with the queue and
 * the protocol as a daemon.
 *
 *     const daemon = await startDaemon({ queue, library, generators, name: "box-1", software, clock, listen });
 *     const client = connectInProcess(daemon.service);
 */
export { lockDaemon } from "./daemon-lock.ts";
export { type MadeSprite, makeSprite, recipeFor } from "./make-sprite.ts";
export { type Daemon, type DaemonOptions, startDaemon } from "./start-daemon.ts";
export { WorkerError } from "./worker-error.ts";
