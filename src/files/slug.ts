const spelledOut: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
};

/** Names that Windows keeps for devices. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

/**
 * A piece of a file name that every system accepts: a-z, 0-9 and single dashes, at most `maxCharacters`, cut between
 * words where it can be. "sprite" when nothing is left, as with other scripts.
 */
export function slugOf(text: string, maxCharacters = 48): string {
  const plain = text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/[ßæœøđðþłı]/g, (letter) => spelledOut[letter] ?? "")
    .replace(/['’]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const slug = shorten(plain, maxCharacters);
  if (slug === "") return "sprite".slice(0, maxCharacters);
  return reserved.test(slug) ? shorten(`x-${slug}`, maxCharacters) : slug;
}

function shorten(slug: string, maxCharacters: number): string {
  if (slug.length <= maxCharacters) return slug;
  const cut = slug.slice(0, maxCharacters + 1);
  const dash = cut.lastIndexOf("-");
  const endsBetweenWords = dash > maxCharacters / 2;
  return cut.slice(0, endsBetweenWords ? dash : maxCharacters).replace(/-+$/, "");
}
