/**
 * The words under which `sprite_search` knows what a sprite is, beside what it says (see migrations.ts, which writes
 * them). Each ends in a digit, which keeps the stemmer away from it.
 */
export const facets = {
  width: (widthPx: number) => word(`w${widthPx}`),
  tile: (tile: boolean) => word(`tile${tile ? 1 : 0}`),
  /** null: not rated. */
  rating: (rating: number | null) => word(`r${rating ?? 0}`),
  generator: (name: string) => word(`g${hexOf(name)}0`),
  model: (name: string) => word(`m${hexOf(name)}0`),
  tag: (tag: number) => word(`t${tag}`),
} as const;

function word(text: string): string {
  return `"\u{e000}${text}"`;
}

function hexOf(text: string): string {
  return Buffer.from(text, "utf8").toString("hex");
}
