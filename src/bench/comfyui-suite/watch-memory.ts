import { openLoadMeter, thisMachine } from "#hardware";
import type { Server } from "#generators";

const everyMs = 200;

/** Of the first device, in bytes. */
export type PeakMemory = {
  /** The most that the server said is in use. */
  readonly inUse: number;
  /** What the driver says is taken in the end, PyTorch's caches included; undefined without nvidia-smi. */
  readonly taken: number | undefined;
};

/** Looks at a server's memory while `work` goes on. Asking costs the server some time, so `work` should time nothing fine. */
export async function peakMemoryDuring(
  server: Server,
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<PeakMemory> {
  let inUse = 0;
  let looking: Promise<void> | undefined;
  const look = async () => {
    const stats = await server.systemStats(signal).catch(() => undefined);
    const [device] = stats?.devices ?? [];
    if (device !== undefined) inUse = Math.max(inUse, device.vram_total - device.vram_free);
  };
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
  }, everyMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
    await looking;
  }
  await look();
  const { gpus } = await openLoadMeter({ machine: thisMachine(), folder: "." })();
  return { inUse, taken: gpus[0]?.usedBytes };
}
