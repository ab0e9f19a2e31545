import { describe, expect, it } from "vitest";
import { powerAt, spectraOf, waveAt } from "./spectrum.ts";

const wave = (length: number, period: number, crest: number) =>
  Float64Array.from({ length }, (_, at) => Math.cos((2 * Math.PI * (at - crest)) / period));

describe("spectraOf", () => {
  it("is the Fourier transform of each profile, however many there are", () => {
    const profiles = [wave(40, 5, 1), wave(40, 7.3, 2), Float64Array.from({ length: 40 }, (_, at) => (at * 37) % 11)];
    const spectra = spectraOf(profiles);
    for (const [index, profile] of profiles.entries()) {
      const { size, real, imaginary } = spectra[index];
      for (const place of [0, 1, 17, 100, size / 2]) {
        let [r, i] = [0, 0];
        for (const [at, value] of profile.entries()) {
          r += value * Math.cos((2 * Math.PI * place * at) / size);
          i -= value * Math.sin((2 * Math.PI * place * at) / size);
        }
        expect(real[place]).toBeCloseTo(r, 8);
        expect(imaginary[place]).toBeCloseTo(i, 8);
      }
    }
    expect(spectra.length).toBe(3);
  });

  it("has the power of a wave at its frequency, as great as half its length", () => {
    const [spectrum] = spectraOf([wave(64, 8, 0)]);
    expect(powerAt(spectrum, 1 / 8)).toBeCloseTo(32, 0);
    expect(powerAt(spectrum, 1 / 5)).toBeLessThan(1);
    // What is sampled once a pixel looks the same at a frequency and at a whole turn more or less.
    expect(powerAt(spectrum, 7 / 8)).toBe(powerAt(spectrum, 1 / 8));
  });

  it("knows where a wave has its crest", () => {
    const [spectrum] = spectraOf([wave(64, 8, 3)]);
    const { phase } = waveAt(spectrum, 1 / 8);
    expect((((-phase * 8) / (2 * Math.PI)) % 8) + (phase > 0 ? 8 : 0)).toBeCloseTo(3, 1);
    expect(waveAt(spectrum, 7 / 8).phase).toBeCloseTo(-phase, 8);
  });

  it("gives no power to silence", () => {
    expect(spectraOf([new Float64Array(10)])[0].power.every((value) => value === 0)).toBe(true);
  });
});
