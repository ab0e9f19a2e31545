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

  it("keeps what a generator with several models is asked for", () => {
    const choices = {
      workflow: "sdxl-sprite",
      model: "base",
      loras: [{ name: "glow" }],
      batch: { count: 2, index: 1 },
    };
    expect(parseRequest({ prompt: "a", seed: 1, ...choices })).toMatchObject({
      ...choices,
      loras: [{ name: "glow", strength: 1 }],
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
    [{ prompt: "a", seed: 1, workflow: "" }, "Cannot use an empty workflow: leave it out"],
    [{ prompt: "a", seed: 1, model: "x".repeat(201) }, "Cannot use a model of more than 200 characters"],
    [{ prompt: "a", seed: 1, loras: [{ name: "a\u0007" }] }, "Cannot use a LoRA with control characters"],
    [
      { prompt: "a", seed: 1, loras: [{ name: "a", strength: 5 }] },
      "Cannot use LoRA strength 5: give a number from -4 to 4",
    ],
    [{ prompt: "a", seed: 1, loras: Array.from({ length: 9 }, () => ({ name: "a" })) }, "Cannot use more than 8 LoRAs"],
    [{ prompt: "a", seed: 1, batch: { count: 2, index: 2 } }, "Cannot use that batch index"],
    [{ prompt: "a", seed: 1, batch: { count: 65, index: 0 } }, "Cannot use batch count 65"],
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
