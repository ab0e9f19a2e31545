import type { OrderInput } from "#studio";
import { numberFlag, textFlag } from "./optional-flags.ts";

/** The options of an order as command-line flags. */
export type OrderFlags = Omit<OrderInput, "prompt" | "lora"> & { readonly lora?: readonly string[] };

export const orderFlags = {
  count: numberFlag("How many sprites; their seeds count up", "N"),
  seed: numberFlag("Same seed, same sprite; random and printed if absent", "N"),
  style: textFlag("A look by its name; a wrong one lists those there are", "NAME"),
  size: numberFlag("Width and height in pixels: 16, 32 or 64", "PX"),
  steps: numberFlag("Evaluations along the way: more is finer and slower", "N"),
  guidance: numberFlag("How closely to follow the prompt: 1 loosely, 3 by default, 7 strictly", "X"),
  negative: textFlag("What to keep out of the picture", "TEXT"),
  colors: numberFlag("Exactly this many colors, if the picture has as many", "N"),
  palette: {
    ...textFlag(
      "Only colors of a palette: a name such as pico-8, db16 or nes, or a .hex, .gpl, .pal or PNG file",
      "NAME|FILE",
    ),
    proposeCompletions: async (partial: string) => {
      const { paletteNames } = await import("#studio");
      return paletteNames().filter((name) => name.startsWith(partial));
    },
  },
  background: {
    kind: "enum",
    values: ["auto", "transparent", "opaque"],
    brief: "Ground behind the subject; auto leaves it to the model",
    optional: true,
  },
  tile: { kind: "boolean", brief: "A texture that repeats without a seam", optional: true },
  from: textFlag("A picture to start from", "IMAGE"),
  strength: numberFlag("With --from: 0 keeps the picture, 1 draws anew (0.6 by default)", "0..1"),
  mask: textFlag("With --from: a picture that is white where it is to be redrawn", "IMAGE"),
  workflow: textFlag("With --generator comfyui: a workflow by name; workflows list shows them", "NAME"),
  model: textFlag("With --generator comfyui: a checkpoint by name; models list shows them", "NAME"),
  lora: {
    kind: "parsed",
    parse: String,
    brief: "With --generator comfyui: a LoRA and its strength (1 by default); may be repeated",
    placeholder: "NAME:X",
    variadic: true,
    optional: true,
  },
} as const;
