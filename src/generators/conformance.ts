import { afterAll, describe, expect, it } from "vitest";
import { parseRequest, type Progress } from "#asset";
import type { Generator } from "./generator.ts";

/** The behaviour that every generator owes its callers; `prompt` is one that it draws well. */
export function testGeneratorConformance(name: string, open: () => Generator, prompt: string): void {
  describe(`${name} keeps the generator contract`, () => {
    const generator = open();
    afterAll(() => generator.close());
    const request = (seed: number, changes: object = {}) => parseRequest({ prompt, seed, ...changes });

    it("describes itself", async () => {
      const description = await generator.describe();
      expect(description.name).toBe(name);
      expect(description.hash).toMatch(/^[0-9a-f]{64}$/);
      expect(description.sizes.length).toBeGreaterThan(0);
      expect(description.parallel).toBeGreaterThanOrEqual(1);
    });

    it("draws every size it names, at that size, with all settings filled in", async () => {
      const { sizes, defaults } = await generator.describe();
      for (const size of sizes) {
        const image = await generator.generate(request(1, { size, steps: 1 }));
        expect([image.raster.width, image.raster.height]).toEqual([size, size]);
        expect(image.request).toMatchObject({ size, steps: 1, guidance: defaults.guidance });
        expect(image.seconds).toBeGreaterThan(0);
      }
    });

    it("gives the same pixels for the same request, alone or beside others", async () => {
      const alone = await generator.generate(request(7));
      const beside = await Promise.all([7, 8, 7, 9, 7].map((seed) => generator.generate(request(seed))));
      for (const index of [0, 2, 4]) expect(beside[index].raster.data).toEqual(alone.raster.data);
      expect(beside[1].raster.data).not.toEqual(alone.raster.data);
      expect(beside[3].raster.data).not.toEqual(beside[1].raster.data);
    });

    it("gives other pixels for another guidance, step count or prompt", async () => {
      const usual = await generator.generate(request(3));
      for (const changes of [{ guidance: 1 }, { steps: 3 }, { prompt: `blue ${prompt}` }])
        expect((await generator.generate(request(3, changes))).raster.data).not.toEqual(usual.raster.data);
    });

    it("reports its steps in order, to the last", async () => {
      const steps: number[] = [];
      const onProgress = (progress: Progress) => {
        if (progress.kind === "step") steps.push(progress.step);
      };
      await generator.generate(request(1, { steps: 4 }), { onProgress });
      expect(steps).toEqual([1, 2, 3, 4]);
    });

    it("ends a cancelled drawing with the signal's reason, and draws the next as ever", async () => {
      const reason = new DOMException("stop", "AbortError");
      const during = new AbortController();
      const cancelled = generator.generate(request(1, { steps: 100 }), {
        signal: during.signal,
        onProgress: (progress) => {
          if (progress.kind === "step") during.abort(reason);
        },
      });
      await expect(cancelled).rejects.toBe(reason);
      await expect(generator.generate(request(1), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect((await generator.generate(request(1, { steps: 1 }))).raster.width).toBeGreaterThan(0);
    });

    it("refuses a size it does not draw, naming those it does", async () => {
      const { sizes } = await generator.describe();
      await expect(generator.generate(request(1, { size: 37 }))).rejects.toThrow(sizes.join(" or "));
    });

    it("ends what waits when it is closed, and draws no more", async () => {
      const other = open();
      const waiting = Promise.allSettled([1, 2, 3, 4].map((seed) => other.generate(request(seed, { steps: 100 }))));
      await other.describe();
      await other.close();
      expect((await waiting).every(({ status }) => status === "rejected")).toBe(true);
      await expect(other.generate(request(1))).rejects.toThrow("closed");
    });
  });
}
