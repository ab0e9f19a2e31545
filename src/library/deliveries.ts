import type { Store } from "./store.ts";

/** Id of the sprite that a job has delivered; it may have been removed since. */
export function deliveredBy({ database }: Store, job: string): string | undefined {
  const row = database.prepare("SELECT sprite FROM deliveries WHERE job = ?").get(job);
  return row === undefined ? undefined : String(row["sprite"]);
}

/** Whether this is the sprite by which the job is known, now or before. */
export function recordDelivery(store: Store, job: string, sprite: string): boolean {
  store.database
    .prepare("INSERT INTO deliveries (job, sprite) VALUES (?, ?) ON CONFLICT (job) DO NOTHING")
    .run(job, sprite);
  return deliveredBy(store, job) === sprite;
}
