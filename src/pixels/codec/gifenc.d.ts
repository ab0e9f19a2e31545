declare module "gifenc" {
  type FrameOptions = {
    readonly palette?: readonly (readonly [red: number, green: number, blue: number])[];
    readonly transparent?: boolean;
    readonly transparentIndex?: number;
    /** Milliseconds, rounded to hundredths of a second. */
    readonly delay?: number;
    /** Repetitions after the first time: -1 none, 0 for ever. */
    readonly repeat?: number;
    /** Bits an index has at least; the palette must fit. */
    readonly colorDepth?: number;
    /** 1 leaves the frame, 2 clears it. */
    readonly dispose?: number;
  };
  type Encoder = {
    writeFrame(indices: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
  };
  type Gifenc = { readonly GIFEncoder: () => Encoder };
  const gifenc: Gifenc;
  export default gifenc;
  /** Only where a bundler takes the package's ES module. */
  export const GIFEncoder: Gifenc["GIFEncoder"] | undefined;
}
