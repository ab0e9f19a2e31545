import { describe, expect, it } from "vitest";
import { parseRequest } from "./request.ts";

const messageOf = (input: unknown) => {
  try {
    parseRequest(input);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
};

describe("parseRequest", () => {
  it("fills in defaults, and leaves steps and guidance to the generator", () => {
    expect(parseRequest({ prompt: "red dragon", seed: 7 })).toEqual({
      prompt: "red dragon",
      negative: "",
      size: 32,
      seed: 7,
      tile: false,
      background: "auto",
    });
  });

  it.each([
    [{ prompt: "", seed: 1 }, "Cannot draw an empty prompt"],
    [{ prompt: "  \u00a0 ", seed: 1 }, "Cannot draw an empty prompt"],
    [{ prompt: "x".repeat(10_000), seed: 1 }, "Cannot use a prompt of 10000 characters: shorten it to 2000 at most"],
    [{ prompt: "red\u0007dragon", seed: 1 }, "Cannot use a prompt with control characters"],
    [{ prompt: "red\u009bdragon", seed: 1 }, "Cannot use a prompt with control characters"],
    [{ prompt: "a", negative: "b\n", seed: 1 }, "Cannot use a negative prompt with control characters"],
    [{ prompt: "a", seed: -1 }, "Cannot use seed -1: give a whole number from 0 to 4294967295"],
    [{ prompt: "a", seed: 1.5 }, "Cannot use seed 1.5"],
    [{ prompt: "a", seed: 2 ** 32 }, "Cannot use seed 4294967296"],
    [{ prompt: "a", seed: Number.NaN }, "Cannot use seed"],
    [{ prompt: "a", seed: 1, size: 0 }, "Cannot use size 0"],
    [{ prompt: "a", seed: 1, steps: 1000 }, "Cannot use steps 1000: give a whole number from 1 to 100"],
    [{ prompt: "a", seed: 1, guidance: -2 }, "Cannot use guidance -2: give a number from 0 to 20"],
    [{ prompt: "a", seed: 1, background: "blue" }, "Cannot use background"],
    [{ prompt: "a", seed: 1, source: { png: "AAAA", strength: 2 } }, "Cannot use strength 2"],
    [{ prompt: "a" }, "Cannot use seed: it is missing; give a number"],
    [{ prompt: 5, seed: 1 }, "Cannot use prompt 5: give text"],
    [{ prompt: "a", seed: 1, colour: 3 }, "colour"],
    ["red dragon", 'Cannot use the request "red dragon": give an object'],
  ])("refuses %j in one sentence", (input, expected) => {
    const message = messageOf(input);
    expect(message).toContain(expected);
    expect(message).not.toContain("\n");
  });
});
