/** A prompt as the model reads it; the arrays have one entry a word that it knows, `maxWords` at most. */
export type Tokens = {
  readonly words: readonly string[];
  /** `words.length * dimensions` numbers. */
  readonly vectors: Float32Array;
  /** Index of each word's learned correction, 0 for none. */
  readonly corrections: readonly number[];
  /** How many of the words were added to the person's own. */
  readonly added: number;
  /** Words that mean nothing to the model, in the order of the prompt. */
  readonly unknown: readonly string[];
  /** Known words past the model's limit, which it does not see. */
  readonly dropped: readonly string[];
};

/** Pretrained word vectors, and the words of the training captions, for which the model learned a correction each. */
export type Vocabulary = {
  readonly dimensions: number;
  readonly maxWords: number;
  /** Word to row of `vectors`. */
  readonly rows: ReadonlyMap<string, number>;
  /** rows x dimensions, signed; times the row's scale it is the vector. */
  readonly vectors: Int8Array;
  readonly scales: Float32Array;
  /** Caption word to its index, counted from 1. */
  readonly corrections: ReadonlyMap<string, number>;
};

/**
 * Splits a prompt into words of letters and digits and looks each up, in lower case and without accents; a word that is
 * not known is tried in its singular. `additions` come last and always find room.
 */
export function tokenize(text: string, vocabulary: Vocabulary, additions = ""): Tokens {
  const added = split(additions).filter((word) => isKnown(word, vocabulary));
  const most = vocabulary.maxWords - added.length;
  const words: string[] = [];
  const unknown: string[] = [];
  const dropped: string[] = [];
  for (const word of split(text)) {
    const known = knownForm(word, vocabulary);
    if (known === undefined) unknown.push(word);
    else if (words.length < most) words.push(known);
    else dropped.push(word);
  }
  words.push(...added);
  const vectors = new Float32Array(words.length * vocabulary.dimensions);
  for (const [index, word] of words.entries()) copyVector(word, vocabulary, vectors, index * vocabulary.dimensions);
  const corrections = words.map((word) => vocabulary.corrections.get(word) ?? 0);
  return { words, vectors, corrections, added: added.length, unknown, dropped };
}

/** Words of every script, so that those which cannot be known are reported and not silently passed over. */
function split(text: string): readonly string[] {
  return text.normalize("NFC").match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

function isKnown(word: string, { rows, corrections }: Vocabulary): boolean {
  return rows.has(word) || corrections.has(word);
}

function knownForm(word: string, vocabulary: Vocabulary): string | undefined {
  const plain = word
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  const forms = [plain, plain.replace(/ies$/, "y"), plain.replace(/es$/, ""), plain.replace(/s$/, "")];
  return forms.find((form) => isKnown(form, vocabulary));
}

function copyVector(word: string, vocabulary: Vocabulary, target: Float32Array, offset: number): void {
  const row = vocabulary.rows.get(word);
  // A caption word without a pretrained vector has its learned correction alone, over a vector of zeros.
  if (row === undefined) return;
  const { vectors, scales, dimensions } = vocabulary;
  for (let index = 0; index < dimensions; index++)
    target[offset + index] = vectors[row * dimensions + index] * scales[row];
}
