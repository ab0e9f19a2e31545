import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy between a client and a server, which spoils what goes through it. */
export type FaultyNetwork = {
  readonly url: string;
  /** Milliseconds that every piece waits, in both directions. */
  delayMs: number;
  /** Takes what comes and lets nothing through, as a cable that is pulled: no end, no error. */
  isSilent: boolean;
  /** Ends every answer after so many bytes. */
  cutAfterBytes: number | undefined;
  /** Refuses new connections. */
  isDown: boolean;
  /** Breaks all connections that are open. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
};

export async function startFaultyNetwork(target: string): Promise<FaultyNetwork> {
  const { port: targetPort, hostname } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    if (network.isDown) {
      near.destroy();
      return;
    }
    const far = connect(Number(targetPort), hostname);
    let passed = 0;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      sockets.add(from);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on("error", () => to.destroy());
      from.on("data", (piece: Buffer) => {
        if (network.isSilent) return;
        const pass = () => {
          if (to.destroyed) return;
          const { cutAfterBytes } = network;
          if (from === near || cutAfterBytes === undefined || passed + piece.length <= cutAfterBytes) {
            to.write(piece);
            if (from === far) passed += piece.length;
          } else to.end(piece.subarray(0, cutAfterBytes - passed));
        };
        if (network.delayMs > 0) setTimeout(pass, network.delayMs);
        else pass();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const network: FaultyNetwork = {
    url: `http://127.0.0.1:${port}`,
    delayMs: 0,
    isSilent: false,
    cutAfterBytes: undefined,
    isDown: false,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return network;
}
