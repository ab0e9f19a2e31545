import type { LibraryEntry, Recipe } from "#studio";
import { counted } from "../counted.ts";
import type { Glyphs } from "../terminal/glyphs.ts";

/** All that is known of a sprite, as labelled lines. */
export function recipeLines(
  entry: LibraryEntry,
  recipe: Recipe | undefined,
  { star, noStar }: Glyphs,
): readonly (readonly [label: string, value: string])[] {
  const rating = entry.rating ?? 0;
  return [
    ["Prompt", entry.prompt],
    ...(entry.negative === "" ? [] : [["Leave out", entry.negative] as const]),
    ["Rating", entry.rating === null ? "not rated" : star.repeat(rating) + noStar.repeat(5 - rating)],
    ["Tags", entry.tags.length === 0 ? "none" : entry.tags.join(", ")],
    ["Size", `${entry.width} x ${entry.height} px, ${counted(entry.colors, "color")}`],
    ["Seed", String(entry.seed)],
    ["Steps", `${entry.steps}, guidance ${entry.guidance}`],
    ["Ground", `${entry.background}${entry.tile ? ", a tile" : ""}`],
    ["Model", `${entry.generator}: ${entry.model} ${entry.modelVersion}`],
    ["Hash", entry.modelHash.slice(0, 16)],
    ...(recipe?.request.style === undefined ? [] : [["Style", recipe.request.style] as const]),
    ...(entry.source === "text"
      ? []
      : [["From", entry.source === "image" ? "a picture" : "a picture with a mask"] as const]),
    ["Finishing", (recipe?.finishing ?? []).map(describeStep).join(", ") || "none"],
    ["Drawn in", entry.seconds === null ? "not known" : `${entry.seconds.toFixed(2)} s`],
    ["Made", entry.created.replace("T", " ").slice(0, 16)],
    ["Id", entry.id],
    ["File", entry.missing ? `${entry.file} (missing)` : entry.file],
  ];
}

/** A finishing step with its settings, in a few words. */
function describeStep(step: Recipe["finishing"][number]): string {
  const { step: name, ...settings } = step;
  const shown = Object.entries(settings)
    .filter(([, value]) => typeof value === "string" || typeof value === "number")
    .map(([key, value]) => (key === "name" || key === "color" || key === "count" ? String(value) : `${key} ${value}`));
  return shown.length === 0 ? name : `${name} (${shown.join(", ")})`;
}
