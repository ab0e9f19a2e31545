import type { Raster } from "../raster.ts";

/** A picture with the name that a game asks for it by. */
export type Sprite = {
  readonly name: string;
  readonly raster: Raster;
  /** How long it is shown in an animation. */
  readonly durationMs?: number | undefined;
};

/** Where a sprite lies in a sheet, and where that part lay in the sprite before it was trimmed; all in pixels. */
export type AtlasFrame = {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The place of the trimmed part in the whole sprite. */
  readonly offsetX: number;
  readonly offsetY: number;
  /** The whole sprite's size. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** Turned clockwise by 90 degrees in the sheet, where it then takes `height` x `width`. Other programs do this. */
  readonly isRotated?: boolean;
  readonly durationMs?: number | undefined;
};

export type Atlas = { readonly raster: Raster; readonly frames: readonly AtlasFrame[] };
