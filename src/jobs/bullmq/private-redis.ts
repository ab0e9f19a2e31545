import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export type PrivateRedis = {
  /** The path of its socket, to open a queue with. */
  readonly url: string;
  readonly process: ChildProcess;
  /** Ends it and waits until it has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

const startMs = 20_000;

/**
 * Starts a Redis server of one's own that keeps what it acknowledges, on a socket in an existing folder, where its data
 * lie too; started there again, it goes on with them. For benchmarks and tests. Throws what starting the program throws
 * (ENOENT when it is not installed).
 */
export async function startPrivateRedis(folder: string): Promise<PrivateRedis> {
  const url = join(folder, "redis.sock");
  const settings = [
    ["--port", "0"],
    ["--unixsocket", url],
    ["--dir", folder],
    ["--appendonly", "yes"],
    ["--appendfsync", "always"],
    ["--save", ""],
    ["--maxmemory-policy", "noeviction"],
  ];
  const child = spawn("redis-server", settings.flat(), { stdio: "ignore" });
  const ended = new Promise((resolve) => {
    child.once("exit", resolve);
  });
  await once(child, "spawn");
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    child.kill(signal);
    await ended;
  };
  try {
    await untilReady(url, child);
  } catch (cause) {
    await stop("SIGKILL");
    throw cause;
  }
  return { url, process: child, stop };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  // Loaded here, so that whoever needs no Redis does not wait for its client.
  const { Redis } = await import("ioredis");
  const deadline = performance.now() + startMs;
  for (;;) {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on("error", () => {});
    try {
      await redis.connect();
      await redis.ping();
      return;
    } catch (cause) {
      if (performance.now() > deadline || child.exitCode !== null) throw cause;
      await sleep(20);
    } finally {
      redis.disconnect();
    }
  }
}
