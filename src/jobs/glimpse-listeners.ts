import type { JobGlimpse } from "./job.ts";

type Listener = (glimpse: JobGlimpse) => void;

/** Those who look on at running jobs. A mistake of one of them is its own, and keeps nothing from the others. */
export function glimpseListeners(onChange: (count: number) => void = () => {}) {
  const listeners = new Set<Listener>();
  return {
    tell(glimpse: JobGlimpse): void {
      for (const listener of listeners)
        try {
          listener(glimpse);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
    },
    add(listener: Listener): () => void {
      const own: Listener = (glimpse) => listener(glimpse);
      listeners.add(own);
      onChange(listeners.size);
      return () => {
        if (listeners.delete(own)) onChange(listeners.size);
      };
    },
    clear(): void {
      listeners.clear();
      onChange(0);
    },
  };
}
