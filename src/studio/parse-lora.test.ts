import { expect, test } from "vitest";
import { parseLoras } from "./parse-lora.ts";

test.each([
  ["glow", [{ name: "glow", strength: 1 }]],
  ["glow:0.8", [{ name: "glow", strength: 0.8 }]],
  ["style/glow.safetensors:-1", [{ name: "style/glow.safetensors", strength: -1 }]],
  [
    "glow:0.8, knight",
    [
      { name: "glow", strength: 0.8 },
      { name: "knight", strength: 1 },
    ],
  ],
  [
    ["glow:0.5", "knight:2"],
    [
      { name: "glow", strength: 0.5 },
      { name: "knight", strength: 2 },
    ],
  ],
  ["", []],
])("%j names %j", (words, loras) => {
  expect(parseLoras(words)).toEqual(loras);
});

test.each(["glow:", "glow:strong", ":1"])("%s is no LoRA", (word) => {
  expect(() => parseLoras(word)).toThrow(`Cannot use the LoRA ${word}: give its name`);
});
