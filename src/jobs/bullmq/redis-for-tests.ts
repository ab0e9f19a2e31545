import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type PrivateRedis, startPrivateRedis } from "./private-redis.ts";

/** Test material: a Redis server of a test file's own. */

export const needsRedis = "needs redis-server 7 or newer (apt-get install redis-server)";

export const hasRedis = (() => {
  try {
    return /v=(?:[7-9]|\d\d)\./.test(execFileSync("redis-server", ["--version"], { encoding: "utf8" }));
  } catch {
    return false;
  }
})();

/** Its address, once the tests run. */
export function redisForTests(): () => string {
  let folder: string | undefined;
  let redis: PrivateRedis | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "r-"));
    redis = await startPrivateRedis(folder);
  });
  afterAll(async () => {
    await redis?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  return () => redis?.url ?? "";
}
