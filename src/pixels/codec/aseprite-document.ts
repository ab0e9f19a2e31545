import type { FrameTag } from "../animate/animation.ts";
import type { Raster } from "../raster.ts";

/** What an .aseprite file holds, as far as this room reads and writes it. */
export type AsepriteDocument = {
  readonly width: number;
  readonly height: number;
  /** One for every frame, 1 to 65535. */
  readonly durationsMs: readonly number[];
  /** From the lowest to the topmost. Groups are not listed: their visibility has gone into their layers'. */
  readonly layers: readonly AsepriteLayer[];
  readonly tags: readonly FrameTag[];
  /** 0xrrggbbaa, unsigned, at most 256 where `isIndexed`. */
  readonly palette: readonly number[];
  /** Whether pixels are stored as entries of the palette. */
  readonly isIndexed: boolean;
};

export type AsepriteLayer = {
  readonly name: string;
  readonly isVisible: boolean;
  /** 0 to 255. */
  readonly opacity: number;
  /** One for every frame; undefined where the layer is empty. */
  readonly cels: readonly (AsepriteCel | undefined)[];
};

/** A piece of picture; it may reach beyond the canvas. */
export type AsepriteCel = {
  readonly x: number;
  readonly y: number;
  /** 0 to 255. */
  readonly opacity: number;
  readonly raster: Raster;
};
