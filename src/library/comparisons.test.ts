import { describe, expect, it } from "vitest";
import type { NewComparison } from "./comparisons.ts";
import { sampleFolder, sampleLibrary } from "./sample-library.ts";

const jobOf = (row: number, contender: number) => `00000000-0000-4000-8000-0000000${row}000${contender}`;
const comparison = (id = "1234abcd-0000-4000-8000-000000000000"): NewComparison => ({
  id,
  contenders: [
    { key: '{"steps":4}', label: "quick" },
    { key: '{"steps":8}', label: "fine" },
  ],
  rows: [0, 1, 2].map((row) => ({ prompt: "red dragon", seed: 7 + row, jobs: [jobOf(row, 0), jobOf(row, 1)] })),
});
const vote = (row: number, winner: number | null) => ({ row, shown: [0, 1], winner, isBlind: true });

describe("the library's comparisons", () => {
  it("are found by the beginning of their id, the newest first, in another process too", async () => {
    const folder = sampleFolder();
    const library = await sampleLibrary(folder);
    const filed = library.comparisons.add(comparison());
    expect(filed).toMatchObject({ ...comparison(), votes: [] });
    library.comparisons.add(comparison("9999abcd-0000-4000-8000-000000000000"));
    const other = await sampleLibrary(folder);
    expect(other.comparisons.get("1234")).toEqual(filed);
    expect(other.comparisons.list().comparisons.map(({ id }) => id.slice(0, 4))).toEqual(["9999", "1234"]);
    expect(other.comparisons.list({ limit: 1 }).nextOffset).toBe(1);
    expect(other.comparisons.list({ limit: 1, offset: 1 }).nextOffset).toBeNull();
  });

  it("keep what was filed first under an id", async () => {
    const { comparisons } = await sampleLibrary();
    comparisons.add(comparison());
    const again = comparisons.add({ ...comparison(), rows: comparison().rows.slice(0, 1) });
    expect(again.rows).toHaveLength(3);
  });

  it("hold one vote a row: a later one replaces it, and it can be taken back", async () => {
    const { comparisons } = await sampleLibrary();
    comparisons.add(comparison());
    comparisons.vote("1234", vote(1, 0));
    comparisons.vote("1234", vote(0, null));
    const voted = comparisons.vote("1234", vote(1, 1));
    expect(voted.votes.map(({ row, winner, isBlind }) => [row, winner, isBlind])).toEqual([
      [0, null, true],
      [1, 1, true],
    ]);
    expect(
      comparisons
        .votes()
        .map(({ winner, contenders }) => winner !== null && contenders[winner].label)
        .sort(),
    ).toEqual([false, "fine"]);
    expect(comparisons.unvote("1234", 1).votes).toHaveLength(1);
  });

  it("go with their votes, once", async () => {
    const { comparisons } = await sampleLibrary();
    comparisons.add(comparison());
    comparisons.vote("1234", vote(0, 0));
    comparisons.remove("1234");
    expect(comparisons.votes()).toEqual([]);
    expect(() => comparisons.remove("1234")).toThrow('Cannot find the comparison "1234": give 4 or more characters');
  });

  it.each([
    [{ ...vote(0, 0), row: 3 }, "Cannot vote on row 4: the comparison has rows 1 to 3"],
    [{ ...vote(0, 0), shown: [0, 0] }, "Cannot vote on fewer than two contenders"],
    [{ ...vote(0, 0), shown: [0, 2] }, "Cannot vote on fewer than two contenders"],
    [{ ...vote(0, 5) }, "Cannot vote for contender 6: choose one of 1, 2"],
  ])("refuse the vote %j and keep the others", async (wrong, sentence) => {
    const { comparisons } = await sampleLibrary();
    comparisons.add(comparison());
    comparisons.vote("1234", vote(1, 1));
    expect(() => comparisons.vote("1234", wrong)).toThrow(sentence);
    expect(comparisons.get("1234").votes).toHaveLength(1);
  });

  it("refuse what compares nothing, and tell two beginnings apart", async () => {
    const { comparisons } = await sampleLibrary();
    expect(() => comparisons.add({ ...comparison(), contenders: [] })).toThrow("give two or more");
    comparisons.add(comparison());
    comparisons.add(comparison("1234ffff-0000-4000-8000-000000000000"));
    expect(() => comparisons.get("1234")).toThrow("1234abcd-0000-4000-8000-000000000000 or 1234ffff");
    expect(comparisons.get("1234a").id).toBe(comparison().id);
    expect(() => comparisons.get("?")).toThrow("Cannot find the comparison");
  });
});
