import { PixelsError } from "../pixels-error.ts";
import { createRaster, type Raster } from "../raster.ts";
import type { AtlasFrame, Sprite } from "./atlas.ts";
import { copyArea } from "./copy-area.ts";
import { checkFrameNames } from "./frame-names.ts";

/**
 * The sprites of a sheet in their original sizes, in the order of the frames. Throws PixelsError for a frame that
 * reaches out of the sheet or of its own sprite, and for names that collide or are no file names.
 */
export function unpackAtlas(sheet: Raster, frames: readonly AtlasFrame[]): Sprite[] {
  checkFrameNames(frames.map(({ name }) => name));
  return frames.map((frame) => {
    checkFrame(sheet, frame);
    const { name, x, y, width, height, offsetX, offsetY, sourceWidth, sourceHeight, isRotated, durationMs } = frame;
    const raster = createRaster(sourceWidth, sourceHeight);
    if (isRotated === true) copyTurnedBack(sheet, frame, raster);
    else copyArea(sheet, x, y, width, height, raster, offsetX, offsetY);
    return { name, raster, ...(durationMs !== undefined && { durationMs }) };
  });
}

function checkFrame(sheet: Raster, frame: AtlasFrame): void {
  const { name, x, y, width, height, offsetX, offsetY, sourceWidth, sourceHeight, isRotated } = frame;
  const [across, down] = isRotated === true ? [height, width] : [width, height];
  const isInSheet = x >= 0 && y >= 0 && x + across <= sheet.width && y + down <= sheet.height;
  const isInSource = offsetX >= 0 && offsetY >= 0 && offsetX + width <= sourceWidth && offsetY + height <= sourceHeight;
  if (isInSheet && isInSource) return;
  throw new PixelsError(
    isInSheet
      ? `Cannot cut out ${JSON.stringify(name)}: its part of ${width} x ${height} at ${offsetX},${offsetY} reaches out ` +
          `of its own ${sourceWidth} x ${sourceHeight} pixels; correct the atlas file`
      : `Cannot cut out ${JSON.stringify(name)}: ${across} x ${down} at ${x},${y} reaches out of the sheet of ` +
          `${sheet.width} x ${sheet.height}; give the sheet that belongs to the atlas file`,
    { code: "invalid-atlas", frame: name },
  );
}

/** The part was turned clockwise: its column x, read upwards, is the sheet's row x, read from the left. */
function copyTurnedBack(sheet: Raster, { x: left, y: top, width, height, offsetX, offsetY }: AtlasFrame, to: Raster) {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = ((top + x) * sheet.width + left + height - 1 - y) * 4;
      const at = ((offsetY + y) * to.width + offsetX + x) * 4;
      for (let channel = 0; channel < 4; channel++) to.data[at + channel] = sheet.data[from + channel];
    }
}
