import { limits } from "#asset";
import { entriesOf, type LibraryEntry } from "./entry.ts";
import { facets } from "./facets.ts";
import { LibraryError } from "./library-error.ts";
import { searchTermsOf } from "./search-terms.ts";
import { inSnapshot, rowsOf, type Store } from "./store.ts";
import { normalTag } from "./tag-name.ts";

/** Which sprites; all that is given must hold. */
export type SpriteFilter = {
  /** Words of prompt and tags, as a person types them. */
  readonly text?: string | undefined;
  /** Has all of these. */
  readonly tags?: readonly string[] | undefined;
  /** 1 to 5; leaves out what is not rated. */
  readonly minRating?: number | undefined;
  readonly generator?: string | undefined;
  readonly model?: string | undefined;
  /** Created at this time or later. */
  readonly since?: Date | undefined;
  /** Created before this time. */
  readonly until?: Date | undefined;
  readonly tile?: boolean | undefined;
  /** Width in pixels. */
  readonly size?: number | undefined;
};

export type SpriteQuery = SpriteFilter & {
  /**
   * "newest" (the default) and "oldest" go by when a sprite came into the library; "rating" is best first, then newest.
   * "relevance" ranks the newest 2,000 matches by BM25, so that the commonest words stay quick; later pages than
   * that are empty. Without text it is "newest".
   */
  readonly order?: "newest" | "oldest" | "rating" | "relevance" | undefined;
  /** 1 to 1000; 50 by default. */
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
};

export type LibraryPage = {
  readonly entries: readonly LibraryEntry[];
  /** Where the next page starts; null: this is the last. */
  readonly nextOffset: number | null;
};

export const defaultLimit = 50;
const maxLimit = 1000;

/** BM25 takes some 3 µs a match, so ranking 30,000 takes a tenth of a second. */
const rankedMatches = 2000;
const sortedMatches = 2000;

export function findPage(store: Store, query: SpriteQuery): LibraryPage {
  const { limit = defaultLimit, offset = 0 } = query;
  checkWhole("limit", limit, 1, maxLimit);
  checkWhole("offset", offset, 0, Number.MAX_SAFE_INTEGER - maxLimit);
  return inSnapshot(store, () => {
    const serials = findSerials(store, query, limit + 1, offset);
    return {
      entries: entriesOf(store, serials.slice(0, limit)),
      nextOffset: serials.length > limit ? offset + limit : null,
    };
  });
}

/** How many sprites a filter finds. */
export function countSprites(store: Store, filter: SpriteFilter): number {
  const condition = conditionOf(store, filter);
  if (condition === undefined) return 0;
  const { from, where, values } = tablesOf(condition);
  return Number(store.database.prepare(`SELECT count(*) AS n FROM ${from} ${where}`).get(...values)?.["n"]);
}

type Found = { readonly serial: number };

/** Row numbers in the query's order; `limit` -1 is all. */
export function findSerials(store: Store, query: SpriteQuery, limit: number, offset: number): number[] {
  const condition = conditionOf(store, query);
  if (condition === undefined) return [];
  const order = query.order === "relevance" && !hasText(query) ? "newest" : (query.order ?? "newest");
  const { from, serial, where, values } = tablesOf(condition);
  const select = (sql: string) => rowsOf<Found>(store, sql, ...values, limit, offset).map((row) => row.serial);

  switch (order) {
    case "newest":
    case "oldest": {
      const direction = order === "newest" ? "DESC" : "ASC";
      const sql = `SELECT ${serial} AS serial FROM ${from} ${where} ORDER BY ${serial} ${direction} LIMIT ? OFFSET ?`;
      return select(sql);
    }
    case "relevance": {
      // A word in a tag says more than one in a prompt; facets say nothing.
      const matches = `SELECT ${serial} AS serial, bm25(sprite_search, 1.0, 2.0, 0.0) AS score
        FROM ${from} ${where} ORDER BY ${serial} DESC LIMIT ${rankedMatches}`;
      const sql = `SELECT serial FROM (${matches}) ORDER BY score, serial DESC LIMIT ? OFFSET ?`;
      return select(sql);
    }
    case "rating":
      return findByRating(store, condition, limit, offset);
    default:
      throw invalidQuery("order", order, "give newest, oldest, rating or relevance");
  }
}

/** Few matches are sorted; of many, each rating is searched by itself, since sorting them all takes too long. */
function findByRating(store: Store, condition: Condition, limit: number, offset: number): number[] {
  const wanted = limit < 0 ? Number.POSITIVE_INFINITY : offset + limit;
  const { from, serial, where, values } = tablesOf(condition);
  const sorted = rowsOf<Found>(
    store,
    `SELECT serial FROM sprites WHERE serial IN (SELECT ${serial} FROM ${from} ${where} LIMIT ${sortedMatches + 1})
     ORDER BY rating DESC, serial DESC`,
    ...values,
  );
  if (sorted.length <= sortedMatches) return sorted.slice(offset, wanted).map((row) => row.serial);

  const serials: number[] = [];
  for (const rating of [5, 4, 3, 2, 1, null]) {
    if (serials.length >= wanted) break;
    const rated = tablesOf({ ...condition, match: [...condition.match, facets.rating(rating)] });
    const sql = `SELECT ${rated.serial} AS serial FROM ${rated.from} ${rated.where} ORDER BY ${rated.serial} DESC LIMIT ?`;
    const left = Number.isFinite(wanted) ? wanted - serials.length : -1;
    for (const row of rowsOf<Found>(store, sql, ...rated.values, left)) serials.push(row.serial);
  }
  return serials.slice(offset);
}

type Condition = {
  /** FTS5 expressions that must all match; none: every sprite. */
  readonly match: readonly string[];
  /** ISO times. */
  readonly since: string | undefined;
  readonly until: string | undefined;
};

/** Undefined when nothing can match. */
function conditionOf(store: Store, filter: SpriteFilter): Condition | undefined {
  const match: string[] = [];
  if (hasText(filter)) {
    if (filter.text.length > limits.promptCharacters)
      throw new LibraryError(
        `Cannot search with a text of ${filter.text.length} characters: shorten it to ${limits.promptCharacters} at most`,
        { code: "invalid-query", field: "text", value: filter.text },
      );
    const terms = searchTermsOf(filter.text);
    if (terms === undefined) return undefined;
    match.push(terms);
  }
  for (const name of filter.tags ?? []) {
    const tag = store.database.prepare("SELECT tag FROM tags WHERE name = ?").get(normalTag(name))?.["tag"];
    if (tag === undefined) return undefined;
    match.push(facets.tag(Number(tag)));
  }
  if (filter.minRating !== undefined) {
    checkWhole("minRating", filter.minRating, 1, 5);
    const ratings = [1, 2, 3, 4, 5].slice(filter.minRating - 1);
    match.push(`(${ratings.map(facets.rating).join(" OR ")})`);
  }
  if (filter.size !== undefined) {
    checkWhole("size", filter.size, 1, Number.MAX_SAFE_INTEGER);
    match.push(facets.width(filter.size));
  }
  if (filter.tile !== undefined) match.push(facets.tile(filter.tile));
  if (filter.generator !== undefined) match.push(facets.generator(filter.generator));
  if (filter.model !== undefined) match.push(facets.model(filter.model));
  return { match, since: timeOf("since", filter.since), until: timeOf("until", filter.until) };
}

function hasText<Filter extends SpriteFilter>(filter: Filter): filter is Filter & { readonly text: string } {
  return filter.text !== undefined && filter.text.trim() !== "";
}

function timeOf(field: string, time: Date | undefined): string | undefined {
  if (time === undefined) return undefined;
  if (Number.isNaN(time.getTime())) throw invalidQuery(field, "Invalid Date", "give a date such as 2026-11-22");
  return time.toISOString();
}

type Tables = {
  readonly from: string;
  /** The column of the row number. */
  readonly serial: string;
  readonly where: string;
  readonly values: readonly string[];
};

/**
 * CROSS JOIN keeps the order of the tables, so that the index is read once and in order, and reading can stop early. The
 * `+` makes SQLite find the bounds by the index on `created` instead of walking the table.
 */
function tablesOf({ match, since, until }: Condition): Tables {
  const searches = match.length > 0;
  const dates = since !== undefined || until !== undefined;
  const serial = searches ? "sprite_search.rowid" : "sprites.serial";
  const conditions: string[] = [];
  const values: string[] = [];
  const add = (condition: string, value: string) => {
    conditions.push(condition);
    values.push(value);
  };
  if (searches) add("sprite_search MATCH ?", match.join(" AND "));
  if (since !== undefined) {
    add("created >= ?", since);
    add(`${serial} >= (SELECT min(+serial) FROM sprites WHERE created >= ?)`, since);
  }
  if (until !== undefined) {
    add("created < ?", until);
    add(`${serial} <= (SELECT max(+serial) FROM sprites WHERE created < ?)`, until);
  }
  const joined = "sprite_search CROSS JOIN sprites ON sprites.serial = sprite_search.rowid";
  return {
    from: searches ? (dates ? joined : "sprite_search") : "sprites",
    serial,
    where: conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`,
    values,
  };
}

function checkWhole(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw invalidQuery(field, value, `give a whole number from ${least}${most < 1e9 ? ` to ${most}` : ""}`);
}

function invalidQuery(field: string, value: unknown, remedy: string): LibraryError {
  return new LibraryError(`Cannot search with ${field} ${String(value)}: ${remedy}`, {
    code: "invalid-query",
    field,
    value,
  });
}
