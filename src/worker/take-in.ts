import { readRecipe } from "#asset";
import type { Job, JobQueue } from "#jobs";
import type { Library } from "#library";
import { spriteJobKind, type StoredResult } from "#protocol";

/** Puts what other machines have drawn into the library, once each; nothing for what has not been drawn. */
export async function takeIn(library: Pick<Library, "deliver" | "delivered">, job: Job): Promise<void> {
  if (job.kind !== spriteJobKind || job.state !== "done" || library.delivered(job.id) !== undefined) return;
  const { png: base64, width, height, colors, seconds } = job.result as StoredResult;
  const png = Uint8Array.from(Buffer.from(base64, "base64"));
  await library.deliver(job.id, { png, recipe: readRecipe(png), width, height, colors, seconds });
}

const page = 200;

/** The same for all that was done while nobody was there to take it in. */
export async function takeInAll(
  library: Pick<Library, "deliver" | "delivered">,
  queue: JobQueue,
  onTrouble: (error: unknown) => void,
): Promise<void> {
  for (let offset = 0; ; offset += page) {
    const { jobs } = await queue.list({ states: ["done"] }, { limit: page, offset });
    // One that cannot be read must not keep out the others.
    for (const job of jobs) await takeIn(library, job).catch(onTrouble);
    if (jobs.length < page) return;
  }
}
