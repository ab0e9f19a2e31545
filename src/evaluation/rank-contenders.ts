/** One vote: which of the contenders that were shown is the best; null where none is better than the others. */
export type Vote = { readonly shown: readonly string[]; readonly winner: string | null };

export type Rank = {
  readonly contender: string;
  /** Points on the scale of chess ratings: 400 more win ten times as often. The mean of all contenders is 0. */
  readonly points: number;
  /** 95 % confidence interval of the points. */
  readonly low: number;
  readonly high: number;
  /** Chance to win against a contender of 0 points. */
  readonly winChance: number;
  /** Votes in which it was shown, and those that it won (a vote without a winner counts in equal parts). */
  readonly shown: number;
  readonly won: number;
};

/**
 * Standard deviation of the points that a contender is expected to have before any vote: wide enough to matter only
 * where there are few, and what keeps one that has won every vote from infinite strength.
 */
const priorDeviation = 400;
const pointsOfStrength = 400 / Math.LN10;
const quantile975 = 1.959963984540054;

/**
 * Ranks contenders by votes, the best first: strengths of the Bradley-Terry model (Bradley and Terry, 1952), in Luce's
 * form for more than two shown at once (Luce, 1959), where i wins with probability e^s(i) / sum e^s(j). The most likely
 * strengths under a normal prior by Newton's method, their intervals from the curvature there (Laplace's approximation).
 * Votes that show fewer than two, or a winner that was not shown, throw a RangeError.
 */
export function rankContenders(votes: readonly Vote[]): readonly Rank[] {
  const names = [...new Set(votes.flatMap(({ shown }) => shown))];
  const place = new Map(names.map((name, index) => [name, index]));
  const seen = new Float64Array(names.length);
  const won = new Float64Array(names.length);
  const ballots = votes.map(({ shown, winner }) => {
    const ballot = [...new Set(shown)].map((name) => place.get(name) as number);
    if (ballot.length < 2) throw new RangeError("Cannot count a vote among fewer than two contenders");
    if (winner !== null && !shown.includes(winner))
      throw new RangeError(`Cannot count a vote for ${winner}: it was not shown`);
    for (const index of ballot) {
      seen[index]++;
      if (winner === null) won[index] += 1 / ballot.length;
    }
    if (winner !== null) won[place.get(winner) as number]++;
    return ballot;
  });

  const count = names.length;
  const precision = (pointsOfStrength / priorDeviation) ** 2;
  const strengths = new Float64Array(count);
  let curvature = curvatureAt(strengths, ballots, precision);
  for (let round = 0; round < 100; round++) {
    const slope = Float64Array.from(won, (wins, index) => wins - precision * strengths[index]);
    for (const ballot of ballots) {
      const chances = chancesOf(ballot, strengths);
      for (const [index, contender] of ballot.entries()) slope[contender] -= chances[index];
    }
    const step = solve(curvature, slope);
    let longest = 0;
    for (let index = 0; index < count; index++) {
      // The log-likelihood is concave; a bounded step keeps Newton's method from overshooting far from the top.
      const bounded = Math.max(-2, Math.min(2, step[index]));
      strengths[index] += bounded;
      longest = Math.max(longest, Math.abs(bounded));
    }
    curvature = curvatureAt(strengths, ballots, precision);
    if (longest < 1e-10) break;
  }

  const mean = strengths.reduce((sum, strength) => sum + strength, 0) / Math.max(1, count);
  const ranks = names.map((contender, index): Rank => {
    // Variance of the strength less the mean of all, which is what the points say.
    const contrast = Float64Array.from({ length: count }, (_, other) => (other === index ? 1 : 0) - 1 / count);
    const spread = solve(curvature, contrast).reduce((sum, value, other) => sum + value * contrast[other], 0);
    const points = (strengths[index] - mean) * pointsOfStrength;
    const reach = quantile975 * Math.sqrt(Math.max(0, spread)) * pointsOfStrength;
    return {
      contender,
      points,
      low: points - reach,
      high: points + reach,
      winChance: 1 / (1 + Math.exp(mean - strengths[index])),
      shown: seen[index],
      won: won[index],
    };
  });
  return ranks.sort((one, other) => other.points - one.points || one.contender.localeCompare(other.contender));
}

function chancesOf(ballot: readonly number[], strengths: Float64Array): number[] {
  const most = Math.max(...ballot.map((index) => strengths[index]));
  const weights = ballot.map((index) => Math.exp(strengths[index] - most));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Minus the second derivatives of the log posterior, row by row: positive definite. */
function curvatureAt(
  strengths: Float64Array,
  ballots: readonly (readonly number[])[],
  precision: number,
): Float64Array[] {
  const count = strengths.length;
  const rows = Array.from({ length: count }, (_, row) => {
    const values = new Float64Array(count);
    values[row] = precision;
    return values;
  });
  for (const ballot of ballots) {
    const chances = chancesOf(ballot, strengths);
    for (const [one, row] of ballot.entries())
      for (const [other, column] of ballot.entries())
        rows[row][column] += (one === other ? chances[one] : 0) - chances[one] * chances[other];
  }
  return rows;
}

/** The x with matrix x = right, for a symmetric positive definite matrix, by its Cholesky factor. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const count = right.length;
  const factor = matrix.map((row) => row.slice());
  for (let row = 0; row < count; row++)
    for (let column = 0; column <= row; column++) {
      let rest = factor[row][column];
      for (let index = 0; index < column; index++) rest -= factor[row][index] * factor[column][index];
      factor[row][column] = row === column ? Math.sqrt(rest) : rest / factor[column][column];
    }
  const solution = right.slice();
  for (let row = 0; row < count; row++) {
    for (let index = 0; index < row; index++) solution[row] -= factor[row][index] * solution[index];
    solution[row] /= factor[row][row];
  }
  for (let row = count - 1; row >= 0; row--) {
    for (let index = row + 1; index < count; index++) solution[row] -= factor[index][row] * solution[index];
    solution[row] /= factor[row][row];
  }
  return solution;
}
