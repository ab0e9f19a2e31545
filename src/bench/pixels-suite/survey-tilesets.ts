import { join } from "node:path";
import { parseRequest } from "#asset";
import type { Config } from "#config";
import { openSpriteGenerator } from "#generators";
import {
  checkSeams,
  drawTileset,
  edgeStyleNames,
  type FinishStep,
  finish,
  fitTexture,
  type Raster,
  repeatedArea,
  seamError,
  seamRank,
} from "#pixels";
import { measureTile, type TileFigures } from "#studio";
import { numbers } from "./invented-pictures.ts";

/** What people make tilesets of, as they come: nothing was left out for how it looks. */
const prompts = [
  ...["grass", "green grass texture", "water", "deep blue water", "dirt ground", "brown dirt", "sand", "desert sand"],
  ...["stone floor", "cobblestone", "stone brick wall", "lava", "molten lava", "snow", "ice", "wooden planks"],
  ...["brick wall", "gravel", "mud", "moss", "leaves", "forest floor", "swamp water", "marble floor"],
  ...["gold tiles", "metal plate", "red carpet", "straw", "clay", "volcanic rock", "flower meadow", "cracked earth"],
  ...["dark dungeon floor", "sandstone bricks", "purple crystal ground", "roof tiles", "bones floor"],
  ...["jungle foliage", "night sky with stars", "mossy stone bricks"],
];

export type SurveyOptions = {
  /** Only the first of the prompts. */
  readonly textures?: number;
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
};

/**
 * Tilesets between textures that the embedded model draws, 16 and 32 px: how many have a pair of tiles whose seam error
 * is over 2. And how well the two measures of seams tell the drawn textures, shifted round, from parts cut out of them:
 * the chance that a part gets the higher value of the two (area under the ROC curve; 50 % is guessing).
 */
export async function surveyTilesets(
  config: Pick<Config, "models" | "threads">,
  { textures: count = prompts.length, signal, log }: SurveyOptions,
): Promise<Record<string, number>> {
  const worst: number[] = [];
  const tiles: Raster[] = [];
  const parts: Raster[] = [];
  const random = numbers(9);
  const below = (limit: number) => Math.floor(random() * limit);
  const drawnBySize = await drawTextures(config, prompts.slice(0, count), signal, log);
  for (const { size, drawn } of drawnBySize) {
    for (const texture of drawn.filter((texture) => seamError(texture) > 0))
      for (let cut = 0; cut < 6; cut++) {
        tiles.push(repeatedArea(texture, below(size), below(size), size, size));
        const [width, height] = [below(size * 0.3), below(size * 0.3)].map((less) => Math.floor(size * 0.9) - less);
        parts.push(repeatedArea(texture, below(size), below(size), width, height));
      }
    log(`drawing tilesets of ${size} px`);
    const fitted = drawn.map((texture) => fitTexture(texture, size).raster);
    for (const [index, lower] of fitted.entries())
      for (const step of [1, 7, 19]) {
        signal.throwIfAborted();
        const upper = fitted[(index + step) % fitted.length];
        const edge = edgeStyleNames[(index + step) % edgeStyleNames.length];
        for (const kind of ["blob", "wang"] as const)
          worst.push(checkSeams(drawTileset(lower, upper, { kind, edge, seed: index })).worst);
      }
  }
  const sorted = worst.toSorted((a, b) => a - b);
  return {
    surveyTextures: 2 * count,
    surveyTilesAndParts: tiles.length,
    surveySets: worst.length,
    surveySetsOver2: worst.filter((error) => error > 2).length,
    surveyWorstSeamError: rounded(sorted[sorted.length - 1]),
    surveyMedianOfWorstSeamErrors: rounded(sorted[sorted.length >> 1]),
    seamErrorTellsPartsPercent: Math.round(1000 * areaUnderCurve(tiles.map(seamError), parts.map(seamError))) / 10,
    tilesCalledSeamlessPercent: calledPercent(tiles, "seamless"),
    tilesCalledSeamPercent: calledPercent(tiles, "seam"),
    partsCalledSeamlessPercent: calledPercent(parts, "seamless"),
    partsCalledSeamPercent: calledPercent(parts, "seam"),
    seamRankTellsPartsPercent: Math.round(1000 * areaUnderCurve(tiles.map(seamRank), parts.map(seamRank))) / 10,
  };
}

const sizes = [16, 32];

async function drawTextures(
  { models, threads }: Pick<Config, "models" | "threads">,
  words: readonly string[],
  signal: AbortSignal,
  log: SurveyOptions["log"],
): Promise<{ readonly size: number; readonly drawn: readonly Raster[] }[]> {
  const generator = openSpriteGenerator({ folder: join(models, "sprite"), threads });
  try {
    const results: { readonly size: number; readonly drawn: readonly Raster[] }[] = [];
    for (const size of sizes) {
      log(`drawing ${words.length} textures of ${size} px`);
      const requests = words.map((prompt) => parseRequest({ prompt, size, seed: 1, tile: true }));
      const images = await Promise.all(requests.map((request) => generator.generate(request, { signal })));
      results.push({ size, drawn: images.map(({ raster }) => finish(raster, finishing)) });
    }
    return results;
  } finally {
    await generator.close();
  }
}

/** What `generate --tile --background opaque` does to a texture. */
const finishing: readonly FinishStep[] = [
  { step: "alpha", threshold: 128 },
  { step: "orphans" },
  { step: "colors", count: "auto", most: 32 },
  { step: "background", color: "auto" },
];

/** How many the verdict of `tile check` calls so. */
function calledPercent(textures: readonly Raster[], verdict: TileFigures["verdict"]): number {
  const called = textures.filter((texture) => measureTile(texture).verdict === verdict).length;
  return Math.round((1000 * called) / textures.length) / 10;
}

function areaUnderCurve(lower: readonly number[], higher: readonly number[]): number {
  let sum = 0;
  for (const a of lower) for (const b of higher) sum += (1 + Math.sign(b - a)) / 2;
  return sum / (lower.length * higher.length);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
