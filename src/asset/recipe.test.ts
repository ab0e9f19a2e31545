import { describe, expect, it } from "vitest";
import { createRaster, decodePng, encodePng } from "#pixels";
import { encodeSprite, type Recipe, readRecipe, recipeKeyword } from "./recipe.ts";
import { parseRequest } from "./request.ts";

const raster = createRaster(2, 1, Uint8ClampedArray.from([255, 0, 0, 255, 0, 0, 0, 0]));
const recipe: Recipe = {
  format: 1,
  generator: { name: "sprite", model: "sprite", version: "0.1.0", hash: "ab".repeat(32) },
  request: { ...parseRequest({ prompt: "wizard – “purple” 🧙", seed: 7 }), steps: 8, guidance: 3 },
  finishing: [
    { step: "alpha", threshold: 128 },
    { step: "palette", name: "mine", colors: ["#ff0000"] },
  ],
  software: "dgx-pixels 0.1.0",
};
const withText = (text: string) => encodePng(raster, { text: [{ keyword: recipeKeyword, text }] });

describe("encodeSprite", () => {
  it("keeps pixels and recipe, in any script", () => {
    const png = encodeSprite(raster, recipe);
    expect(readRecipe(png)).toEqual(recipe);
    expect(decodePng(png).data).toEqual(raster.data);
  });

  it("keeps which workflow and which files took part", () => {
    const generator = {
      ...recipe.generator,
      workflow: { name: "sdxl-sprite", hash: "cd".repeat(32) },
      files: [{ name: "base.safetensors", hash: "ef".repeat(32) }, { name: "glow.safetensors" }],
    };
    expect(readRecipe(encodeSprite(raster, { ...recipe, generator })).generator).toEqual(generator);
  });

  it("gives the same bytes for the same sprite", () => {
    expect(encodeSprite(raster, recipe)).toEqual(encodeSprite(raster, structuredClone(recipe)));
  });
});

describe("readRecipe", () => {
  it.each([
    ["a PNG without a recipe", encodePng(raster), "no-recipe", "Cannot find a recipe"],
    ["a recipe that is not JSON", withText("{"), "invalid-recipe", "not JSON"],
    ["a recipe that lacks a part", withText('{"format":1}'), "invalid-recipe", "Cannot use generator"],
    ["a recipe that is null", withText("null"), "invalid-recipe", "Cannot use the request"],
    ["a recipe of a later format", withText('{"format":2}'), "invalid-recipe", "update dgx-pixels"],
    [
      "a recipe whose request is out of bounds",
      withText(JSON.stringify({ ...recipe, request: { ...recipe.request, seed: -1 } })),
      "invalid-recipe",
      "Cannot use seed -1",
    ],
  ])("refuses %s", (_what, png, code, message) => {
    expect(() => readRecipe(png)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });
});
