import type * as Onnx from "onnxruntime-node";
import type { Manifest } from "./model-files.ts";
import type { Denoise, Planes } from "./sampler.ts";
import { onnxSessionSettings } from "./session-settings.ts";
import type { Tokens, Vocabulary } from "./vocabulary.ts";

/** The network in an ONNX Runtime session. `run` blocks the thread it is called on: keep it in a worker thread. */
export type Denoiser = {
  /** Binds two texts; the negative one may have no words at all. */
  forTexts(prompt: Tokens, negative: Tokens): Denoise;
  release(): Promise<void>;
};

/** Opens the network from the bytes of its ONNX file, on `threads` CPU threads. */
export async function openDenoiser(
  bytes: Uint8Array,
  options: { readonly threads: number; readonly manifest: Manifest; readonly vocabulary: Vocabulary },
): Promise<Denoiser> {
  const { default: onnx } = await import("onnxruntime-node");
  const session = await onnx.InferenceSession.create(bytes, onnxSessionSettings(options.threads));
  const { canvas, guidanceInput } = options.manifest;
  const { dimensions } = options.vocabulary;

  const ofOne = (value: number) => new onnx.Tensor("float32", Float32Array.of(value), [1]);
  const textFeeds = (tokens: Tokens): Record<string, Onnx.Tensor> => {
    // The graph takes at least one word; a masked one counts for nothing.
    const length = Math.max(1, tokens.words.length);
    const vectors = new Float32Array(length * dimensions);
    vectors.set(tokens.vectors);
    const words = new BigInt64Array(length);
    for (const [index, correction] of tokens.corrections.entries()) words[index] = BigInt(correction);
    const mask = new Float32Array(length).fill(1, 0, tokens.words.length);
    return {
      vectors: new onnx.Tensor("float32", vectors, [1, length, dimensions]),
      words: new onnx.Tensor("int64", words, [1, length]),
      mask: new onnx.Tensor("float32", mask, [1, length]),
    };
  };

  return {
    forTexts(prompt, negative) {
      const feeds = { prompt: textFeeds(prompt), negative: textFeeds(negative) };
      return async (image, time, text, guidance): Promise<Planes> => {
        const scale = guidanceInput && { guidance: ofOne(guidance / guidanceInput.divisor) };
        const results = await session.run({
          ...feeds[text],
          image: new onnx.Tensor("float32", image, [1, 4, canvas, canvas]),
          time: ofOne(time),
          ...scale,
        });
        return results.denoised.data as Float32Array;
      };
    },
    release: () => session.release(),
  };
}
