import { expect, test } from "vitest";
import { rowOf } from "./entry.ts";
import { forgetIntent, recordAddition, settleIntents } from "./intents.ts";
import { sampleFolder, sampleLibrary } from "./sample-library.ts";
import { sampleSprite } from "./sample-sprites.ts";
import { databaseName, openStore } from "./store.ts";

test("an addition that its own process finishes and undoes meanwhile is not finished again", async () => {
  const directory = sampleFolder();
  const library = await sampleLibrary(directory);
  const sprite = sampleSprite("red dragon");
  const { id, file, created } = await library.add(sprite);
  const store = await openStore(directory, databaseName, { clock: () => new Date() });
  try {
    // As it stands between the writing of the PNG and that of its row.
    const { recipe, width, height, colors, seconds } = sprite;
    const relative = file.slice(directory.length + 1);
    const row = rowOf({ id, file: relative, width, height, colors, seconds, created }, recipe);
    const intent = recordAddition(store, { row, recipeJson: JSON.stringify(recipe) });
    store.database.exec("DELETE FROM sprites");

    const settling = settleIntents(store);
    // Settling reads the PNG first; in that time the other process is done with its intent, row and all.
    forgetIntent(store, intent);
    await settling;
    expect(library.count()).toBe(0);
  } finally {
    store.database.close();
  }
});
