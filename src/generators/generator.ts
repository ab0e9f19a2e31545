import type { GenerationRequest, Progress } from "#asset";
import type { Raster } from "#pixels";

export type GeneratorDescription = {
  /** How a person names it: `--generator sprite`. */
  readonly name: string;
  readonly model: string;
  readonly version: string;
  /** SHA-256 over all files that decide the pixels, lower-case hexadecimal. */
  readonly hash: string;
  /** Widths (= heights) in pixels that it draws natively. */
  readonly sizes: readonly number[];
  /** Looks that a request can ask for by name. */
  readonly styles: readonly string[];
  readonly defaults: { readonly steps: number; readonly guidance: number };
  /** How many images it makes at the same time; asking for more only queues them. */
  readonly parallel: number;
};

export type GeneratedImage = {
  /** size x size pixels, straight alpha, not finished: alpha may be partial and colours many. */
  readonly raster: Raster;
  /** The request with every default filled in as it was used. */
  readonly request: GenerationRequest & { readonly steps: number; readonly guidance: number };
  /** Seconds of drawing, without the loading of the model. */
  readonly seconds: number;
  /** What a person should know, such as words that the model does not understand. */
  readonly notes: readonly string[];
};

export type GenerateOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
};

/**
 * Draws pictures from words. The same request gives the same pixels, whatever else is drawn beside it. `generate` may
 * be called again before an earlier call has ended. A cancelled call rejects with the signal's reason within one step.
 */
export interface Generator {
  describe(): Promise<GeneratorDescription>;
  generate(request: GenerationRequest, options?: GenerateOptions): Promise<GeneratedImage>;
  /** The words that it understands, the most telling first; absent where any text will do. */
  words?(): Promise<readonly string[]>;
  /** Frees memory and threads; calls that are under way reject. */
  close(): Promise<void>;
}
