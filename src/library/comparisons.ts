import { LibraryError } from "./library-error.ts";
import { inTransaction, rowsOf, type Store } from "./store.ts";

/** One of those that are compared. Settings that decide its pictures are in `key`, so that votes add up over comparisons. */
export type Contender = {
  /** The same for the same generator, model and settings. */
  readonly key: string;
  /** What a person calls it. */
  readonly label: string;
  /** Its column and row in a grid of two settings, such as { x: "steps 4", y: "guidance 1" }. */
  readonly at?: { readonly x: string; readonly y: string } | undefined;
};

/** What every contender drew alike: a prompt and a seed. */
export type ComparisonRow = {
  readonly prompt: string;
  readonly seed: number;
  /** The jobs that draw it, one a contender, in their order. What became of them is known by the queue and the library. */
  readonly jobs: readonly string[];
};

export type NewComparison = {
  /** Lower-case UUID; also the group of its jobs. */
  readonly id: string;
  readonly contenders: readonly Contender[];
  readonly rows: readonly ComparisonRow[];
};

/** Which contender of a row is the best, by its place among them; null: none is better than the others. */
export type RowVote = {
  readonly row: number;
  /** Places of the contenders that were shown. */
  readonly shown: readonly number[];
  readonly winner: number | null;
  /** Whoever voted did not see which contender was which. */
  readonly isBlind: boolean;
  /** ISO 8601 in UTC. */
  readonly created: string;
};

export type Comparison = NewComparison & {
  /** ISO 8601 in UTC. */
  readonly created: string;
  /** One a row at most, by row. */
  readonly votes: readonly RowVote[];
};

export type ComparisonPage = {
  readonly comparisons: readonly Comparison[];
  /** Where the next page starts; null: this is the last. */
  readonly nextOffset: number | null;
};

type Stored = { readonly serial: number; readonly id: string; readonly content: string; readonly created: string };
type StoredVote = {
  readonly row: number;
  readonly shown: string;
  readonly winner: number | null;
  readonly is_blind: number;
  readonly created: string;
};

const idPattern = /^[0-9a-f-]{4,36}$/;

/** Files a comparison before its jobs are asked for; one whose id is there already is answered as it is. */
export function addComparison(store: Store, { id, contenders, rows }: NewComparison): Comparison {
  if (contenders.length < 2 || rows.length === 0 || rows.some(({ jobs }) => jobs.length !== contenders.length))
    throw new LibraryError(
      `Cannot file a comparison of ${contenders.length} contenders in ${rows.length} rows: give two or more, and a job for each in every row`,
      { code: "invalid-comparison", field: "contenders", value: contenders.length },
    );
  store.database
    .prepare("INSERT INTO comparisons (id, content, created) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING")
    .run(id, JSON.stringify({ contenders, rows }), store.clock().toISOString());
  return findComparison(store, id);
}

/** By its id or the first four or more characters of it, where no other begins so. Throws LibraryError. */
export function findComparison(store: Store, reference: string): Comparison {
  return comparisonOf(store, storedBy(store, reference));
}

/** The newest first. */
export function listComparisons(store: Store, limit: number, offset: number): ComparisonPage {
  const found = rowsOf<Stored>(
    store,
    "SELECT serial, id, content, created FROM comparisons ORDER BY serial DESC LIMIT ? OFFSET ?",
    limit + 1,
    offset,
  );
  return {
    comparisons: found.slice(0, limit).map((stored) => comparisonOf(store, stored)),
    nextOffset: found.length > limit ? offset + limit : null,
  };
}

/** Every comparison's contenders and votes, for a ranking over all of them. */
export function allVotes(store: Store): readonly (RowVote & { readonly contenders: readonly Contender[] })[] {
  const contenders = new Map<number, readonly Contender[]>();
  return rowsOf<StoredVote & Pick<Stored, "serial" | "content">>(
    store,
    `SELECT serial, content, row, shown, winner, is_blind, votes.created
     FROM votes JOIN comparisons ON comparison = serial ORDER BY vote`,
  ).map(({ serial, content, ...vote }) => {
    const known = contenders.get(serial) ?? (JSON.parse(content) as NewComparison).contenders;
    contenders.set(serial, known);
    return { ...voteOf(vote), contenders: known };
  });
}

/** Files a vote on a row; it takes the place of an earlier one on that row. Answers the comparison as it is then. */
export function addVote(store: Store, reference: string, vote: Omit<RowVote, "created">): Comparison {
  return inTransaction(store, () => {
    const stored = storedBy(store, reference);
    const { contenders, rows } = JSON.parse(stored.content) as NewComparison;
    const isPlace = (place: number, count: number) => Number.isInteger(place) && place >= 0 && place < count;
    if (!isPlace(vote.row, rows.length))
      throw invalidVote(
        "row",
        vote.row,
        `Cannot vote on row ${vote.row + 1}: the comparison has rows 1 to ${rows.length}`,
      );
    const shown = [...new Set(vote.shown)];
    if (shown.length < 2 || !shown.every((place) => isPlace(place, contenders.length)))
      throw invalidVote("shown", vote.shown, "Cannot vote on fewer than two contenders: show two or more of them");
    if (vote.winner !== null && !shown.includes(vote.winner))
      throw invalidVote(
        "winner",
        vote.winner,
        `Cannot vote for contender ${vote.winner + 1}: choose one of ${shown.map((place) => place + 1).join(", ")}`,
      );
    store.database
      .prepare(
        `INSERT INTO votes (comparison, row, shown, winner, is_blind, created) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (comparison, row) DO UPDATE SET
           shown = excluded.shown, winner = excluded.winner, is_blind = excluded.is_blind, created = excluded.created`,
      )
      .run(
        stored.serial,
        vote.row,
        JSON.stringify(shown),
        vote.winner,
        vote.isBlind ? 1 : 0,
        store.clock().toISOString(),
      );
    return comparisonOf(store, stored);
  });
}

/** Takes the vote on a row back, if there is one. */
export function removeVote(store: Store, reference: string, row: number): Comparison {
  const stored = storedBy(store, reference);
  store.database.prepare("DELETE FROM votes WHERE comparison = ? AND row = ?").run(stored.serial, row);
  return comparisonOf(store, stored);
}

/** Forgets a comparison and its votes; the sprites stay in the library. */
export function removeComparison(store: Store, reference: string): void {
  const { serial } = storedBy(store, reference);
  store.database.prepare("DELETE FROM comparisons WHERE serial = ?").run(serial);
}

function storedBy(store: Store, reference: string): Stored {
  const start = reference.toLowerCase();
  const found = idPattern.test(start)
    ? rowsOf<Stored>(
        store,
        "SELECT serial, id, content, created FROM comparisons WHERE id >= ? AND id < ? ORDER BY id LIMIT 2",
        start,
        `${start}g`,
      )
    : [];
  const [first, second] = found;
  if (first === undefined)
    throw new LibraryError(
      `Cannot find the comparison ${JSON.stringify(reference)}: give 4 or more characters of its id, as compare list shows it`,
      { code: "not-found", reference },
    );
  if (second !== undefined && first.id !== start)
    throw new LibraryError(
      `Cannot tell which comparison ${JSON.stringify(reference)} is: ${first.id} or ${second.id}; give more of its id`,
      { code: "invalid-reference", reference },
    );
  return first;
}

function comparisonOf(store: Store, { serial, id, content, created }: Stored): Comparison {
  const { contenders, rows } = JSON.parse(content) as NewComparison;
  const votes = rowsOf<StoredVote>(
    store,
    "SELECT row, shown, winner, is_blind, created FROM votes WHERE comparison = ? ORDER BY row",
    serial,
  );
  return { id, created, contenders, rows, votes: votes.map(voteOf) };
}

function voteOf({ row, shown, winner, is_blind, created }: StoredVote): RowVote {
  return { row, shown: JSON.parse(shown) as number[], winner, isBlind: is_blind === 1, created };
}

function invalidVote(field: string, value: unknown, message: string): LibraryError {
  return new LibraryError(message, { code: "invalid-vote", field, value });
}
