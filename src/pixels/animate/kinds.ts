import { oklabOfRgb } from "../oklab.ts";
import { createRaster, type Raster } from "../raster.ts";
import { move, replaceRows, resize, shiftColumns, shiftRows, turn } from "./deform.ts";
import { lighten, lighterColors } from "./lighter-colors.ts";
import { compose, type Stage, wholeOf } from "./stage.ts";
import { type Key, pixelNoise, valueAt, wholePixels } from "./whole-pixels.ts";

/** What a frame depends on beside the sprite. */
export type Moment = {
  /** The place in the course: 0 for the first frame, below 1 for the last of a loop, 1 for the last of what ends. */
  readonly at: number;
  /** Counted from 0. */
  readonly index: number;
  /** Scales distances; 1 is what suits most sprites. */
  readonly strength: number;
  /** 1 to the right, -1 to the left. */
  readonly facing: 1 | -1;
  readonly seed: number;
};

export type AnimationKind = {
  readonly frames: number;
  /** For every frame the same, or by its place in the course. */
  readonly durationMs: number | readonly Key[];
  /** 0: a loop. 1: what is played once, such as a blow. */
  readonly plays: 0 | 1;
  /** Whether the last frame leads back to the first. */
  readonly returns: boolean;
  /** Prepares what all frames share, and gives the frames. */
  readonly stage: (stage: Stage) => (moment: Moment) => Raster;
};

const wave = (at: number) => Math.sin(2 * Math.PI * at);
/** From 0 up to 1 in the middle and back. */
const swell = (at: number) => (1 - Math.cos(2 * Math.PI * at)) / 2;

/** Every kind by its name, in the order in which they are listed. */
export const animationKinds = {
  /** Breathing: chest, head and held item sink one after the other. */
  idle: {
    frames: 8,
    durationMs: 120,
    plays: 0,
    returns: true,
    stage: (stage) => {
      const { parts, unit } = stage;
      const { box } = parts;
      return ({ at, strength }) => {
        const depth = unit * strength;
        if (parts.legs === undefined) {
          const sunk = wholePixels(depth * swell(at));
          const spread = spreadOf(box.width, wholePixels(depth * swell(at - 0.125)));
          const body = resize(wholeOf(stage), box, wide(box.width, spread), Math.max(1, box.height - sunk));
          return compose({ ...stage, item: undefined }, { body });
        }
        const trunk = wholePixels(depth * swell(at));
        const head = wholePixels(depth * swell(at + 0.125));
        const item = wholePixels(depth * swell(at - 0.125));
        return compose(stage, {
          body: sink(stage.body, stage, trunk, head),
          item: stage.item && move(stage.item, 0, item),
        });
      };
    },
  },
  /** Walking on the spot: the legs lift by turns, the body rises and sways over the standing one. */
  walk: {
    frames: 8,
    durationMs: 100,
    plays: 0,
    returns: true,
    stage: (stage) => {
      const { parts, unit } = stage;
      const { legs, hip, box } = parts;
      const bottom = box.y + box.height;
      return ({ at, strength, facing }) => {
        const step = wave(at);
        if (legs === undefined) {
          // Without legs it waddles: it leans from side to side and stretches in between.
          const lean = 2 * unit * strength * step;
          const stretched = resize(
            wholeOf(stage),
            box,
            wide(box.width, -spreadOf(box.width, wholePixels(unit * strength * swell(2 * at)))),
            box.height + wholePixels(unit * strength * swell(2 * at)),
          );
          const body = shiftRows(stretched, (y) =>
            wholePixels((lean * (bottom - 1 - y)) / Math.max(1, box.height - 1)),
          );
          return compose({ ...stage, item: undefined }, { body });
        }
        const legHeight = bottom - hip;
        const lift = Math.min(legHeight - 1, Math.max(1, Math.round(legHeight * 0.34 * strength)));
        const stride = Math.max(1, legHeight * 0.22) * strength;
        let body = liftLeg(
          stage.body,
          { left: legs.left, right: legs.middle, top: hip, bottom },
          wholePixels(lift * Math.max(0, step)),
        );
        body = liftLeg(
          body,
          { left: legs.middle, right: legs.right, top: hip, bottom },
          wholePixels(lift * Math.max(0, -step)),
        );
        // The lifted foot swings forward, the standing one is left behind.
        const swing = (sign: number) => (y: number) =>
          wholePixels(
            facing * stride * sign * Math.cos(2 * Math.PI * at) * -0.5 * ((y - hip) / Math.max(1, legHeight - 1)),
          );
        body = shiftRows(body, swing(1), { left: 0, right: legs.middle, top: hip, bottom });
        body = shiftRows(body, swing(-1), { left: legs.middle, right: body.width, top: hip, bottom });
        const rise = wholePixels(unit * strength * swell(2 * at));
        const sway = wholePixels(0.8 * unit * strength * step);
        body = sink(body, stage, -rise, -wholePixels(unit * strength * swell(2 * at - 0.125)));
        body = shiftRows(body, () => sway, { bottom: hip });
        const swung = wholePixels(unit * strength * wave(at - 0.125));
        return compose(stage, { body, item: stage.item && move(stage.item, sway, swung - rise) });
      };
    },
  },
  /** A jump: it crouches, stretches, flies and lands. */
  bounce: {
    frames: 10,
    durationMs: 80,
    plays: 0,
    returns: true,
    stage: (stage) => {
      const { box } = stage.parts;
      const whole = wholeOf(stage);
      const stretch: readonly Key[] = [
        [0, 0],
        [0.12, -0.16],
        [0.24, 0.12],
        [0.5, 0],
        [0.72, 0.08],
        [0.82, -0.2],
        [0.92, 0.04],
        [1, 0],
      ];
      return ({ at, strength }) => {
        const inAir = (at - 0.2) / 0.56;
        const up = inAir > 0 && inAir < 1 ? 4 * inAir * (1 - inAir) : 0;
        const squash = valueAt(stretch, at) * strength;
        const body = resize(
          whole,
          box,
          wide(box.width, wholePixels((-squash * box.width) / 2) * 2),
          Math.max(1, box.height + wholePixels(squash * box.height)),
        );
        const height = Math.max(2, box.height * 0.34) * strength;
        return compose({ ...stage, item: undefined }, { body: move(body, 0, -wholePixels(height * up)) });
      };
    },
  },
  /** A blow: it draws back, lunges with the held item, and returns. */
  attack: {
    frames: 8,
    durationMs: [
      [0, 120],
      [0.2, 140],
      [0.38, 50],
      [0.5, 60],
      [0.62, 120],
      [1, 90],
    ],
    plays: 1,
    returns: true,
    stage: (stage) => {
      const { parts } = stage;
      const { box, item } = parts;
      const bottom = box.y + box.height;
      const lunge: readonly Key[] = [
        [0, 0],
        [0.25, -0.1],
        [0.4, 0.2],
        [0.6, 0.2],
        [1, 0],
      ];
      const swing: readonly Key[] = [
        [0, 0],
        [0.25, -35],
        [0.4, 70],
        [0.62, 80],
        [1, 0],
      ];
      const crouch: readonly Key[] = [
        [0, 0],
        [0.25, 0.07],
        [0.4, 0.03],
        [0.6, 0.03],
        [1, 0],
      ];
      // Without a held item the side that strikes is raised and thrown down.
      const arm: readonly Key[] = [
        [0, 0],
        [0.25, -0.16],
        [0.4, 0.16],
        [0.6, 0.16],
        [1, 0],
      ];
      const core = box.width * 0.12;
      const roomBelow = Array.from({ length: stage.body.width }, (_, x) => bottom - 1 - lowestRowOf(stage.body, x));
      return ({ at, strength, facing }) => {
        const forward = facing * valueAt(lunge, at) * Math.max(6, box.width) * strength;
        const lean = (y: number) => wholePixels(forward * 0.5 * (1 + (bottom - 1 - y) / Math.max(1, box.height - 1)));
        const sunk = wholePixels(valueAt(crouch, at) * box.height * strength);
        const squash = (raster: Raster) => resize(raster, box, box.width, Math.max(1, box.height - sunk));
        if (stage.item === undefined || item === undefined) {
          const reach = Math.max(1, (facing > 0 ? box.x + box.width - 1 - parts.axis : parts.axis - box.x) - core);
          // What has no legs has hardly an arm to raise.
          const raised = valueAt(arm, at) * box.height * strength * (parts.legs === undefined ? 0.5 : 1);
          const swung = shiftColumns(stage.body, (x) =>
            // What stands on the ground is not driven into it.
            Math.min(roomBelow[x], wholePixels((raised * Math.max(0, (x - parts.axis) * facing - core)) / reach)),
          );
          return compose(stage, { body: shiftRows(squash(swung), lean) });
        }
        const turned = turn(stage.item, valueAt(swing, at) * facing, item.x, item.y);
        return compose(stage, { body: shiftRows(squash(stage.body), lean), item: move(turned, lean(item.y), sunk) });
      };
    },
  },
  /** A blow taken: it flashes, is thrown back and shakes itself upright. */
  hit: {
    frames: 6,
    durationMs: 70,
    plays: 1,
    returns: true,
    stage: (stage) => {
      const { box } = stage.parts;
      const bottom = box.y + box.height;
      const whole = wholeOf(stage);
      const back: readonly Key[] = [
        [0, 0],
        [0.17, -0.16],
        [0.34, -0.13],
        [0.5, -0.06],
        [0.67, 0.04],
        [0.84, 0],
        [1, 0],
      ];
      const flashed = flash(whole);
      return ({ at, strength, facing }) => {
        const away = facing * valueAt(back, at) * Math.max(6, box.width) * strength;
        const source = at > 0.1 && at < 0.4 ? flashed : whole;
        const body = shiftRows(source, (y) =>
          wholePixels(away * (0.6 + (0.6 * (bottom - 1 - y)) / Math.max(1, box.height - 1))),
        );
        return compose({ ...stage, item: undefined }, { body });
      };
    },
  },
  /** A turn around the upright axis, as of a coin. */
  spin: {
    frames: 8,
    durationMs: 90,
    plays: 0,
    returns: true,
    stage: (stage) => {
      const { box } = stage.parts;
      const whole = wholeOf(stage);
      return ({ at }) => {
        const turned = Math.cos(2 * Math.PI * at);
        const body = narrowRows(whole, box, Math.abs(turned) < 1e-9 ? 0 : turned);
        return compose({ ...stage, item: undefined }, { body });
      };
    },
  },
  /** Hovering: it rises and sinks, and its lower end trails. */
  float: {
    frames: 8,
    durationMs: 130,
    plays: 0,
    returns: true,
    stage: (stage) => {
      const { box } = stage.parts;
      const whole = wholeOf(stage);
      const trailFrom = box.y + Math.round(box.height * 0.6);
      return ({ at, strength }) => {
        const up = wholePixels(Math.max(2, box.height * 0.1) * strength * swell(at));
        const trailing = shiftRows(whole, (y) =>
          y < trailFrom
            ? 0
            : wholePixels(
                (1.4 * stage.unit * strength * wave(at) * (y - trailFrom)) /
                  Math.max(1, box.y + box.height - trailFrom),
              ),
        );
        return compose({ ...stage, item: undefined }, { body: move(trailing, 0, -up) });
      };
    },
  },
  /** Wings: the sides beat up and down, the body the other way. */
  flap: {
    frames: 6,
    durationMs: 80,
    plays: 0,
    returns: true,
    stage: (stage) => {
      const { box, axis } = stage.parts;
      const whole = wholeOf(stage);
      const core = box.width * 0.14;
      const reach = Math.max(1, Math.max(axis - box.x, box.x + box.width - 1 - axis) - core);
      return ({ at, strength }) => {
        const beat = Math.max(2, box.height * 0.22) * strength * wave(at);
        const body = shiftColumns(whole, (x) => {
          const out = Math.max(0, Math.abs(x - axis) - core) / reach;
          return wholePixels(beat * out ** 1.2) - wholePixels(beat * 0.3);
        });
        return compose({ ...stage, item: undefined }, { body });
      };
    },
  },
  /** Swaying in the wind, rooted at its lower edge. */
  sway: {
    frames: 8,
    durationMs: 140,
    plays: 0,
    returns: true,
    stage: (stage) => {
      const { box } = stage.parts;
      const bottom = box.y + box.height;
      const whole = wholeOf(stage);
      return ({ at, strength }) => {
        const reach = Math.max(1.2, box.height * 0.08) * strength;
        // The top follows a little later than the middle.
        const body = shiftRows(whole, (y) => {
          const height = (bottom - 1 - y) / Math.max(1, box.height - 1);
          return wholePixels(
            reach * height ** 1.4 * wave(at - 0.12 * height) -
              reach * height ** 1.4 * wave(-0.12 * height) * (1 - swell(at)),
          );
        });
        return compose({ ...stage, item: undefined }, { body });
      };
    },
  },
  /** Squash and stretch on the spot, as of jelly. */
  squash: {
    frames: 8,
    durationMs: 80,
    plays: 0,
    returns: true,
    stage: (stage) => {
      const { box } = stage.parts;
      const whole = wholeOf(stage);
      return ({ at, strength }) => {
        const squash = -0.16 * strength * wave(at);
        const body = resize(
          whole,
          box,
          wide(box.width, wholePixels((-squash * box.width) / 2) * 2),
          Math.max(1, box.height + wholePixels(squash * box.height)),
        );
        return compose({ ...stage, item: undefined }, { body });
      };
    },
  },
  /** Trembling, by the seed. */
  shake: {
    frames: 8,
    durationMs: 50,
    plays: 0,
    returns: true,
    stage: (stage) => {
      const whole = wholeOf(stage);
      return ({ index, strength, seed }) => {
        const reach = Math.max(1, stage.unit) * strength;
        const offset = (axis: number) =>
          index === 0 ? 0 : wholePixels((pixelNoise(index, axis, seed) * 2 - 1) * 1.49 * reach);
        return compose({ ...stage, item: undefined }, { body: move(whole, offset(0), Math.min(0, offset(1))) });
      };
    },
  },
  /** Flashing in the sprite's whitest color; its dark lines stay. */
  flash: {
    frames: 4,
    durationMs: 80,
    plays: 0,
    returns: true,
    stage: (stage) => {
      const whole = wholeOf(stage);
      const flashed = flash(whole);
      return ({ index }) => compose({ ...stage, item: undefined }, { body: index % 2 === 0 ? whole : flashed });
    },
  },
  /** Pulsing light, by cycling each color along its own ramp. */
  glow: {
    frames: 8,
    durationMs: 110,
    plays: 0,
    returns: true,
    stage: (stage) => {
      const whole = wholeOf(stage);
      const lighter = lighterColors(whole);
      return ({ at, strength }) => {
        const steps = wholePixels(2 * strength * swell(at));
        const body = lighten(whole, lighter, (_x, _y, rgb) => (isDark(rgb) ? 0 : steps));
        return compose({ ...stage, item: undefined }, { body });
      };
    },
  },
  /** A gleam that runs across, along the colors' own ramps. */
  shine: {
    frames: 10,
    durationMs: 70,
    plays: 0,
    returns: true,
    stage: (stage) => {
      const { box } = stage.parts;
      const whole = wholeOf(stage);
      const lighter = lighterColors(whole);
      return ({ at, strength }) => {
        const width = Math.max(2, (box.width + box.height) * 0.09) * strength;
        // From before the upper left corner to beyond the lower right one, and then a rest.
        const place = -width + (box.width + box.height + 2 * width) * (at / 0.8);
        const body = lighten(whole, lighter, (x, y, rgb) => {
          const distance = Math.abs(x - box.x + (y - box.y) - place);
          if (at === 0 || at > 0.8 || isDark(rgb) || distance > width) return 0;
          return distance <= width / 2 ? 2 : 1;
        });
        return compose({ ...stage, item: undefined }, { body });
      };
    },
  },
  /** Crumbling to nothing from the top, by the seed. */
  dissolve: {
    frames: 10,
    durationMs: 80,
    plays: 1,
    returns: false,
    stage: (stage) => {
      const whole = wholeOf(stage);
      return ({ at, seed }) =>
        compose(
          { ...stage, shadow: fading(stage, at, seed), item: undefined },
          { body: crumble(whole, stage, at, seed) },
        );
    },
  },
  /** The reverse of dissolve: it gathers from nothing. */
  appear: {
    frames: 10,
    durationMs: 80,
    plays: 1,
    returns: false,
    stage: (stage) => {
      const whole = wholeOf(stage);
      return ({ at, seed }) =>
        compose(
          { ...stage, shadow: fading(stage, 1 - at, seed), item: undefined },
          { body: crumble(whole, stage, 1 - at, seed) },
        );
    },
  },
  /** Coming up out of the ground. */
  rise: {
    frames: 10,
    durationMs: 90,
    plays: 1,
    returns: false,
    stage: (stage) => {
      const { box } = stage.parts;
      const bottom = box.y + box.height;
      const whole = wholeOf(stage);
      return ({ at, index, seed }) => {
        const hidden = wholePixels(box.height * (1 - at));
        // The ground trembles until it is out.
        const tremble = hidden === 0 ? 0 : wholePixels((pixelNoise(index, 7, seed) * 2 - 1) * 0.9 * stage.unit);
        const sunk = move(whole, tremble, hidden);
        const body = replaceRows(sunk, (y) => (y < bottom ? y : undefined));
        return compose({ ...stage, item: undefined }, { body });
      };
    },
  },
  /** Tipping over backwards and staying down. */
  fall: {
    frames: 8,
    durationMs: [
      [0, 120],
      [0.4, 80],
      [0.8, 60],
      [1, 200],
    ],
    plays: 1,
    returns: false,
    stage: (stage) => {
      const { box, axis } = stage.parts;
      const bottom = box.y + box.height;
      const whole = wholeOf(stage);
      const tilt: readonly Key[] = [
        [0, 0],
        [0.15, 6],
        [0.35, -15],
        [0.65, -60],
        [0.8, -90],
        [1, -90],
      ];
      return ({ at, facing }) => {
        const turned = turn(whole, valueAt(tilt, at) * facing, axis, bottom - 1);
        // Whatever turned below the ground is lifted back onto it.
        const lowest = lowestRow(turned);
        const bump = at > 0.8 && at < 0.95 ? stage.unit : 0;
        return compose({ ...stage, item: undefined }, { body: move(turned, 0, bottom - 1 - lowest - bump) });
      };
    },
  },
} as const satisfies Record<string, AnimationKind>;

export type AnimationKindName = keyof typeof animationKinds;

/** Columns to both sides for a movement of so many rows; small sprites would be too much the wider for it. */
function spreadOf(width: number, rows: number): number {
  return width < 24 ? 0 : rows * 2;
}

/** `extra` more columns, but one at least. */
function wide(width: number, extra: number): number {
  return Math.max(1, width + extra);
}

/**
 * Trunk and head sink by whole rows; negative numbers raise them. Rows are left out at hip and neck, or the row above
 * repeated, so that no gap opens.
 */
function sink(body: Raster, { parts }: Stage, trunk: number, head: number): Raster {
  const { neck, hip } = parts;
  if (trunk === 0 && head === 0) return body;
  const headEnd = neck + head;
  const trunkEnd = hip + trunk;
  return replaceRows(body, (y) => {
    if (y < headEnd) return Math.min(y - head, neck - 1);
    if (y < Math.max(trunkEnd, hip)) {
      const source = y - trunk;
      if (source >= hip) return y >= hip ? y : hip - 1;
      return source < neck ? neck - 1 : source;
    }
    return y;
  });
}

/** A leg drawn up: its foot rises by `rows`, which are left out at its upper end. */
function liftLeg(
  body: Raster,
  leg: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
  rows: number,
): Raster {
  if (rows === 0) return body;
  const { left, right, top, bottom } = leg;
  return replaceRows(body, (y) => (y + rows < bottom ? y + rows : undefined), { left, right, top, bottom });
}

/**
 * Every row drawn together around the axis of a box to `share` of its width; negative ones are mirrored. On edge, three
 * pixels are left: the lines at both sides, and what is between them.
 */
function narrowRows(
  raster: Raster,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  share: number,
): Raster {
  const { width, data } = raster;
  const narrowed = createRaster(width, raster.height);
  const center = box.x + (box.width - 1) / 2;
  for (let y = box.y; y < box.y + box.height; y++) {
    let first = -1;
    let last = -1;
    for (let x = box.x; x < box.x + box.width; x++)
      if (data[(y * width + x) * 4 + 3] !== 0) {
        if (first < 0) first = x;
        last = x;
      }
    if (first < 0) continue;
    const size = Math.max(Math.min(3, last - first + 1), Math.round((last - first + 1) * Math.abs(share)));
    const middle = center + ((first + last) / 2 - center) * share;
    const start = Math.round(middle - (size - 1) / 2);
    for (let column = 0; column < size; column++) {
      const along = size === 1 ? 0 : Math.round((column * (last - first)) / (size - 1));
      const from = (y * width + (share < 0 ? last - along : first + along)) * 4;
      narrowed.data.set(data.subarray(from, from + 4), (y * width + start + column) * 4);
    }
  }
  return narrowed;
}

function isDark(rgb: number): boolean {
  return oklabOfRgb(rgb)[0] < 0.28;
}

/** All but the dark lines in the colour that comes nearest to white. */
function flash(raster: Raster): Raster {
  const data = raster.data.slice();
  let whitest = 0;
  let lightness = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 0) continue;
    const rgb = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    const [here, a, b] = oklabOfRgb(rgb);
    // Rather a grey than a slightly lighter skin.
    const whiteness = here - 1.2 * Math.hypot(a, b);
    if (whiteness <= lightness) continue;
    whitest = rgb;
    lightness = whiteness;
  }
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 0 || isDark((data[at] << 16) | (data[at + 1] << 8) | data[at + 2])) continue;
    data.set([whitest >> 16, (whitest >> 8) & 255, whitest & 255], at);
  }
  return { ...raster, data };
}

/** What is left of a picture after `gone` of its course: single pixels go, from the top down, and drift up as they do. */
function crumble(raster: Raster, { parts, unit }: Stage, gone: number, seed: number): Raster {
  if (gone <= 0) return raster;
  const { width, height, data } = raster;
  const left = createRaster(width, height);
  if (gone >= 1) return left;
  const { box } = parts;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      if (data[at + 3] === 0) continue;
      const depth = Math.min(1, (y - box.y) / box.height);
      const end = 0.1 + 0.5 * depth + 0.4 * pixelNoise(x, y, seed);
      if (gone >= end) continue;
      const loose = gone > end - 0.12 ? unit + Math.floor(pixelNoise(y, x, seed) * 3 * unit) : 0;
      const target = ((y - loose) * width + x) * 4;
      left.data.set(data.subarray(at, at + 4), target);
    }
  return left;
}

/** A shadow goes with what casts it. */
function fading(stage: Stage, gone: number, seed: number): Raster | undefined {
  return stage.shadow && crumble(stage.shadow, stage, gone, seed);
}

function lowestRow(raster: Raster): number {
  let lowest = -1;
  for (let x = 0; x < raster.width; x++) lowest = Math.max(lowest, lowestRowOf(raster, x));
  return lowest;
}

/** The lowest visible row of a column; -1 where it is empty. */
function lowestRowOf({ width, height, data }: Raster, x: number): number {
  for (let y = height - 1; y >= 0; y--) if (data[(y * width + x) * 4 + 3] !== 0) return y;
  return -1;
}
