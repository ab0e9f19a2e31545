import { buildCommand } from "@stricli/core";
import { editAliases, editFlags, pictures } from "./edit-flags.ts";
import { example } from "./example.ts";
import { numberFlag } from "./optional-flags.ts";

export const trim = buildCommand({
  loader: () => import("./commands/trim.ts"),
  parameters: {
    flags: { margin: numberFlag("Transparent pixels to leave on each side (0 by default)", "PX"), ...editFlags },
    aliases: editAliases,
    positional: pictures,
  },
  docs: {
    brief: "Cut transparent borders off",
    fullDescription: example(
      "Cuts transparent rows and columns off all sides of each picture.",
      "trim sprites --out trimmed --margin 1",
    ),
  },
});
