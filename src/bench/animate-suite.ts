import {
  type AnimationKindName,
  animateSprite,
  animationKindNames,
  crop,
  encodeApng,
  encodeAseprite,
  encodeGif,
  asepriteOfAnimation,
  inspectAnimation,
  type Raster,
  type SpriteAnimation,
} from "#pixels";
import { ownPieces } from "./grid/pieces.ts";
import { measure } from "./measure.ts";
import type { BenchSuite } from "./suite.ts";

/** What is broken in an animation on purpose, and the check that must find it. */
const damages: Readonly<
  Record<string, { readonly check: string; readonly damage: (animation: SpriteAnimation) => readonly Raster[] }>
> = {
  stray: {
    check: "palette",
    damage: ({ frames }) => frames.map((frame, index) => (index === 2 ? withStrayPixel(frame) : frame)),
  },
  jump: {
    check: "drift",
    damage: ({ frames }) =>
      frames.map((frame, index) =>
        crop(frame, { x: index === 2 ? -frame.width : 0, y: 0, width: frame.width * 2, height: frame.height }),
      ),
  },
  size: {
    check: "size",
    damage: ({ frames }) =>
      frames.map((frame, index) =>
        index === 2 ? crop(frame, { x: 0, y: 0, width: frame.width + 1, height: frame.height }) : frame,
      ),
  },
};

/** Kinds that end elsewhere than they began: played for ever, they must be found not to close. */
const open = new Set<AnimationKindName>(["dissolve", "appear", "rise", "fall"]);

/** How well `animate check` tells sound animations from broken ones, and how long animating takes. */
export function animateSuite({ everySprite = 1, repetitions = 9 } = {}): BenchSuite {
  return {
    name: "animate",
    description: "Animations of sprites that the model drew: what the check passes and finds, and milliseconds.",
    async run({ signal, log }) {
      const sprites = (await ownPieces())
        .filter(({ name }) => name.endsWith(".png"))
        .filter((_, index) => index % everySprite === 0);
      const passed = tally();
      const caught = Object.fromEntries(Object.keys(damages).map((name) => [name, tally()]));
      const openCaught = tally();
      for (const { name, raster } of sprites) {
        signal.throwIfAborted();
        log(name);
        for (const kind of animationKindNames()) {
          const animation = animated(raster, kind);
          if (animation === undefined) continue;
          passed.add(inspectAnimation(animation.frames, animation).faults.length === 0);
          if (open.has(kind)) openCaught.add(has(inspectAnimation(animation.frames, { plays: 0 }).faults, "loop"));
          else
            for (const [name, { check, damage }] of Object.entries(damages))
              caught[name].add(has(inspectAnimation(damage(animation), { plays: animation.plays }).faults, check));
        }
      }
      const [{ raster }] = sprites;
      const walk = animateSprite(raster, "walk");
      const millisecondsOf = async (name: string, run: () => unknown) =>
        Math.round((await measure(name, run, { repetitions, signal })).median * 10_000) / 10;
      return {
        sprites: sprites.length,
        animations: passed.count(),
        passPct: passed.percent(),
        strayColorCaughtPct: caught.stray.percent(),
        jumpCaughtPct: caught.jump.percent(),
        unequalSizeCaughtPct: caught.size.percent(),
        openLoopCaughtPct: openCaught.percent(),
        walkMilliseconds: await millisecondsOf("walk", () => animateSprite(raster, "walk")),
        gifMilliseconds: await millisecondsOf("gif", () => encodeGif(walk)),
        apngMilliseconds: await millisecondsOf("apng", () => encodeApng(walk)),
        asepriteMilliseconds: await millisecondsOf("aseprite", () => encodeAseprite(asepriteOfAnimation(walk))),
      };
    },
  };
}

/** Undefined where the kind finds nothing to move. */
function animated(raster: Raster, kind: AnimationKindName): SpriteAnimation | undefined {
  try {
    return animateSprite(raster, kind);
  } catch {
    return undefined;
  }
}

function withStrayPixel(frame: Raster): Raster {
  const data = frame.data.slice();
  data.set([255, 0, 254, 255], 0);
  return { ...frame, data };
}

function has(faults: readonly { readonly check: string }[], check: string): boolean {
  return faults.some((fault) => fault.check === check);
}

function tally() {
  let [count, hits] = [0, 0];
  return {
    add(isHit: boolean) {
      count++;
      if (isHit) hits++;
    },
    count: () => count,
    percent: () => (count === 0 ? 0 : Math.round((hits / count) * 1000) / 10),
  };
}
