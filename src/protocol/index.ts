/**
 * How surfaces talk to what draws, in this process or in another: versioned messages, and one client for both.
 *
 *     const { jobs } = await client.add({ jobs: [{ id: randomUUID(), order: { request, finishing } }] });
 *     client.watch((event) => event.kind === "job" && console.log(event.job.state));
 */
export type { CallOptions, Client } from "./client.ts";
export { type ClientEvent, type DaemonEvent, type Preview, previewSize } from "./events.ts";
export { ProtocolError } from "./protocol-error.ts";
export { type Params, protocolVersion, type Reply, type RequestName } from "./requests.ts";
export { type SpriteJob, type SpriteOrder, type SpriteResult, spriteJobKind } from "./sprite-job.ts";
