import type { StoredSprite } from "#studio";
import type { Output } from "./context.ts";
import { terminalPicture } from "./terminal-picture.ts";

/** Prints one sprite: a JSON line for programs, or picture, file, seed and seconds for people. */
export function reportSprite(output: Output, sprite: StoredSprite, isJson: boolean): void {
  const { file, seconds, notes, recipe, raster, entry } = sprite;
  if (isJson) {
    output.write(
      `${JSON.stringify({
        file,
        id: entry.id,
        seed: recipe.request.seed,
        seconds: rounded(seconds),
        prompt: recipe.request.prompt,
        width: raster.width,
        height: raster.height,
        colors: entry.colors,
        notes,
      })}\n`,
    );
    return;
  }
  const picture = output.isTTY
    ? terminalPicture(raster, output.columns ?? 80, output.getColorDepth?.() ?? 1)
    : undefined;
  if (picture !== undefined) output.write(picture);
  output.write(`${file}  seed ${recipe.request.seed}  ${seconds.toFixed(2)} s\n`);
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
