import { buildCommand, buildRouteMap } from "@stricli/core";
import { example } from "./example.ts";
import { numberFlag, textFlag } from "./optional-flags.ts";

const json = { kind: "boolean", brief: "One JSON object a line, for programs", default: false } as const;

const start = buildCommand({
  loader: async () => (await import("./commands/worker.ts")).start,
  parameters: {
    flags: {
      listen: textFlag("Where clients reach it: ipc:///path/to/socket or tcp://host:port", "ENDPOINT"),
      queue: textFlag("The queue: a file, or redis://host:port to share it with other machines", "FILE|URL"),
      slots: numberFlag("Sprites of the embedded model at once; 0 leaves them to other machines", "N"),
      name: textFlag("Its name in the queue; by default that of the machine and the process", "NAME"),
      healthPort: textFlag("Answers /healthz and /readyz there; on all addresses with 0.0.0.0:PORT", "[HOST:]PORT"),
      grace: numberFlag("How long running jobs may finish when it is ended (10 by default)", "SECONDS"),
      lease: numberFlag("How long a job waits for a worker that has fallen silent (10 by default)", "SECONDS"),
      json,
    },
  },
  docs: {
    brief: "Start the daemon: queue, worker and what clients talk to",
    fullDescription: example(
      "Draws what is queued until it is ended, and lets clients in. With --queue redis://... and without --listen it " +
        "joins a farm: it draws, and the daemon that listens keeps the sprites.",
      "worker",
      "worker --listen tcp://127.0.0.1:5971 --health-port 8189",
      "worker --queue redis://box:6379",
    ),
  },
});

const status = buildCommand({
  loader: async () => (await import("./commands/worker.ts")).status,
  parameters: { flags: { json } },
  docs: {
    brief: "Say whether a daemon runs, and how it does",
    fullDescription: example("Tells the daemon's endpoint, slots and queue.", "worker status"),
  },
});

const keys = buildCommand({
  loader: async () => (await import("./commands/worker.ts")).keys,
  parameters: {
    flags: { json },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, brief: "Who is let in, such as ada-laptop", placeholder: "client" }],
    },
  },
  docs: {
    brief: "Make keys for a client on another machine",
    fullDescription: example(
      "Makes keys for a client, and the daemon's own the first time. Carry the file to the client's machine and name it " +
        "in DGX_PIXELS_CLIENT_KEYS there; the daemon lets it in from its next start.",
      "worker keys ada-laptop",
    ),
  },
});

export const workerRoutes = buildRouteMap({
  routes: { start, status, keys },
  defaultCommand: "start",
  docs: { brief: "Draw in the background, for this machine or for others" },
});
