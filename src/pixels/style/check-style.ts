import { formatHexColor, parseHexColor } from "../hex-color.ts";
import { oklabOfRgb, squaredOklabDistance } from "../oklab.ts";
import { colorGrid } from "../quantize/color-grid.ts";
import type { Raster } from "../raster.ts";
import { degreesOf, outlineHabitOf } from "./learn-style.ts";
import { measurePicture, type PictureStyle } from "./measure-picture.ts";
import type { OutlineHabit, Style } from "./style.ts";

export type StyleFault = {
  readonly check: "palette" | "colors" | "size" | "block" | "outline" | "light" | "alpha" | "shades";
  /** What is off, with the value and what the style has. */
  readonly message: string;
};

export type StyleReport = {
  readonly faults: readonly StyleFault[];
  /** The colours that are off the palette, most pixels first, each with the style's nearest. */
  readonly strayColors: readonly { readonly color: string; readonly pixels: number; readonly nearest: string }[];
};

/** Compares a picture with a style. Throws a PixelsError for a picture without a visible pixel. */
export function checkStyle(raster: Raster, style: Style): StyleReport {
  const picture = measurePicture(raster);
  const strayColors = strayColorsOf(picture, style);
  const faults = [
    paletteFault(picture, style, strayColors),
    colorsFault(picture, style),
    sizeFault(picture, style),
    blockFault(picture, style),
    outlineFault(picture, style),
    lightFault(picture, style),
    alphaFault(picture, style),
    shadesFault(picture, style),
  ];
  return { faults: faults.filter((fault) => fault !== undefined), strayColors };
}

function strayColorsOf({ colors }: PictureStyle, { palette }: Style): StyleReport["strayColors"] {
  if (palette.tolerance === null) return [];
  const known = palette.colors.map(({ color }) => parseHexColor(color));
  const labs = known.map(oklabOfRgb);
  const { nearest: nearestTo } = colorGrid(known);
  const limit = palette.tolerance ** 2 + 1e-12;
  const strays: { readonly rgb: number; readonly pixels: number; readonly nearest: number }[] = [];
  for (const [rgb, pixels] of colors) {
    const lab = oklabOfRgb(rgb);
    const nearest = nearestTo(...lab);
    if (squaredOklabDistance(lab, labs[nearest]) > limit) strays.push({ rgb, pixels, nearest });
  }
  return strays
    .toSorted((a, b) => b.pixels - a.pixels || a.rgb - b.rgb)
    .map(({ rgb, pixels, nearest }) => ({
      color: formatHexColor(rgb),
      pixels,
      nearest: palette.colors[nearest].color,
    }));
}

function paletteFault(
  { visible }: PictureStyle,
  { palette }: Style,
  strays: StyleReport["strayColors"],
): StyleFault | undefined {
  const pixels = strays.reduce((sum, stray) => sum + stray.pixels, 0);
  if (pixels / visible <= palette.strayShare) return undefined;
  const examples = strays.slice(0, 3).map(({ color, nearest }) => `${color} (nearest ${nearest})`);
  const more = strays.length > 3 ? ` and ${strays.length - 3} more` : "";
  return {
    check: "palette",
    message: `${percent(pixels / visible)} of its pixels are off the palette: ${examples.join(", ")}${more}`,
  };
}

function colorsFault({ colors }: PictureStyle, { colors: { low, high } }: Style): StyleFault | undefined {
  if (colors.size >= low && colors.size <= high) return undefined;
  return { check: "colors", message: `it has ${colors.size} colors, the style ${low} to ${high}` };
}

/** Sizes only count where a few make up most of the pictures. */
function sizeFault({ width, height, block }: PictureStyle, { sizes, tiles }: Style): StyleFault | undefined {
  const common = sizes.slice(0, 6);
  if (common.reduce((sum, { share }) => sum + share, 0) < 0.8) return undefined;
  const known = [...sizes, ...tiles.filter(({ share }) => share >= 0.1)];
  const isKnown = known.some((size) => {
    const across = width / size.width;
    const down = height / size.height;
    // Sheets are whole numbers of cells; an enlarged picture is told of by its blocks.
    return (
      (Number.isInteger(across) && Number.isInteger(down)) ||
      (width === size.width * block && height === size.height * block)
    );
  });
  if (isKnown) return undefined;
  const examples = common.slice(0, 3).map((size) => `${size.width} x ${size.height}`);
  return { check: "size", message: `it is ${width} x ${height} px, the style has ${examples.join(", ")}` };
}

function blockFault({ block }: PictureStyle, style: Style): StyleFault | undefined {
  if (style.block === null || block === style.block) return undefined;
  return {
    check: "block",
    message:
      block > style.block
        ? `it is enlarged: its pixels are blocks of ${block} x ${block}, the style's of ${style.block} x ${style.block}`
        : `its pixels are ${block} x ${block}, the style's are blocks of ${style.block} x ${style.block}`,
  };
}

const habitNames: Readonly<Record<OutlineHabit, string>> = {
  black: "a black outline",
  darker: "an outline darker than what it encloses",
  partial: "an outline on some sides",
  none: "no outline",
};

function outlineFault({ outline }: PictureStyle, style: Style): StyleFault | undefined {
  const { habit, black, darker, agreement } = style.outline;
  // A habit with many exceptions is worth knowing, but an exception is no fault then.
  if (outline === undefined || habit === null || agreement < 0.85) return undefined;
  const own = outlineHabitOf(outline);
  const lined = outline.black + outline.darker;
  // Neighbours among the habits differ by degree: a few pixels over the line are no fault.
  const isOff = own !== habit && (Math.abs(lined - (black + darker)) > 0.3 || Math.abs(outline.black - black) > 0.45);
  if (!isOff) return undefined;
  return {
    check: "outline",
    message:
      `it has ${habitNames[own]}, the style ${habitNames[habit]}: ${percent(outline.black)} of its edge is black and ` +
      `${percent(outline.darker)} darker, of the style's ${percent(black)} and ${percent(darker)}`,
  };
}

function lightFault({ light }: PictureStyle, style: Style): StyleFault | undefined {
  const { degrees, agreement } = style.light;
  // A single picture's light is uncertain: only strong shading from clearly elsewhere counts.
  if (light === undefined || degrees === null || light.strength < 0.15 || agreement < 0.6) return undefined;
  const own = degreesOf(light.x, light.y);
  const apart = Math.abs(((own - degrees + 540) % 360) - 180);
  if (apart <= 100) return undefined;
  return {
    check: "light",
    message: `its light comes from ${directionName(own)}, the style's from ${directionName(degrees)}`,
  };
}

/** "the upper left" and so on, for degrees counted counterclockwise from the right. */
export function directionName(degrees: number): string {
  const names = [
    "the right",
    "the upper right",
    "above",
    "the upper left",
    "the left",
    "the lower left",
    "below",
    "the lower right",
  ];
  return names[Math.round(degrees / 45) % 8];
}

function alphaFault({ alpha, softShare }: PictureStyle, style: Style): StyleFault | undefined {
  const { habit, agreement } = style.alpha;
  if (habit === null || habit === alpha || habit === "soft") return undefined;
  if (alpha === "soft")
    return softShare < 0.01
      ? undefined
      : { check: "alpha", message: `${percent(softShare)} of its pixels are partly transparent, the style's never` };
  // Whether a picture fills its canvas is up to what it shows, unless the style is strict about it.
  if (agreement < 0.97) return undefined;
  return {
    check: "alpha",
    message:
      habit === "opaque"
        ? "it has transparent pixels, the style has none"
        : "it has no transparent pixel, the style's pictures have",
  };
}

function shadesFault({ shades }: PictureStyle, style: Style): StyleFault | undefined {
  if (shades === undefined || style.shades === null) return undefined;
  const { low, high } = style.shades;
  if (shades >= low && shades <= high) return undefined;
  return {
    check: "shades",
    message: `its materials have ${Math.round(shades * 10) / 10} shades each, the style's ${low} to ${high}`,
  };
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
