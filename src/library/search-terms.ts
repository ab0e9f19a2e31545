/**
 * What a person typed, as an FTS5 expression that cannot be malformed: every word must occur, a phrase in double quotes
 * occurs as it stands, and a word with a trailing `*`, and the last word in any case, is the beginning of one. All other
 * signs separate words. Undefined when there is no letter or digit in it.
 */
export function searchTermsOf(text: string): string | undefined {
  const pieces = [...text.replace(ignored, " ").matchAll(/"([^"]*)(?:"|$)|([^\s"]+)/g)];
  const terms = new Set<string>();
  for (const [index, [, phrase, word]] of pieces.entries()) {
    const content = (phrase ?? word ?? "").replace(/[^\p{L}\p{N}\p{M}]+/gu, " ").trim();
    if (!hasLetterOrDigit.test(content)) continue;
    const isBeginning = word !== undefined && (word.endsWith("*") || index === pieces.length - 1);
    terms.add(isBeginning ? `"${content}" *` : `"${content}"`);
  }
  return terms.size === 0 ? undefined : [...terms].join(" AND ");
}

const hasLetterOrDigit = /[\p{L}\p{N}]/u;

/** Control characters, halves of characters, and the private ones that mark facets. */
const ignored = /[\p{Cc}\p{Cs}\p{Co}]+/gu;
