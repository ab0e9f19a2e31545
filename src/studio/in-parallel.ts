/** Runs `work` on every item, `width` at a time, and yields the results in the items' order. */
export async function* inParallel<Item, Value>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Value>,
): AsyncGenerator<{ readonly item: Item; readonly value: Value }> {
  const running: Promise<Value>[] = [];
  let started = 0;
  for (const item of items) {
    while (started < items.length && running.length < width) {
      const next = work(items[started], started);
      // A failure is seen when its turn comes; until then it must not count as unhandled.
      next.catch(() => {});
      running.push(next);
      started++;
    }
    yield { item, value: await (running.shift() as Promise<Value>) };
  }
}
