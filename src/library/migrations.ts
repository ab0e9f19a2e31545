import type { Schema } from "#database";

/** Marks a database as a library of this program ("DGXP"). */
export const applicationId = 0x44_47_58_50;

/**
 * What each version adds to the one before; the database's user_version counts them. A step that has been released is
 * never edited.
 *
 * `sprite_search` holds words, and also the facets that a query can ask for, as words that begin with U+E000, which is
 * a letter to the tokenizer and is taken out of every other text. So a filter is one more word to intersect: 100,000
 * sprites are filtered in the time of a search, where looking at each match's row takes ten times as long (see
 * facets.ts for the words).
 */
const steps: readonly string[] = [
  `
  CREATE TABLE sprites (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    file TEXT NOT NULL,
    prompt TEXT NOT NULL,
    negative TEXT NOT NULL,
    generator TEXT NOT NULL,
    model TEXT NOT NULL,
    model_version TEXT NOT NULL,
    model_hash TEXT NOT NULL,
    seed INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    colors INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    guidance REAL NOT NULL,
    tile INTEGER NOT NULL,
    background TEXT NOT NULL,
    source TEXT NOT NULL,
    seconds REAL,
    created TEXT NOT NULL,
    rating INTEGER CHECK (rating BETWEEN 1 AND 5)
  ) STRICT;
  CREATE INDEX sprites_by_file ON sprites (file);
  CREATE INDEX sprites_by_rating ON sprites (rating);
  CREATE INDEX sprites_by_created ON sprites (created);

  -- Apart from the sprites, since a recipe can hold a whole source picture.
  CREATE TABLE recipes (
    sprite INTEGER PRIMARY KEY REFERENCES sprites (serial) ON DELETE CASCADE,
    json TEXT NOT NULL
  ) STRICT;

  CREATE TABLE tags (
    tag INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE sprite_tags (
    sprite INTEGER NOT NULL REFERENCES sprites (serial),
    tag INTEGER NOT NULL REFERENCES tags (tag),
    PRIMARY KEY (sprite, tag)
  ) STRICT, WITHOUT ROWID;

  -- What is about to happen to a file, so that a killed process leaves nothing that the next one cannot finish.
  CREATE TABLE intents (
    intent INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('add', 'remove', 'adopt')),
    id TEXT NOT NULL,
    file TEXT NOT NULL,
    row TEXT NOT NULL,
    started TEXT NOT NULL
  ) STRICT;

  CREATE VIRTUAL TABLE sprite_search USING fts5 (
    prompt, tags, facets,
    content = '', contentless_delete = 1,
    tokenize = 'porter unicode61 remove_diacritics 2',
    prefix = '1 2 3'
  );
  CREATE VIEW sprite_words AS
    SELECT
      serial,
      replace(prompt, char(0xe000), ' ') AS prompt,
      (
        SELECT coalesce(group_concat(replace(name, char(0xe000), ' '), ' '), '')
        FROM sprite_tags JOIN tags USING (tag) WHERE sprite = serial
      ) AS tags,
      char(0xe000) || 'w' || width
        || ' ' || char(0xe000) || 'tile' || tile
        || ' ' || char(0xe000) || 'r' || coalesce(rating, 0)
        || ' ' || char(0xe000) || 'g' || hex(generator) || '0'
        || ' ' || char(0xe000) || 'm' || hex(model) || '0'
        || (
          SELECT coalesce(group_concat(' ' || char(0xe000) || 't' || tag, ''), '')
          FROM sprite_tags WHERE sprite = serial
        ) AS facets
    FROM sprites;
  CREATE TRIGGER sprite_added AFTER INSERT ON sprites BEGIN
    INSERT INTO sprite_search (rowid, prompt, tags, facets)
      SELECT serial, prompt, tags, facets FROM sprite_words WHERE serial = new.serial;
  END;
  CREATE TRIGGER sprite_removed AFTER DELETE ON sprites BEGIN
    DELETE FROM sprite_search WHERE rowid = old.serial;
  END;
  CREATE TRIGGER sprite_rated AFTER UPDATE OF rating ON sprites BEGIN
    DELETE FROM sprite_search WHERE rowid = new.serial;
    INSERT INTO sprite_search (rowid, prompt, tags, facets)
      SELECT serial, prompt, tags, facets FROM sprite_words WHERE serial = new.serial;
  END;
  CREATE TRIGGER sprite_tagged AFTER INSERT ON sprite_tags BEGIN
    DELETE FROM sprite_search WHERE rowid = new.sprite;
    INSERT INTO sprite_search (rowid, prompt, tags, facets)
      SELECT serial, prompt, tags, facets FROM sprite_words WHERE serial = new.sprite;
  END;
  CREATE TRIGGER sprite_untagged AFTER DELETE ON sprite_tags BEGIN
    DELETE FROM sprite_search WHERE rowid = old.sprite;
    INSERT INTO sprite_search (rowid, prompt, tags, facets)
      SELECT serial, prompt, tags, facets FROM sprite_words WHERE serial = old.sprite;
  END;
  `,
  `
  -- Which sprite a job of the queue came to; kept when the sprite is removed, so that no second one takes its place.
  CREATE TABLE deliveries (
    job TEXT PRIMARY KEY,
    sprite TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Contenders and rows as JSON: they are read together and never change.
  CREATE TABLE comparisons (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL,
    created TEXT NOT NULL
  ) STRICT;
  CREATE TABLE votes (
    vote INTEGER PRIMARY KEY AUTOINCREMENT,
    comparison INTEGER NOT NULL REFERENCES comparisons (serial) ON DELETE CASCADE,
    row INTEGER NOT NULL,
    shown TEXT NOT NULL,
    winner INTEGER,
    is_blind INTEGER NOT NULL,
    created TEXT NOT NULL,
    UNIQUE (comparison, row)
  ) STRICT;
  `,
];

export const latestVersion = steps.length;

export const librarySchema: Schema = { applicationId, steps };
