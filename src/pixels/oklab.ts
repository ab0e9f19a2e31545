/**
 * OKLab, a colour space in which equal distances look about equally different. L runs from 0 (black) to 1 (white),
 * a and b from about -0.4 to 0.4; a distance of about 0.02 is just noticeable between neighbouring areas.
 * Source: Björn Ottosson, "A perceptual color space for image processing", 2020,
 * https://bottosson.github.io/posts/oklab/ (the matrices are his, of 2021-01-25).
 */
export type Oklab = readonly [L: number, a: number, b: number];

const linearOfByte = Float64Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

const scaledBy = (weight: number) => linearOfByte.map((linear) => weight * linear);

/** What a byte of red, green or blue adds to the responses of the three cones; their cube roots make OKLab. */
export const coneTables = {
  l: { red: scaledBy(0.4122214708), green: scaledBy(0.5363325363), blue: scaledBy(0.0514459929) },
  m: { red: scaledBy(0.2119034982), green: scaledBy(0.6806995451), blue: scaledBy(0.1073969566) },
  s: { red: scaledBy(0.0883024619), green: scaledBy(0.2817188376), blue: scaledBy(0.6299787005) },
} as const;

const { l: toL, m: toM, s: toS } = coneTables;

/** `rgb` is 0xrrggbb, sRGB. */
export function oklabOfRgb(rgb: number): Oklab {
  const red = (rgb >> 16) & 255;
  const green = (rgb >> 8) & 255;
  const blue = rgb & 255;
  const l = Math.cbrt(toL.red[red] + toL.green[green] + toL.blue[blue]);
  const m = Math.cbrt(toM.red[red] + toM.green[green] + toM.blue[blue]);
  const s = Math.cbrt(toS.red[red] + toS.green[green] + toS.blue[blue]);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** The nearest 0xrrggbb; what lies outside sRGB is clipped channel by channel. */
export function rgbOfOklab([L, a, b]: Oklab): number {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = byteOfLinear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = byteOfLinear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = byteOfLinear(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return (red << 16) | (green << 8) | blue;
}

export function squaredOklabDistance(first: Oklab, second: Oklab): number {
  const dL = first[0] - second[0];
  const da = first[1] - second[1];
  const db = first[2] - second[2];
  return dL * dL + da * da + db * db;
}

function byteOfLinear(linear: number): number {
  const value = linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}
