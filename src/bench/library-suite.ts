import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inventSprites, openLibrary, type SpriteQuery } from "#library";
import { measure } from "./measure.ts";
import type { BenchSuite } from "./suite.ts";

/** What people ask, from a word that a fifth of all prompts have to one that hardly any has. */
const questions: Readonly<Record<string, SpriteQuery>> = {
  commonWord: { text: "dragon" },
  commonWordByRelevance: { text: "dragon", order: "relevance" },
  twoWordsByRelevance: { text: "red drag", order: "relevance" },
  oneLetter: { text: "r" },
  rareWord: { text: "rare1234", order: "relevance" },
  filtered: { text: "dragon", size: 16, tile: true, order: "relevance" },
  since: { text: "dragon", since: new Date("2024-01-01") },
  byRating: { text: "dragon", order: "rating" },
};

/** How fast a large library answers: milliseconds to the first page of 50. */
export function librarySuite(rows = 100_000): BenchSuite {
  return {
    name: "library",
    description: `Searching a library of ${rows.toLocaleString("en")} sprites: milliseconds to the first page.`,
    async run({ signal, log }) {
      const folder = await mkdtemp(join(tmpdir(), "dgx-pixels-bench-"));
      try {
        log(`inventing ${rows} rows`);
        await inventSprites(folder, rows);
        const library = await openLibrary(folder, { clock: () => new Date() });
        try {
          const figures: Record<string, number> = { rows };
          for (const [name, question] of Object.entries(questions)) {
            const { median } = await measure(name, () => library.list(question), { repetitions: 15, signal });
            figures[`${name}Milliseconds`] = rounded(median * 1000);
          }
          return { ...figures, slowestMilliseconds: Math.max(...Object.values(figures).slice(1)) };
        } finally {
          library.close();
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
