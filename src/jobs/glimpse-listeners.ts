import type { JobGlimpse } from "./job.ts";
import { tellListeners } from "./tell-listeners.ts";

type Listener = (glimpse: JobGlimpse) => void;

/** Those who look on at running jobs. */
export function glimpseListeners(onChange: (count: number) => void = () => {}) {
  const listeners = new Set<Listener>();
  return {
    tell(glimpse: JobGlimpse): void {
      tellListeners(listeners, glimpse);
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
