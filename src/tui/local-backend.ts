import type { Studio } from "#studio";
import type { Backend } from "./backend.ts";
import { memoryClient } from "./memory-client.ts";

export type LocalOptions = { readonly parallel: number; readonly software: string; readonly clockMs: () => number };

/** A backend for a studio that runs alone: its queue lives as long as it does. */
export function localBackend(studio: Studio, options: LocalOptions): Backend {
  const client = memoryClient({
    ...options,
    generators: async () => ({ generators: await Promise.all(studio.generators.map((name) => studio.describe(name))) }),
    draw: async (generator, { request, finishing }, { signal, onProgress }) => {
      const { seconds, notes, entry } = await studio.draw(generator, request, finishing, {
        signal,
        onProgress: (progress) => {
          if (progress.kind === "step") onProgress(progress);
        },
      });
      const { width, height, colors, id, file } = entry;
      return { seconds, notes: [...notes], width, height, colors, sprite: id, file };
    },
  });
  return { kind: "in-process", client, studio };
}
