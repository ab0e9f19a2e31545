/**
 * What the model's probability is worth: the share of findings from `from` on that were right, counted on 1,552 pictures
 * of other art and seeds than the weights were fitted on, 107 to 954 of them behind each step. Steps instead of a curve,
 * so that enough pictures stand behind every one to check it: `bench grid` counts again on its own art.
 */
const steps = [
  { from: 0.995, confidence: 0.995 },
  { from: 0.95, confidence: 0.955 },
  { from: 0.8, confidence: 0.86 },
  { from: 0.5, confidence: 0.65 },
  { from: 0, confidence: 0.23 },
] as const;

/** The confidence in the best guess. */
export function confidenceOf(probability: number): number {
  return (steps.find(({ from }) => probability >= from) ?? steps[steps.length - 1]).confidence;
}

/** In another guess: what its probability says, but no more than the best one leaves. */
export function confidenceBeside(best: number, probability: number): number {
  return Math.min(probability, 1 - best, best);
}
