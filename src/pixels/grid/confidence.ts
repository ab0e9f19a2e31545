/**
 * What the model's probability was worth on pictures that it was not fitted on: the share of findings with a probability
 * from `from` on that were right. Steps, not a curve: so many pictures stand behind each that it can be checked.
 */
const levels = [
  { from: 0.97, confidence: 0.99 },
  { from: 0.8, confidence: 0.9 },
  { from: 0.55, confidence: 0.7 },
  { from: 0.35, confidence: 0.45 },
  { from: 0, confidence: 0.25 },
] as const;

/** The confidence in the finding of this rank (0 is the best), never more than in one before it. */
export function confidenceOf(probability: number, rank: number): number {
  const level = levels.find(({ from }) => probability >= from) ?? levels[levels.length - 1];
  return rank === 0 ? level.confidence : Math.min(probability, level.confidence);
}
