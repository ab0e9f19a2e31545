import { readDataset } from "#evaluation";
import { checkStyle, learnStyle, measurePicture, type PictureStyle, type Raster, type Style } from "#pixels";
import { BenchError } from "./bench-error.ts";
import type { BenchSuite, FigureTable } from "./suite.ts";

/** Of each collection at most so many sprites are taken, and none that has fewer than the least. */
const fullPlan = { mostSprites: 80, fewestSprites: 24, foreigners: 20 };

/**
 * How well `style check` tells one collection's sprites from the others': a style is learned from every other sprite of
 * each collection; the rest must pass, and sprites of the other collections must not. Collections whose names begin
 * alike up to the first dash are by the same hands, and are not held against each other.
 */
export function styleSuite(plan = fullPlan): BenchSuite {
  return {
    name: "style",
    description: "Style check: what it passes of a style's own sprites, and what it finds among others'.",
    heeds: ["dataset"],
    async run({ signal, log, options: { dataset } }) {
      if (dataset === undefined)
        throw new BenchError("bad-option", "Cannot compare styles without sprites of several: give --dataset DIR", {
          subject: "dataset",
          value: dataset,
        });
      const { training, heldOut } = await readDataset(dataset);
      const collections = collectionsOf([...training, ...heldOut], plan);
      const rows: Record<string, number | string>[] = [];
      const total = { own: 0, ownPassed: 0, foreign: 0, foreignFound: 0 };
      for (const { name, learned, rest } of collections) {
        signal.throwIfAborted();
        log(name);
        const style = learnStyle(learned.flatMap(measured));
        const others = collections.filter((other) => familyOf(other.name) !== familyOf(name));
        const foreign = others.flatMap((other) => other.rest.slice(0, plan.foreigners));
        const passed = rest.filter((raster) => isInStyle(raster, style)).length;
        const found = foreign.filter((raster) => !isInStyle(raster, style)).length;
        rows.push({
          collection: name,
          ownPassPct: percent(passed, rest.length),
          foreignFoundPct: percent(found, foreign.length),
        });
        total.own += rest.length;
        total.ownPassed += passed;
        total.foreign += foreign.length;
        total.foreignFound += found;
      }
      return {
        collections: collections.length,
        ownPassPct: percent(total.ownPassed, total.own),
        foreignFoundPct: percent(total.foreignFound, total.foreign),
        byCollection: rows satisfies FigureTable,
      };
    },
  };
}

type Collection = { readonly name: string; readonly learned: readonly Raster[]; readonly rest: readonly Raster[] };

function collectionsOf(
  sprites: readonly { readonly id: string; readonly source?: string; readonly raster: Raster }[],
  { mostSprites, fewestSprites }: typeof fullPlan,
): Collection[] {
  const bySource = new Map<string, { readonly id: string; readonly raster: Raster }[]>();
  for (const { source = "", id, raster } of sprites) {
    const list = bySource.get(source) ?? [];
    list.push({ id, raster });
    bySource.set(source, list);
  }
  return [...bySource].flatMap(([name, list]) => {
    if (list.length < fewestSprites) return [];
    // By id, which is a hash: neighbours in a collection's own order are often frames of one thing.
    const taken = list.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, mostSprites);
    const half = (remainder: number) => taken.filter((_, index) => index % 2 === remainder).map(({ raster }) => raster);
    return [{ name, learned: half(0), rest: half(1) }];
  });
}

function familyOf(name: string): string {
  return name.split("-")[0];
}

function measured(raster: Raster): PictureStyle[] {
  return raster.data.some((value, index) => index % 4 === 3 && value > 0) ? [measurePicture(raster)] : [];
}

function isInStyle(raster: Raster, style: Style): boolean {
  return checkStyle(raster, style).faults.length === 0;
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10;
}
