/** The packages without types that tests read files back by. */
declare module "omggif" {
  export class GifReader {
    constructor(bytes: Uint8Array);
    readonly width: number;
    readonly height: number;
    numFrames(): number;
    /** null: played once. */
    loopCount(): number | null;
    /** Delays in hundredths of a second. */
    frameInfo(index: number): {
      readonly delay: number;
      readonly disposal: number;
      readonly has_local_palette: boolean;
      readonly palette_size: number;
      readonly transparent_index: number | null;
    };
    decodeAndBlitFrameRGBA(index: number, rgba: Uint8Array | Uint8ClampedArray): void;
  }
}

declare module "upng-js" {
  type Image = {
    readonly width: number;
    readonly height: number;
    /** Delays in milliseconds. */
    readonly frames: readonly { readonly delay: number }[];
  };
  const UPNG: { decode(bytes: ArrayBuffer): Image; toRGBA8(image: Image): ArrayBuffer[] };
  export default UPNG;
}
