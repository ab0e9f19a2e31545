/** Wakes those who wait for something to do. */
export function createBell() {
  const waiting = new Set<() => void>();
  return {
    ring(): void {
      for (const wake of waiting) wake();
    },
    /** Until it rings, or this long. */
    wait(ms: number): Promise<void> {
      return new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, ms);
        waiting.add(wake);
      });
    },
  };
}
