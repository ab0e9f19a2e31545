import { readRecipe } from "#asset";
import type { Job, JobQueue } from "#jobs";
import type { Library, NewSprite } from "#library";
import { spriteJobKind, type StoredResult } from "#protocol";

/** Brings what other machines have drawn into the library. */
export type Intake = {
  /** Takes in what one job has made, once; nothing for one that is not done. Never rejects. */
  readonly take: (job: Job) => Promise<void>;
  /** The same for all that was done while nobody was there to take it in. */
  readonly takeAll: () => Promise<void>;
  readonly close: () => void;
};

const page = 200;

/** Long enough for somebody to make room on a full disk. */
const defaultRetryMs = 10_000;

/** What goes wrong is told to `onTrouble`, and tried again after `retryMs` milliseconds unless that cannot help. */
export function createIntake(
  library: Pick<Library, "deliver" | "delivered">,
  queue: Pick<JobQueue, "list">,
  onTrouble: (error: unknown) => void,
  retryMs = defaultRetryMs,
): Intake {
  let retry: NodeJS.Timeout | undefined;
  let isClosed = false;

  const passingTrouble = (error: unknown) => {
    if (isClosed) return;
    onTrouble(error);
    retry ??= setTimeout(() => {
      retry = undefined;
      void takeAll();
    }, retryMs).unref();
  };

  async function take(job: Job): Promise<void> {
    try {
      if (job.kind !== spriteJobKind || job.state !== "done" || library.delivered(job.id) !== undefined) return;
      const sprite = unpack(job.result as StoredResult);
      if (sprite !== undefined) await library.deliver(job.id, sprite);
    } catch (error) {
      passingTrouble(error);
    }
  }

  /** Undefined for one that cannot be read, which must not keep out the others. */
  function unpack({ png: base64, width, height, colors, seconds }: StoredResult): NewSprite | undefined {
    try {
      const png = Uint8Array.from(Buffer.from(base64, "base64"));
      return { png, recipe: readRecipe(png), width, height, colors, seconds };
    } catch (error) {
      onTrouble(error);
      return undefined;
    }
  }

  async function takeAll(): Promise<void> {
    try {
      for (let offset = 0; ; offset += page) {
        const { jobs } = await queue.list({ states: ["done"] }, { limit: page, offset });
        for (const job of jobs) await take(job);
        if (jobs.length < page || isClosed) return;
      }
    } catch (error) {
      passingTrouble(error);
    }
  }

  return {
    take,
    takeAll,
    close: () => {
      isClosed = true;
      clearTimeout(retry);
    },
  };
}
