import type { Client } from "./client.ts";
import type { DaemonEvent } from "./events.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { SpriteJob } from "./sprite-job.ts";

export type EndedJob = Extract<SpriteJob, { readonly state: "done" | "failed" | "cancelled" }>;

export type FollowOptions = {
  readonly onProgress?: ((progress: Extract<DaemonEvent, { kind: "progress" }>) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** Events are what one goes by; a look this often makes sure that none was missed for good. */
const lookEveryMs = 5000;
const page = 1000;

/**
 * Follows the jobs of a group to their ends, over restarts of the daemon. `ended` resolves with a job as it is in lists,
 * and rejects when the job was removed, when nobody can be reached any more, or with the signal's reason.
 */
export function followJobs(client: Client, group: string, ids: readonly string[], options: FollowOptions = {}) {
  const { onProgress, signal } = options;
  /** Not heard to have ended. */
  const open = new Set(ids);
  const waiting = new Map(ids.map((id) => [id, Promise.withResolvers<EndedJob>()]));
  const promises = new Map([...waiting].map(([id, { promise }]) => [id, promise]));
  // Whoever asks hears of a failure; until then it must not count as unhandled.
  for (const promise of promises.values()) promise.catch(() => {});

  const settle = (job: SpriteJob) => {
    if (job.state !== "done" && job.state !== "failed" && job.state !== "cancelled") return;
    open.delete(job.id);
    waiting.get(job.id)?.resolve(job);
    waiting.delete(job.id);
  };
  const failAll = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };

  let isLooking = false;
  async function look(): Promise<void> {
    if (isLooking || waiting.size === 0) return;
    isLooking = true;
    try {
      for (let offset = 0; ; offset += page) {
        const { jobs } = await client.list({ group, states: ["done", "failed", "cancelled"], limit: page, offset });
        for (const job of jobs) settle(job);
        if (jobs.length < page) break;
      }
    } catch (error) {
      failAll(error as Error);
    } finally {
      isLooking = false;
    }
  }

  const endWatch = client.watch((event) => {
    if (event.kind === "job") settle(event.job);
    else if (event.kind === "progress" && waiting.has(event.id)) onProgress?.(event);
    else if (event.kind === "missed") void look();
    else if (event.kind === "removed" && waiting.has(event.id)) {
      open.delete(event.id);
      waiting
        .get(event.id)
        ?.reject(new ProtocolError("not-found", `Cannot wait for the job ${event.id}: somebody removed it`));
      waiting.delete(event.id);
    }
  });
  const timer = setInterval(look, lookEveryMs);
  const abort = () => failAll(signal?.reason as Error);
  signal?.addEventListener("abort", abort, { once: true });

  return {
    ended: (id: string): Promise<EndedJob> =>
      promises.get(id) ??
      Promise.reject(new ProtocolError("not-found", `Cannot wait for the job ${id}: it is not followed`)),
    /** Those that have not ended, as far as is known. */
    open: (): readonly string[] => [...open],
    stop(): void {
      clearInterval(timer);
      endWatch();
      signal?.removeEventListener("abort", abort);
    },
  };
}
