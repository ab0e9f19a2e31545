import { describe, expect, it } from "vitest";
import { parseBatchRows } from "./batch-rows.ts";

const errorAt = (text: string, file: string, line: number) => {
  const row = parseBatchRows(text, file).find((candidate) => candidate.line === line);
  return row !== undefined && "error" in row ? row.error : undefined;
};

describe("a .txt batch", () => {
  it("has a prompt a line, without blank lines and comments", () => {
    expect(parseBatchRows("\uFEFFred dragon\r\n\n# monsters\n  blue potion \n", "a.txt")).toEqual([
      { line: 1, order: { prompt: "red dragon" }, name: undefined },
      { line: 4, order: { prompt: "blue potion" }, name: undefined },
    ]);
  });

  it("may be empty", () => {
    expect(parseBatchRows("", "a.txt")).toEqual([]);
  });
});

describe("a .csv batch", () => {
  it("has options by column, and leaves empty fields to their defaults", () => {
    const text = 'Prompt,seed,tile,name\n"dragon, red",7,yes,boss\npotion,,no,\n';
    expect(parseBatchRows(text, "a.csv")).toEqual([
      { line: 2, order: { prompt: "dragon, red", seed: 7, tile: true }, name: "boss" },
      { line: 3, order: { prompt: "potion", tile: false }, name: undefined },
    ]);
  });

  it("reports a bad field with its line and goes on", () => {
    const text = "prompt,colors,tile\nred dragon,many,\nblue potion,8,perhaps\ngem,4,\ngem,4,,5\n";
    expect(errorAt(text, "a.csv", 2)).toBe('Cannot use colors "many": give a number');
    expect(errorAt(text, "a.csv", 3)).toMatch("Cannot use tile");
    expect(errorAt(text, "a.csv", 4)).toBeUndefined();
    expect(errorAt(text, "a.csv", 5)).toMatch("4 fields for 3 columns");
  });

  it("is refused without a prompt column, or with one that is no option", () => {
    expect(() => parseBatchRows("seed\n7\n", "a.csv")).toThrow('no column "prompt"');
    expect(() => parseBatchRows("prompt,colour\nx,1\n", "a.csv")).toThrow('names a column "colour"');
    expect(() => parseBatchRows('prompt\n"red', "a.csv")).toThrow("at line 2");
  });
});

describe("a .jsonl batch", () => {
  it("has an object a line", () => {
    expect(parseBatchRows('{"prompt":"gem","count":2}\n\n{"prompt":"key","name":"k"}', "a.jsonl")).toEqual([
      { line: 1, order: { prompt: "gem", count: 2 }, name: undefined },
      { line: 3, order: { prompt: "key" }, name: "k" },
    ]);
  });

  it("reports what is no JSON, no object, or has unknown keys or wrong values", () => {
    const text = '{"prompt":\n[]\n{"prompt":"gem","colour":1}\n{"prompt":"gem","count":0}\n{"seed":1}';
    expect(errorAt(text, "a.jsonl", 1)).toMatch("not JSON");
    expect(errorAt(text, "a.jsonl", 2)).toMatch("Cannot use the request");
    expect(errorAt(text, "a.jsonl", 3)).toMatch("colour");
    expect(errorAt(text, "a.jsonl", 4)).toMatch("Cannot make 0 sprites");
    expect(errorAt(text, "a.jsonl", 5)).toBe("Cannot use prompt: it is missing; give text");
  });
});

it("refuses a file of another kind", () => {
  expect(() => parseBatchRows("", "a.yaml")).toThrow("name a .txt, .csv or .jsonl file");
});
