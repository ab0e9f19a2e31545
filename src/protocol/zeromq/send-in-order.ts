type Sendable = { send(message: (string | Uint8Array)[]): Promise<void> };

/**
 * A socket takes one message at a time; this takes any number and sends them in order. For sockets that drop rather
 * than wait (ROUTER, PUB), so that what waits here stays short. What fails to be sent is gone, as on the wire.
 */
export function sendInOrder(socket: Sendable): (...message: (string | Uint8Array)[]) => void {
  const waiting: (string | Uint8Array)[][] = [];
  let isSending = false;

  async function run(first: (string | Uint8Array)[]): Promise<void> {
    isSending = true;
    for (let next: typeof first | undefined = first; next !== undefined; next = waiting.shift())
      try {
        await socket.send(next);
      } catch {
        // Gone, as on the wire: the socket is closed.
      }
    isSending = false;
  }

  return (...message) => {
    if (isSending) waiting.push(message);
    else void run(message);
  };
}
