import type { GenerationRequest, Progress } from "#asset";
import type { Raster } from "#pixels";

export type GeneratorDescription = {
  /** How a person names it: `--generator sprite`. */
  readonly name: string;
  readonly model: string;
  readonly version: string;
  /** SHA-256 over all that is known of what decides the pixels, lower-case hexadecimal. */
  readonly hash: string;
  /** Of a generator that runs workflows: the one that the request takes, and the SHA-256 of its content. */
  readonly workflow?: { readonly name: string; readonly hash: string } | undefined;
  /** Model files that take part, with their SHA-256 where it is known. */
  readonly files?: readonly { readonly name: string; readonly hash?: string | undefined }[] | undefined;
  /** Widths (= heights) in pixels that it draws natively. */
  readonly sizes: readonly number[];
  /** Looks that a request can ask for by name. */
  readonly styles: readonly string[];
  /** What a request takes that does not say; `model` and `loras` only where the generator has a choice of them. */
  readonly defaults: {
    readonly steps: number;
    readonly guidance: number;
    readonly workflow?: string | undefined;
    readonly model?: string | undefined;
    readonly loras?: GenerationRequest["loras"] | undefined;
    /** Whether what it draws repeats, where that is no question of the request. */
    readonly tile?: boolean | undefined;
  };
  /** How many images it makes at the same time; asking for more only queues them. */
  readonly parallel: number;
  /** How many of these load models by themselves, as servers do; absent: nothing is loaded for a request. */
  readonly devices?: number | undefined;
  /** The most pictures that one batch of a request can have; absent: every picture is drawn alone. */
  readonly batch?: number | undefined;
};

/** The part of a request that says what draws it. */
export type GeneratorChoice = Pick<GenerationRequest, "workflow" | "model" | "loras"> & {
  readonly tile?: boolean | undefined;
  readonly source?: { readonly mask?: string | undefined } | undefined;
};

export type GeneratedImage = {
  /** size x size pixels, straight alpha, not finished: alpha may be partial and colours many. */
  readonly raster: Raster;
  /** The request with every default filled in as it was used. */
  readonly request: GenerationRequest & { readonly steps: number; readonly guidance: number };
  /** What drew it, where that depends on the request; else what `describe` tells. */
  readonly by?: GeneratorDescription | undefined;
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
  /** What would draw a request with these choices; without, what draws by default. */
  describe(choice?: GeneratorChoice): Promise<GeneratorDescription>;
  generate(request: GenerationRequest, options?: GenerateOptions): Promise<GeneratedImage>;
  /** The words that it understands, the most telling first; absent where any text will do. */
  words?(): Promise<readonly string[]>;
  /** Frees memory and threads; calls that are under way reject. */
  close(): Promise<void>;
}
