import type { AxisCandidate } from "./axis-candidates.ts";
import type { Cells } from "./cells.ts";
import { gridModel } from "./grid-model.ts";
import { cellsOfBlocks, commonDivisor, type WholeBlocks } from "./whole-blocks.ts";

/** What the evidence of one axis alone says for cells: the logarithm of odds. */
export type ScoredCells = { readonly cells: Cells; readonly score: number };

/** Cells of both axes and how likely they are beside the others. */
export type ScoredGrid = { readonly x: Cells; readonly y: Cells; readonly probability: number };

/** So many candidates of each axis are combined. */
const combined = 12;

/**
 * How likely each pair of `likeliestCells` is to be the picture's grid, best first. A small network has read the evidence
 * of each axis; to the sum of its two answers comes what speaks for the pair, such as square cells; and a softmax over all
 * pairs makes probabilities of them. A pixel a cell goes with a pixel a cell only.
 */
export function scoreGrids(
  across: readonly ScoredCells[],
  down: readonly ScoredCells[],
  blocks: { readonly x: WholeBlocks | undefined; readonly y: WholeBlocks | undefined },
): ScoredGrid[] {
  const grids: { x: Cells; y: Cells; logit: number }[] = [];
  for (const { cells: x, score: scoreAcross } of across)
    for (const { cells: y, score: scoreDown } of down) {
      if ((x.pitch === 1) !== (y.pitch === 1)) continue;
      let logit = scoreAcross + scoreDown;
      for (const [index, feature] of pairFeatures(x, y).entries()) logit += feature * gridModel.pair[index];
      if (areBlocks(x, y, blocks)) logit += proofOf(x.pitch);
      grids.push({ x, y, logit });
    }
  const most = Math.max(...grids.map(({ logit }) => logit));
  const weights = grids.map(({ logit }) => Math.exp(logit - most));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return grids
    .map(({ x, y }, index) => ({ x, y, probability: weights[index] / sum }))
    .toSorted((a, b) => b.probability - a.probability);
}

/**
 * What exact blocks in both directions add: nothing but an enlargement by whole factors has them. Native art is drawn in
 * blocks of 2 pixels now and then, but hardly ever in larger ones.
 */
const proofOf = (size: number) => (size > 2 ? 16 : 8);

/** The blocks themselves, or square ones that both are multiples of. */
function areBlocks(
  x: Cells,
  y: Cells,
  blocks: { readonly x: WholeBlocks | undefined; readonly y: WholeBlocks | undefined },
): boolean {
  if (blocks.x === undefined || blocks.y === undefined) return false;
  const common = commonDivisor(blocks.x.size, blocks.y.size);
  const isEither = (first: number, second: number) => x.pitch === first && y.pitch === second && first > 1;
  const isOnChanges = (axis: Cells, { size, offset }: WholeBlocks) =>
    axis.start === cellsOfBlocks({ size, offset }, axis.pitch, 0).start;
  return (
    (isEither(blocks.x.size, blocks.y.size) || isEither(common, common)) &&
    isOnChanges(x, blocks.x) &&
    isOnChanges(y, blocks.y)
  );
}

/** The best candidates of an axis; exact blocks and a pixel a cell are always among them. */
export function likeliestCells(
  candidates: readonly AxisCandidate[],
  blocks: WholeBlocks | undefined,
): readonly ScoredCells[] {
  const isKept = ({ pitch }: Cells) => pitch === 1 || (blocks !== undefined && blocks.size % pitch === 0);
  const scored = candidates.map(({ evidence, ...cells }) => ({ cells, score: axisScore(evidence) }));
  const others = scored.filter(({ cells }) => !isKept(cells));
  return [
    ...others.toSorted((a, b) => b.score - a.score).slice(0, combined),
    ...scored.filter(({ cells }) => isKept(cells)),
  ];
}

function axisScore(evidence: Float64Array): number {
  const { hidden, bias, output } = gridModel;
  let score = 0;
  for (let unit = 0; unit < output.length; unit++) {
    let sum = bias[unit];
    const weights = hidden[unit];
    for (let index = 0; index < evidence.length; index++) sum += weights[index] * evidence[index];
    if (sum > 0) score += output[unit] * sum;
  }
  return score;
}

/** What speaks for a pair: how nearly square its cells are, in steps, and whether both fill the picture. */
export function pairFeatures(x: Cells, y: Cells): readonly number[] {
  const stretch = Math.abs(Math.log(x.pitch / y.pitch));
  const fills = (axis: Cells) => axis.start === 0 && isWhole(axis.count * axis.pitch);
  return [
    stretch < 0.002 ? 1 : 0,
    stretch < 0.006 ? 1 : 0,
    stretch < 0.02 ? 1 : 0,
    stretch < 0.06 ? 1 : 0,
    stretch < 0.15 ? 1 : 0,
    Math.min(1, stretch),
    Math.abs(stretch - Math.LN2) < 0.03 ? 1 : 0,
    fills(x) && fills(y) ? 1 : 0,
    fills(x) !== fills(y) ? 1 : 0,
    isWhole(x.pitch) && isWhole(y.pitch) ? 1 : 0,
    isWhole(x.pitch) !== isWhole(y.pitch) ? 1 : 0,
    x.pitch === 1 ? 1 : 0,
  ];
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6;
}
