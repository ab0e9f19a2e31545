import type { Library, LibraryEntry, SpriteQuery } from "#studio";

const pageSize = 60;
const mostPages = 12;

/** What a query finds, by place, read page by page as it is looked at. */
export class EntryPages {
  readonly #library: Library;
  #query: SpriteQuery;
  #count = 0;
  readonly #pages = new Map<number, readonly LibraryEntry[]>();

  constructor(library: Library, query: SpriteQuery = {}) {
    this.#library = library;
    this.#query = query;
    this.refresh();
  }

  get count(): number {
    return this.#count;
  }

  get query(): SpriteQuery {
    return this.#query;
  }

  set query(query: SpriteQuery) {
    // A wrong query throws here and leaves the last one in place.
    const count = this.#library.count(query);
    this.#query = query;
    this.#count = count;
    this.#pages.clear();
  }

  /** Reads again: something was added, changed or removed. */
  refresh(): void {
    this.#count = this.#library.count(this.#query);
    this.#pages.clear();
  }

  at(index: number): LibraryEntry | undefined {
    if (index < 0 || index >= this.#count) return undefined;
    const number = Math.floor(index / pageSize);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = this.#library.list({ ...this.#query, limit: pageSize, offset: number * pageSize }).entries;
      this.#pages.set(number, page);
      const [oldest] = this.#pages.keys();
      if (this.#pages.size > mostPages && oldest !== undefined) this.#pages.delete(oldest);
    }
    return page[index % pageSize];
  }

  /** Where a sprite is, among the pages that were read. */
  indexOf(id: string): number | undefined {
    for (const [number, page] of this.#pages) {
      const at = page.findIndex((entry) => entry.id === id);
      if (at >= 0) return number * pageSize + at;
    }
    return undefined;
  }
}
