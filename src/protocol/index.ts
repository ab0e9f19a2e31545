/**
 * How surfaces talk to what draws, in this process or in another: versioned messages, and one client for both.
 *
 *     const client = await connect({ endpoint: "ipc:///run/user/1000/dgx-pixels/daemon.sock" });
 *     const { jobs } = await client.add({ jobs: [{ id: randomUUID(), order: { request, finishing } }] });
 *     client.watch((event) => event.kind === "job" && console.log(event.job.state));
 */
export type { CallOptions, Client } from "./client.ts";
export { conflate } from "./conflate.ts";
export { connect, type ConnectOptions } from "./connect.ts";
export { type ClientEvent, type DaemonEvent, type Preview, previewSize } from "./events.ts";
export { findDaemon } from "./find-daemon.ts";
export { type EndedJob, followJobs } from "./follow-jobs.ts";
export { connectInProcess } from "./in-process/connect-in-process.ts";
export type { StoredResult } from "./job-view.ts";
export { ProtocolError } from "./protocol-error.ts";
export {
  type GeneratorFacts,
  type Params,
  protocolVersion,
  type Reply,
  type RequestName,
  type SlotFacts,
} from "./requests.ts";
export { type Server, serve, type ServeOptions } from "./serve.ts";
export { createService, type Service, type ServiceOptions } from "./service.ts";
export { type SpriteJob, type SpriteOrder, type SpriteResult, spriteJobKind, spriteOrderSchema } from "./sprite-job.ts";
export { shrinkPreview } from "./shrink-preview.ts";
export { makeKeys } from "./zeromq/keys.ts";
