/**
 * Pure raster work on plain data; no Node imports, so it runs in a browser unchanged.
 *
 *     const sprite = finish(raster, [{ step: "alpha", threshold: 128 }, { step: "colors", count: 16 }]);
 *     const png = encodePng(sprite);
 */
export {
  type AnimateOptions,
  animateSprite,
  animationKindNames,
  joinAnimations,
  type SpriteAnimation,
} from "./animate/animate-sprite.ts";
export type { AnimationKindName } from "./animate/kinds.ts";
export {
  type AnimationFault,
  type AnimationReport,
  type InspectOptions,
  inspectAnimation,
} from "./animate/inspect-animation.ts";
export { type Animation, checkAnimation, type FrameDirection, type FrameTag } from "./animate/animation.ts";
export { type RemoveBackgroundOptions, removeBackground } from "./background/remove-background.ts";
export { flatten } from "./cleanup/flatten.ts";
export { removeDoubles } from "./cleanup/remove-doubles.ts";
export { removeOrphans } from "./cleanup/remove-orphans.ts";
export { smoothJaggies } from "./cleanup/smooth-jaggies.ts";
export { thresholdAlpha } from "./cleanup/threshold-alpha.ts";
export type { AsepriteCel, AsepriteDocument, AsepriteLayer } from "./codec/aseprite-document.ts";
export { asepriteOfAnimation } from "./codec/aseprite-of-animation.ts";
export { type DecodeAnimationOptions, decodeApng } from "./codec/decode-apng.ts";
export { decodeAseprite } from "./codec/decode-aseprite.ts";
export { type DecodePngOptions, decodePng } from "./codec/decode-png.ts";
export { type EncodeApngOptions, encodeApng } from "./codec/encode-apng.ts";
export { encodeAseprite } from "./codec/encode-aseprite.ts";
export { type EncodeGifOptions, encodeGif } from "./codec/encode-gif.ts";
export { type EncodePngOptions, encodePng } from "./codec/encode-png.ts";
export { flattenAseprite } from "./codec/flatten-aseprite.ts";
export { type PngColorType, type PngHeader, readPngHeader } from "./codec/png-header.ts";
export { type PngText, readPngText, replacePngText } from "./codec/png-text.ts";
export { drawOver } from "./draw-over.ts";
export { type DitherOptions, dither } from "./dither/dither.ts";
export { type DitherMethod, ditherMethods } from "./dither/methods.ts";
export { fillArea } from "./fill-area.ts";
export { type FinishStep, finish } from "./finish.ts";
export {
  type AxisReading,
  findGrid,
  type GridFinding,
  gridEvidence,
  gridGuess,
  type RecoveredGrid,
  type RecoverGridOptions,
  readAxis,
  recoverGrid,
} from "./grid/recover-grid.ts";
export { formatHexColor, parseHexColor } from "./hex-color.ts";
export { type Oklab, oklabOfRgb, rgbOfOklab, squaredOklabDistance } from "./oklab.ts";
export {
  type AddOutlineOptions,
  addOutline,
  type Neighbors,
  outlineColor,
  type RemoveOutlineOptions,
  removeOutline,
} from "./outline/outline.ts";
export { comparePalettes, type PaletteComparison } from "./palette/compare-palettes.ts";
export { findPalette, paletteNames } from "./palette/find-palette.ts";
export { formatPalette, type PaletteFormat } from "./palette/format-palette.ts";
export type { Palette } from "./palette/palette.ts";
export { paletteFromRaster } from "./palette/palette-from-raster.ts";
export { paletteSwatch } from "./palette/palette-swatch.ts";
export { parsePalette } from "./palette/parse-palette.ts";
export { type PaletteOrder, paletteOrders, sortPalette } from "./palette/sort-palette.ts";
export { PixelsError, type PixelsProblem } from "./pixels-error.ts";
export { autoColorCount } from "./quantize/auto-color-count.ts";
export { type ColorCounter, createColorCounter } from "./quantize/color-counter.ts";
export { extractPalette } from "./quantize/extract-palette.ts";
export { bestColors, mapToPalette } from "./quantize/map-to-palette.ts";
export { cloneRaster, countColors, countDifferingPixels, createRaster, type Raster } from "./raster.ts";
export { type ScaleMethod, scale, scaleMethods } from "./scale/scale.ts";
export { scaleInteger } from "./scale-integer.ts";
export { type Box, crop, trim, visibleBox } from "./trim.ts";
export type { Atlas, AtlasFrame, Sprite } from "./sheet/atlas.ts";
export {
  type AtlasFile,
  type AtlasFileOptions,
  type AtlasFormat,
  atlasFormats,
  formatAtlasFile,
  parseAtlasFile,
} from "./sheet/atlas-file.ts";
export { checkFrameNames } from "./sheet/frame-names.ts";
export { findIslands, type Island, type IslandOptions } from "./sheet/find-islands.ts";
export { inferGrid } from "./sheet/infer-grid.ts";
export { type GridOptions, type GridSheet, layOutGrid } from "./sheet/lay-out-grid.ts";
export { type PackOptions, packAtlas } from "./sheet/pack-atlas.ts";
export { type SheetCell, type SheetGrid, splitGrid } from "./sheet/split-grid.ts";
export { unpackAtlas } from "./sheet/unpack-atlas.ts";
export { drawText, fitText, textHeight, textWidth } from "./text/draw-text.ts";
export { type FittedTexture, fitTexture } from "./tile/fit-texture.ts";
export { repairSeams, type SeamRepair } from "./tile/repair-seams.ts";
export { repeatedArea } from "./tile/repeated-area.ts";
export { seamError, seamErrors, seamExcess } from "./tile/seam-error.ts";
export { seamRank } from "./tile/seam-rank.ts";
export { checkSeams, type PairSeam, type SeamReport } from "./tileset/check-seams.ts";
export { describePair, describeTileset, type TilesetDescription, tileName } from "./tileset/describe-tileset.ts";
export { type DrawnTile, drawTileset, type Tileset, type TilesetOptions } from "./tileset/draw-tileset.ts";
export { type EdgeStyleName, edgeStyleNames } from "./tileset/edge-styles.ts";
export { type EditorFileOptions, formatGodotTileset, formatTiledTileset } from "./tileset/editor-files.ts";
export { drawMap, type SampleMap, sampleMap } from "./tileset/sample-map.ts";
export {
  matchingPairs,
  type TileDefinition,
  type TilePair,
  type TilesetKind,
  tilesetKinds,
  tilesOf,
} from "./tileset/tile-masks.ts";
export { checkStyle, directionName, type StyleFault, type StyleReport } from "./style/check-style.ts";
export { learnStyle } from "./style/learn-style.ts";
export { markStyle } from "./style/mark-style.ts";
export { type LightMeasure, measurePicture, type OutlineMeasure, type PictureStyle } from "./style/measure-picture.ts";
export type { OutlineHabit, Style } from "./style/style.ts";
export { type TileSize, tileSize } from "./style/tile-size.ts";
