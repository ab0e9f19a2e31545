import { describe, expect, it } from "vitest";
import { rankContenders, type Vote } from "./rank-contenders.ts";

const times = (count: number, vote: Vote): Vote[] => Array.from({ length: count }, () => vote);
const pair = (winner: string | null): Vote => ({ shown: ["a", "b"], winner });

/** Numbers in 0..1 that are the same in every run (a linear congruential generator). */
function chance(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

describe("rankContenders", () => {
  it("has no ranks without votes", () => {
    expect(rankContenders([])).toEqual([]);
  });

  it("gives 400 points for ten wins to one, less what the prior holds back", () => {
    const [first, second] = rankContenders([...times(1000, pair("a")), ...times(100, pair("b"))]);
    expect([first.contender, second.contender]).toEqual(["a", "b"]);
    expect(first.points - second.points).toBeCloseTo(400, -1);
    expect(first.points + second.points).toBeCloseTo(0, 6);
    expect(first).toMatchObject({ shown: 1100, won: 1000 });
    expect(first.winChance).toBeCloseTo(1 / (1 + 10 ** -0.5), 2);
  });

  it("sees equals where votes are equal, and where nothing was better", () => {
    const even = rankContenders([...times(5, pair("a")), ...times(5, pair("b"))]);
    const undecided = rankContenders(times(10, pair(null)));
    expect(even.map(({ points }) => Math.abs(Math.round(points)))).toEqual([0, 0]);
    expect(undecided.map(({ won, low }) => [won, Math.round(low)])).toEqual(
      even.map(({ won, low }) => [won, Math.round(low)]),
    );
  });

  it("keeps one that won every vote finite, and says how little is known", () => {
    const [once] = rankContenders([pair("a")]);
    const [often] = rankContenders(times(100, pair("a")));
    expect(once.points).toBeGreaterThan(0);
    expect(once.low).toBeLessThan(0);
    expect(often.low).toBeGreaterThan(0);
    expect(often.points).toBeLessThan(1000);
  });

  it("carries over contenders that never met", () => {
    const votes = [
      ...times(9, { shown: ["a", "b"], winner: "a" }),
      ...times(3, { shown: ["a", "b"], winner: "b" }),
      ...times(9, { shown: ["b", "c"], winner: "b" }),
      ...times(3, { shown: ["b", "c"], winner: "c" }),
    ];
    const ranks = rankContenders(votes);
    expect(ranks.map(({ contender }) => contender)).toEqual(["a", "b", "c"]);
    expect(ranks[0].points - ranks[2].points).toBeGreaterThan(ranks[0].points - ranks[1].points);
  });

  it("finds the strengths that votes were drawn with, in nine intervals of ten or more", () => {
    const strengths = new Map([
      ["a", 0.9],
      ["b", 0.3],
      ["c", -0.2],
      ["d", -1],
    ]);
    const names = [...strengths.keys()];
    let inside = 0;
    const runs = 40;
    for (let run = 0; run < runs; run++) {
      const next = chance(run + 1);
      const votes = Array.from({ length: 80 }, (): Vote => {
        const shown = names.filter(() => next() < 0.7);
        const ballot = shown.length < 2 ? names : shown;
        const weights = ballot.map((name) => Math.exp(strengths.get(name) ?? 0));
        let rest = next() * weights.reduce((sum, weight) => sum + weight, 0);
        return { shown: ballot, winner: ballot.find((_, index) => (rest -= weights[index]) < 0) ?? ballot[0] };
      });
      for (const { contender, low, high } of rankContenders(votes)) {
        const points = ((strengths.get(contender) ?? 0) * 400) / Math.LN10;
        if (low <= points && points <= high) inside++;
      }
    }
    expect(inside / (4 * runs)).toBeGreaterThan(0.9);
    expect(inside / (4 * runs)).toBeLessThan(1);
  });

  it("refuses votes that are none", () => {
    expect(() => rankContenders([{ shown: ["a"], winner: "a" }])).toThrow("fewer than two");
    expect(() => rankContenders([{ shown: ["a", "a"], winner: "a" }])).toThrow("fewer than two");
    expect(() => rankContenders([{ shown: ["a", "b"], winner: "c" }])).toThrow("it was not shown");
  });
});
