import { resolve } from "node:path";
import type { Recipe } from "#asset";
import { makeFolder } from "#files";
import { insertSprite, rowOf } from "./entry.ts";
import { databaseName, inTransaction, openStore } from "./store.ts";

const subjects = ["sword", "potion", "wizard", "dragon", "shield", "staff", "crown", "goblin", "wall", "gem"];
const looks = ["red", "blue", "golden", "old", "wooden", "iron", "green", "small", "holding", "fire"];

/**
 * Fills a new library with rows of sprites that were never drawn (their files are missing), in one transaction, for
 * measuring how it does with many. Prompts have common words, each in tens of percent of the rows, and rare ones.
 */
export async function inventSprites(directory: string, count: number): Promise<void> {
  const folder = resolve(directory);
  await makeFolder(folder);
  const store = await openStore(folder, databaseName, { clock: () => new Date() });
  try {
    inTransaction(store, () => {
      for (let number = 0; number < count; number++) insertInvented(number);
    });
  } finally {
    store.database.close();
  }

  function insertInvented(number: number): void {
    // A multiplicative hash spreads the digits, so that words are independent of each other.
    const dice = Math.imul(number + 1, 0x9e3779b1) >>> 0;
    const words = [
      looks[dice % 10],
      looks[Math.floor(dice / 10) % 10],
      subjects[Math.floor(dice / 100) % 10],
      subjects[Math.floor(dice / 1000) % 10],
      `rare${Math.floor(dice / 10_000) % 3000}`,
    ];
    const recipe: Recipe = {
      format: 1,
      generator: { name: "sprite", model: "sprite", version: "0.0.0", hash: "0".repeat(64) },
      request: {
        prompt: words.join(" "),
        negative: "",
        size: dice % 3 === 0 ? 16 : 32,
        seed: number,
        steps: 8,
        guidance: 3,
        tile: dice % 7 === 0,
        background: "auto",
      },
      finishing: [],
      software: "dgx-pixels",
    };
    const { size } = recipe.request;
    const row = rowOf(
      {
        id: number.toString(16).padStart(16, "0"),
        file: `sprites/invented/${number}.png`,
        width: size,
        height: size,
        colors: 16,
        seconds: 0.2,
        created: new Date(1_700_000_000_000 + number * 60_000).toISOString(),
      },
      recipe,
    );
    insertSprite(store, row, JSON.stringify(recipe));
  }
}
