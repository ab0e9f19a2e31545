/** Passes on the latest of what comes for each key, at most once in `everyMs`: the first at once, the rest when due. */
export function conflate<Value>(everyMs: number, pass: (value: Value) => void) {
  const waiting = new Map<string, { latest: Value | undefined; timer: NodeJS.Timeout }>();

  function due(key: string): void {
    const entry = waiting.get(key);
    if (entry === undefined) return;
    if (entry.latest === undefined) {
      waiting.delete(key);
      return;
    }
    const { latest } = entry;
    waiting.set(key, { latest: undefined, timer: setTimeout(due, everyMs, key) });
    pass(latest);
  }

  return {
    push(key: string, value: Value): void {
      const entry = waiting.get(key);
      if (entry !== undefined) {
        entry.latest = value;
        return;
      }
      waiting.set(key, { latest: undefined, timer: setTimeout(due, everyMs, key) });
      pass(value);
    },
    /** Forgets what waits for a key: it ended, and nothing older may come after that. */
    drop(key: string): void {
      clearTimeout(waiting.get(key)?.timer);
      waiting.delete(key);
    },
    close(): void {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
