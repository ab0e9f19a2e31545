import { expect, test } from "vitest";
import { inventSprites } from "./invented-sprites.ts";
import { sampleFolder, sampleLibrary } from "./sample-library.ts";

test("invented sprites are found by common and by rare words, and have no files", async () => {
  const directory = sampleFolder();
  await inventSprites(directory, 300);
  const library = await sampleLibrary(directory);
  expect(library.count()).toBe(300);
  expect(library.count({ text: "dragon" })).toBeGreaterThan(30);
  const [entry] = library.search("rare").entries;
  expect(entry).toMatchObject({ missing: true, prompt: expect.stringMatching(/rare\d+$/) });
});
