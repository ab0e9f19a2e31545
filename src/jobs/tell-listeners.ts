/** A mistake of a listener's is its own: others hear all the same, and nothing is undone. */
export function tellListeners<Event>(listeners: Iterable<(event: Event) => void>, event: Event): void {
  for (const listener of listeners)
    try {
      listener(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
}
