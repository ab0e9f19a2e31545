/** A prompt as the model reads it; the arrays have one entry a word that it knows, `maxWords` at most. */
export type Tokens = {
  readonly words: readonly string[];
  /** `words.length * dimensions` numbers. */
  readonly vectors: Float32Array;
  /** Index of each word's learned correction, 0 for none. */
  readonly corrections: readonly number[];
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
 * Splits a prompt into lower-case words of letters a-z and digits (accents are taken off first) and looks each up. A
 * word that is not known is tried in its singular.
 */
export function tokenize(text: string, vocabulary: Vocabulary): Tokens {
  const words: string[] = [];
  const unknown: string[] = [];
  const dropped: string[] = [];
  // Other scripts are split off as words too, so that they are reported and not silently passed over.
  for (const word of text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}+/gu, "")
    .match(/[\p{L}\p{N}]+/gu) ?? []) {
    const known = knownForm(word, vocabulary);
    if (known === undefined) unknown.push(word);
    else if (words.length < vocabulary.maxWords) words.push(known);
    else dropped.push(known);
  }
  const vectors = new Float32Array(words.length * vocabulary.dimensions);
  for (const [index, word] of words.entries()) copyVector(word, vocabulary, vectors, index * vocabulary.dimensions);
  return { words, vectors, corrections: words.map((word) => vocabulary.corrections.get(word) ?? 0), unknown, dropped };
}

function knownForm(word: string, vocabulary: Vocabulary): string | undefined {
  const forms = [word, word.replace(/ies$/, "y"), word.replace(/es$/, ""), word.replace(/s$/, "")];
  return forms.find((form) => vocabulary.rows.has(form) || vocabulary.corrections.has(form));
}

function copyVector(word: string, vocabulary: Vocabulary, target: Float32Array, offset: number): void {
  const row = vocabulary.rows.get(word);
  // A caption word without a pretrained vector has its learned correction alone, over a vector of zeros.
  if (row === undefined) return;
  const { vectors, scales, dimensions } = vocabulary;
  for (let index = 0; index < dimensions; index++)
    target[offset + index] = vectors[row * dimensions + index] * scales[row];
}
