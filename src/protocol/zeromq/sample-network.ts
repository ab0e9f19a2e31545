import { createServer, connect, type Server, type Socket } from "node:net";

/** A port of this machine that is free now, and so is the next one. */
export async function freePorts(): Promise<number> {
  for (;;) {
    const first = createServer();
    const port = await listen(first, 0);
    const second = createServer();
    const isNextFree = port < 65_000 && (await listen(second, port + 1).then(Boolean, () => false));
    await Promise.all([first, second].map((server) => new Promise((resolve) => server.close(resolve))));
    if (isNextFree) return port;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
}

export type Network = {
  /** The first of the two ports that lead to the daemon's. */
  readonly port: number;
  /** Ends every connection at once. */
  readonly cut: () => void;
  /** Takes what is sent, and lets nothing through, either way. */
  readonly swallow: (isOn: boolean) => void;
  /** Every chunk takes this long. */
  readonly delay: (ms: number) => void;
  readonly close: () => Promise<void>;
};

/** A network between clients and the two ports of a daemon, as bad as a test wants it. */
export async function sampleNetwork(daemonPort: number): Promise<Network> {
  const sockets = new Set<Socket>();
  let isSwallowing = false;
  let delayMs = 0;

  const pass = (from: Socket, to: Socket) => {
    from.on("data", (chunk) => {
      if (isSwallowing) return;
      if (delayMs === 0) to.write(chunk);
      else setTimeout(() => to.writable && to.write(chunk), delayMs);
    });
    from.on("close", () => to.destroy());
    from.on("error", () => to.destroy());
  };
  const serverFor = (target: number) =>
    createServer((near) => {
      const far = connect(target, "127.0.0.1");
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on("close", () => sockets.delete(socket));
      }
      pass(near, far);
      pass(far, near);
    });
  const port = await freePorts();
  const servers = [serverFor(daemonPort), serverFor(daemonPort + 1)];
  await Promise.all(servers.map((server, index) => listen(server, port + index)));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    cut,
    swallow: (isOn) => void (isSwallowing = isOn),
    delay: (ms) => void (delayMs = ms),
    async close() {
      cut();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
