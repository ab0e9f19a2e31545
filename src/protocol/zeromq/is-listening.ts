import { connect } from "node:net";
import type { Endpoint } from "./endpoint.ts";

const probeMs = 2000;

/** Whether any program listens at an endpoint, which a look at its socket tells at once. */
export function isListening(endpoint: Endpoint): Promise<boolean> {
  const address =
    endpoint.kind === "ipc"
      ? { path: endpoint.path }
      : { host: endpoint.host.replace(/^\[|\]$/g, ""), port: endpoint.port };
  return new Promise((resolve) => {
    const socket = connect(address);
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(probeMs, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}
