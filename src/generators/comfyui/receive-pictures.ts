import { setImmediate as nextTurn } from "node:timers/promises";
import type { Raster } from "#pixels";
import type { ServerPicture } from "./messages.ts";

export type PictureReceiver = {
  /** The sprite of a picture; the same for one that is on its way already. */
  readonly receive: (picture: ServerPicture) => Promise<Raster>;
  /** When the last one was here and decoded, in milliseconds as performance.now() tells them. */
  readonly arrivedMs: () => number;
};

/**
 * Fetches a job's pictures as they are told of. What `finish` does takes this thread, so it waits until none is on its way:
 * pictures that come one by one are finished between, those that come together when all are here. Where the server writes
 * them sooner than they are finished, `ready` keeps all finishing back.
 */
export function openPictureReceiver(
  fetch: (picture: ServerPicture) => Promise<Raster>,
  finish: (picture: Raster) => Promise<Raster>,
  ready: Promise<void> = Promise.resolve(),
): PictureReceiver {
  const sprites = new Map<string, Promise<Raster>>();
  const onTheWay = new Set<Promise<Raster>>();
  let lastTurn: Promise<unknown> = Promise.resolve();
  let arrivedMs = performance.now();

  return {
    receive(picture) {
      const key = JSON.stringify(picture);
      const known = sprites.get(key);
      if (known !== undefined) return known;
      const fetched = fetch(picture);
      onTheWay.add(fetched);
      const sprite = finished(fetched);
      sprites.set(key, sprite);
      return sprite;
    },
    arrivedMs: () => arrivedMs,
  };

  async function finished(fetched: Promise<Raster>): Promise<Raster> {
    let picture: Raster;
    try {
      picture = await fetched;
      arrivedMs = performance.now();
    } finally {
      onTheWay.delete(fetched);
    }
    const turn = finishInTurn(picture, lastTurn);
    lastTurn = turn.catch(() => {});
    return turn;
  }

  async function finishInTurn(picture: Raster, before: Promise<unknown>): Promise<Raster> {
    await before;
    await ready;
    do {
      await nextTurn();
      await Promise.allSettled(onTheWay);
    } while (onTheWay.size > 0);
    return finish(picture);
  }
}
