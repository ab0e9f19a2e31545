import { describe, expect, it } from "vitest";
import { tokenize, type Vocabulary } from "./vocabulary.ts";

const vocabulary: Vocabulary = {
  dimensions: 2,
  maxWords: 4,
  rows: new Map([
    ["red", 0],
    ["dragon", 1],
    ["berry", 2],
    ["cafe", 3],
  ]),
  vectors: Int8Array.from([127, 0, 64, -64, 0, 127, 1, 1]),
  scales: Float32Array.from([0.01, 0.5, 1, 1]),
  corrections: new Map([
    ["red", 1],
    ["1a", 2],
  ]),
};

describe("tokenize", () => {
  it("looks up vectors and learned corrections", () => {
    const tokens = tokenize("Red, DRAGON!", vocabulary);
    expect(tokens.words).toEqual(["red", "dragon"]);
    expect([...tokens.vectors].map((value) => Math.round(value * 100) / 100)).toEqual([1.27, 0, 32, -32]);
    expect(tokens.corrections).toEqual([1, 0]);
    expect(tokens.unknown).toEqual([]);
  });

  it("gives a caption word without a pretrained vector a vector of zeros", () => {
    const tokens = tokenize("1a", vocabulary);
    expect([tokens.words, [...tokens.vectors], tokens.corrections]).toEqual([["1a"], [0, 0], [2]]);
  });

  it("tries the singular, and reads words with accents", () => {
    expect(tokenize("dragons berries Café", vocabulary).words).toEqual(["dragon", "berry", "cafe"]);
  });

  it("leaves out what it does not know, and says so, in any script", () => {
    const tokens = tokenize("red дракон ドラゴン zzz", vocabulary);
    expect([tokens.words, tokens.unknown]).toEqual([["red"], ["дракон", "ドラゴン", "zzz"]]);
  });

  it("reads no more words than the model does", () => {
    const tokens = tokenize("red red red red dragon", vocabulary);
    expect([tokens.words.length, tokens.dropped]).toEqual([4, ["dragon"]]);
  });

  it("puts additions last, counts them, and keeps room for them", () => {
    const tokens = tokenize("red red red red", vocabulary, "dragon zzz");
    expect([tokens.words, tokens.added]).toEqual([["red", "red", "red", "dragon"], 1]);
    expect([tokens.unknown, tokens.dropped]).toEqual([[], ["red"]]);
  });

  it("finds nothing in nothing", () => {
    expect(tokenize(" ?! ", vocabulary)).toMatchObject({ words: [], unknown: [] });
  });
});
