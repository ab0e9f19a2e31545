import { describe, expect, it } from "vitest";
import { inParallel } from "./in-parallel.ts";

describe("inParallel", () => {
  it("keeps the items' order and runs no more than its width at once", async () => {
    let running = 0;
    let most = 0;
    const work = async (item: number) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, item % 2 === 0 ? 5 : 1));
      running--;
      return item * 10;
    };
    const values: number[] = [];
    for await (const { item, value } of inParallel([1, 2, 3, 4, 5], 2, work)) values.push(item, value);
    expect(values).toEqual([1, 10, 2, 20, 3, 30, 4, 40, 5, 50]);
    expect(most).toBe(2);
  });

  it("fails when the failed item's turn comes, and not before", async () => {
    const seen: number[] = [];
    const run = async () => {
      const work = async (item: number) => {
        if (item === 2) throw new Error("two");
        return item;
      };
      for await (const { value } of inParallel([1, 2, 3], 3, work)) seen.push(value);
    };
    await expect(run()).rejects.toThrow("two");
    expect(seen).toEqual([1]);
  });
});
