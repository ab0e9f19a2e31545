import type { StoredSprite } from "#studio";

type Raster = StoredSprite["raster"];

/**
 * A picture as text: each character is two pixels, one above the other, drawn with the upper half block. Transparent
 * pixels show the terminal's own ground. `colorDepth` is in bits: 24 for true colour, 8 for the 256-colour palette.
 * Undefined when the terminal has fewer colours or the picture is wider than `columns`.
 */
export function terminalPicture(raster: Raster, columns: number, colorDepth: number): string | undefined {
  if (colorDepth < 8 || raster.width > columns) return undefined;
  const color = colorDepth >= 24 ? trueColor : indexedColor;
  const lines: string[] = [];
  for (let y = 0; y < raster.height; y += 2) {
    let line = "";
    let ink = "";
    const use = (next: string) => {
      if (next !== ink) line += `\u001b[${next === "" ? "0" : next}m`;
      ink = next;
    };
    for (let x = 0; x < raster.width; x++) {
      const upper = color(raster, x, y);
      const lower = y + 1 < raster.height ? color(raster, x, y + 1) : undefined;
      if (upper !== undefined && lower !== undefined) use(`0;38;${upper};48;${lower}`);
      else if (upper !== undefined) use(`0;38;${upper}`);
      else if (lower !== undefined) use(`0;38;${lower}`);
      else use("");
      line += upper !== undefined ? "▀" : lower !== undefined ? "▄" : " ";
    }
    use("");
    lines.push(line.trimEnd());
  }
  return `${lines.join("\n")}\n`;
}

function trueColor({ width, data }: Raster, x: number, y: number): string | undefined {
  const at = (y * width + x) * 4;
  return data[at + 3] < 128 ? undefined : `2;${data[at]};${data[at + 1]};${data[at + 2]}`;
}

/** The nearest of the 6 x 6 x 6 colour cube or the 24 greys of the xterm palette. */
function indexedColor({ width, data }: Raster, x: number, y: number): string | undefined {
  const at = (y * width + x) * 4;
  if (data[at + 3] < 128) return undefined;
  const [red, green, blue] = data.subarray(at, at + 3);
  const levels = [0, 95, 135, 175, 215, 255];
  const nearest = (value: number) =>
    levels.reduce((best, level, index) => (Math.abs(level - value) < Math.abs(levels[best] - value) ? index : best), 0);
  const cube = [nearest(red), nearest(green), nearest(blue)];
  const grey = Math.max(0, Math.min(23, Math.round(((red + green + blue) / 3 - 8) / 10)));
  const distance = (r: number, g: number, b: number) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
  const greyLevel = 8 + grey * 10;
  const isGrey =
    distance(greyLevel, greyLevel, greyLevel) < distance(levels[cube[0]], levels[cube[1]], levels[cube[2]]);
  return `5;${isGrey ? 232 + grey : 16 + cube[0] * 36 + cube[1] * 6 + cube[2]}`;
}
