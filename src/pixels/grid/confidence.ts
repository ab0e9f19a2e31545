/**
 * What the model's probability is worth: about the share of findings from `from` on that were right, counted on 6,078
 * pictures that the weights were not fitted on (`src/bench/grid/fit/count-confidence.ts`), 120 to 4,804 of them behind
 * each step (22, 56, 81, 95 and 99.8 %), the third raised towards what the model says itself. Steps instead of a curve, so
 * that enough pictures stand behind every one to check it: `bench grid` counts again on its own art, which neither the fit
 * nor this count has seen.
 */
const steps = [
  // Counted 0.998, which would be printed as 100 %: some were wrong.
  { from: 0.999, confidence: 0.994 },
  { from: 0.98, confidence: 0.95 },
  { from: 0.9, confidence: 0.85 },
  { from: 0.5, confidence: 0.57 },
  { from: 0, confidence: 0.21 },
] as const;

/** The confidence in the best guess. */
export function confidenceOf(probability: number): number {
  return (steps.find(({ from }) => probability >= from) ?? steps[steps.length - 1]).confidence;
}

/** In another guess: what its probability says, but no more than the best one leaves. */
export function confidenceBeside(best: number, probability: number): number {
  return Math.min(probability, 1 - best, best);
}
