/** What every queue is opened with, whatever keeps it. */
export type QueueOptions = {
  readonly clock: () => Date;
  /** Names claims: what it answers must not come twice, nor be guessed. */
  readonly randomId: () => string;
  /** How long a job waits after its n-th try failed, from 1. */
  readonly backoffMs?: ((attempts: number) => number) | undefined;
  /** For each client alone. */
  readonly quota?: Quota | undefined;
};

export type Quota = {
  /** Jobs that have not begun: queued, waiting or paused. More are refused. */
  readonly maxQueued?: number | undefined;
  /** Jobs at work. More stay in the queue, and other clients' jobs go first. */
  readonly maxRunning?: number | undefined;
};

const firstBackoffMs = 1000;
const longestBackoffMs = 5 * 60_000;

/** One second, then twice as long each time, up to five minutes. */
export function exponentialBackoffMs(attempts: number): number {
  return Math.min(firstBackoffMs * 2 ** (attempts - 1), longestBackoffMs);
}
