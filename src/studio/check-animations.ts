import { type AnimationReport, inspectAnimation } from "#pixels";
import { type AnimationFailure, readAnimations } from "./read-animation.ts";

export type CheckAnimationsOptions = {
  /** See `inspectAnimation`. */
  readonly maxDriftPx?: number | undefined;
  readonly maxClosure?: number | undefined;
  /** All is played once, whatever the file says, so that no loop has to close. */
  readonly once?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type CheckedAnimation = ({ readonly source: string } & AnimationReport) | AnimationFailure;

/** Judges the animations that paths stand for; `faults` says what is wrong with each. */
export async function* checkAnimations(
  paths: readonly string[],
  { maxDriftPx, maxClosure, once = false, signal }: CheckAnimationsOptions = {},
): AsyncGenerator<CheckedAnimation> {
  for (const animation of await readAnimations(paths, { signal })) {
    signal?.throwIfAborted();
    if ("error" in animation) {
      yield animation;
      continue;
    }
    const { source, frames, tags, plays = 0 } = animation;
    const report = inspectAnimation(frames, {
      tags: once ? tags.map((tag) => ({ ...tag, plays: 1 })) : tags,
      plays: once ? 1 : plays,
      ...(maxDriftPx !== undefined && { maxDriftPx }),
      ...(maxClosure !== undefined && { maxClosure }),
    });
    yield { source, ...report };
  }
}
