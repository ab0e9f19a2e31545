import type { Raster } from "#pixels";
import type { Distorted } from "./distortions.ts";

/** What was found of one picture, ours or a peer's. */
export type Answer = {
  readonly width: number;
  readonly height: number;
  /** The answer is the picture as it was. */
  readonly isSame: boolean;
};

export const isNative = ({ x, y }: Distorted) => x.pitch === 1 && y.pitch === 1;

export function isExact({ native }: Distorted, { width, height }: Pick<Answer, "width" | "height">): boolean {
  return width === native.width && height === native.height;
}

/** Counts answers: the exact size, each side off by one at most, cells right to a tenth, native art left as it was. */
export function tallyAnswers() {
  let [pictures, exact, nearly, grids, natives, safe] = [0, 0, 0, 0, 0, 0];
  return {
    add(truth: Distorted, answer: Answer | undefined): void {
      pictures++;
      if (isNative(truth)) natives++;
      if (answer === undefined) return;
      const { native } = truth;
      if (isExact(truth, answer)) exact++;
      if (Math.abs(answer.width - native.width) <= 1 && Math.abs(answer.height - native.height) <= 1) nearly++;
      const isNear = (found: number, count: number) => Math.abs(found / count - 1) <= 0.1;
      if (isNear(answer.width, native.width) && isNear(answer.height, native.height)) grids++;
      if (isNative(truth) && answer.isSame) safe++;
    },
    figures: () => ({
      exactPct: percent(exact, pictures),
      plusMinusOnePct: percent(nearly, pictures),
      gridPct: percent(grids, pictures),
      nativeSafePct: percent(safe, natives),
      natives,
      pictures,
    }),
  };
}

/** To one decimal; 0 of nothing. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10;
}

/** A colour is right when no channel, over alpha, is further off: palette noise and JPEG leave as much. */
const tolerance = 16;

/** Share of the native pixels that were recovered; 0 for another size. */
export function pixelAccuracy(native: Raster, found: Raster): number {
  if (native.width !== found.width || native.height !== found.height) return 0;
  let right = 0;
  for (let at = 0; at < native.data.length; at += 4) {
    const [alpha, foundAlpha] = [native.data[at + 3], found.data[at + 3]];
    let most = Math.abs(alpha - foundAlpha);
    for (let channel = 0; channel < 3; channel++) {
      const difference = native.data[at + channel] * alpha - found.data[at + channel] * foundAlpha;
      most = Math.max(most, Math.abs(difference) / 255);
    }
    if (most <= tolerance) right++;
  }
  return right / (native.width * native.height);
}

export type ReliabilityTable = ReturnType<typeof reliabilityTable>;

/** How often findings of each confidence were right, by tenths of confidence. */
export function reliabilityTable() {
  const bins = Array.from({ length: 10 }, () => ({ pictures: 0, confidence: 0, right: 0 }));
  return {
    add(confidence: number, isRight: boolean): void {
      const bin = bins[Math.min(9, Math.floor(confidence * 10 + 1e-9))];
      bin.pictures++;
      bin.confidence += confidence;
      if (isRight) bin.right++;
    },
    rows: () =>
      bins.flatMap(({ pictures, confidence, right }, index) => {
        if (pictures === 0) return [];
        const share = right / pictures;
        return {
          confidence: `${index * 10} to ${index * 10 + 10} %`,
          pictures,
          meanConfidencePct: percent(confidence, pictures),
          rightPct: percent(right, pictures),
          offByPoints: Math.round((confidence / pictures - share) * 1000) / 10,
          standardErrorPoints: Math.round(Math.sqrt((share * (1 - share)) / pictures) * 1000) / 10,
        };
      }),
  };
}
