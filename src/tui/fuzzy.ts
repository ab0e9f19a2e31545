/** How well `query` fits `text`, higher is better, and where its letters are; undefined if they are not all there. */
export function fuzzyMatch(
  query: string,
  text: string,
): { readonly score: number; readonly at: readonly number[] } | undefined {
  const wanted = query.toLowerCase().replace(/\s+/g, "");
  const given = text.toLowerCase();
  const at: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of wanted) {
    // The start of a word is what a person thinks of; else the next place will do.
    let found = -1;
    for (let index = from; index < given.length; index++)
      if (given[index] === letter && isWordStart(given, index)) {
        found = index;
        break;
      }
    const next = given.indexOf(letter, from);
    if (next < 0) return undefined;
    const follows = at.length > 0 && next === (at.at(-1) ?? 0) + 1;
    const index = follows || found < 0 ? next : canFinish(wanted, at.length + 1, given, found + 1) ? found : next;
    score += index === (at.at(-1) ?? -2) + 1 ? 6 : isWordStart(given, index) ? 5 : 1;
    at.push(index);
    from = index + 1;
  }
  // Among equals the shorter text is the closer one.
  return { score: score - given.length / 100 - (at[0] ?? 0) / 50, at };
}

function isWordStart(text: string, index: number): boolean {
  return index === 0 || !/[\p{L}\p{N}]/u.test(text[index - 1] ?? "");
}

function canFinish(wanted: string, done: number, given: string, from: number): boolean {
  let at = from;
  for (const letter of [...wanted].slice(done)) {
    const next = given.indexOf(letter, at);
    if (next < 0) return false;
    at = next + 1;
  }
  return true;
}

/** The items that fit, the best first; all of them in their order when nothing is asked. */
export function fuzzyFind<Item>(
  query: string,
  items: readonly Item[],
  textOf: (item: Item) => string,
): readonly Item[] {
  if (query.trim() === "") return items;
  return items
    .map((item) => ({ item, match: fuzzyMatch(query, textOf(item)) }))
    .filter(({ match }) => match !== undefined)
    .sort((a, b) => (b.match?.score ?? 0) - (a.match?.score ?? 0))
    .map(({ item }) => item);
}
