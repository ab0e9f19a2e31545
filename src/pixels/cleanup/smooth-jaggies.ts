import type { Raster } from "../raster.ts";
import { beyond, lightnessOf, lookFrom, paintFrom, turnedPicture, turns, turnsAndMirrors } from "./turned-picture.ts";

/**
 * Evens edges where a single pixel breaks them:
 * - a bump: a pixel alone on an edge that is straight for two pixels to both sides, which goes;
 * - a notch: the same the other way round, which is filled;
 * - a kink: one pixel of a straight line that lies beside it, which moves back;
 * - an uneven step: of a stair with steps of three or more, one of a single pixel, which gets one from its neighbour.
 * Patterns that repeat, such as dithering, teeth and battlements, are none of these.
 */
export function smoothJaggies(raster: Raster): Raster {
  const picture = turnedPicture(raster);
  for (let y = 0; y < picture.height; y++)
    for (let x = 0; x < picture.width; x++) {
      for (const view of turns) {
        const look = lookFrom(picture, x, y, view);
        const paint = paintFrom(picture, x, y, view);
        if (isBump(look)) paint(0, 0, look(1, 0));
        else if (isKink(look)) {
          paint(0, 0, look(0, -1));
          paint(0, -1, look(1, -1));
        }
      }
      for (const view of turnsAndMirrors) {
        const look = lookFrom(picture, x, y, view);
        if (isUnevenStep(look)) evenStep(look, paintFrom(picture, x, y, view));
      }
    }
  return picture.toRaster();
}

type Look = (toRight: number, toDown: number) => number;
type Paint = (toRight: number, toDown: number, word: number) => void;

/**
 * One pixel of the area below stands out into the one above. A notch is the same with the areas exchanged, which the
 * turned views see.
 */
function isBump(look: Look): boolean {
  const own = look(0, 0);
  const above = look(1, 0);
  if (above === own || above === beyond) return false;
  return (
    isRow(look, -2, 2, 1, own) &&
    isRow(look, -2, -1, 0, above) &&
    isRow(look, 1, 2, 0, above) &&
    isRow(look, -1, 1, -1, above) &&
    !isNextBump(look, -3) &&
    !isNextBump(look, 3)
  );
}

function isNextBump(look: Look, toRight: number): boolean {
  return look(toRight, 0) === look(0, 0) && look(toRight, -1) === look(0, -1);
}

/** A line of one pixel runs through here, with two pixels on both sides, but its middle pixel lies one above. */
function isKink(look: Look): boolean {
  const line = look(0, -1);
  const above = look(1, -1);
  const below = look(0, 1);
  if (line === above || line === below || line === beyond || below === beyond) return false;
  return (
    look(0, 0) === below &&
    isRow(look, -2, -1, 0, line) &&
    isRow(look, 1, 2, 0, line) &&
    isRow(look, -2, -1, -1, above) &&
    isRow(look, 1, 2, -1, above) &&
    isRow(look, -1, 1, -2, above) &&
    isRow(look, -2, 2, 1, below)
  );
}

const longStep = 3;

/**
 * This pixel is a step of one, between one of three or more to its left, one row lower, and one of three or more to its
 * right, one row higher; all above the stair is of one colour.
 */
function isUnevenStep(look: Look): boolean {
  const own = look(0, 0);
  const above = look(0, -1);
  if (own === above || above === beyond) return false;
  // The pixel that would go up must not cut through a line.
  if (look(-1, -1) !== above) return false;
  // Seen upside down it may be the same stair: it grows towards the lighter area.
  if (lightnessOf(above) <= lightnessOf(look(-1, 2) === beyond ? own : look(-1, 2))) return false;
  return (
    isRow(look, -longStep, -1, 1, own) &&
    isRow(look, -longStep, -1, 0, above) &&
    isRow(look, 1, longStep, -1, own) &&
    isRow(look, 0, 0, -1, above) &&
    isRow(look, 1, longStep, -2, above)
  );
}

/** The left step's last pixel goes up to this one; under a line of one pixel, what lies below goes up with it. */
function evenStep(look: Look, paint: Paint): void {
  const own = look(0, 0);
  const below = look(-1, 2);
  if (below !== own && below !== beyond) paint(-1, 1, below);
  paint(-1, 0, own);
}

function isRow(look: Look, from: number, to: number, toDown: number, word: number): boolean {
  for (let toRight = from; toRight <= to; toRight++) if (look(toRight, toDown) !== word) return false;
  return true;
}
