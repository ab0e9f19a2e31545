import type { PredictColors } from "./enlarge.ts";
import { onnxSessionSettings } from "./session-settings.ts";

/** The second stage's network in an ONNX Runtime session. `predict` blocks the thread it is called on. */
export type Enlarger = {
  readonly predict: PredictColors;
  release(): Promise<void>;
};

/** Opens the network from the bytes of its ONNX file, on `threads` CPU threads. */
export async function openEnlarger(bytes: Uint8Array, threads: number): Promise<Enlarger> {
  const { default: onnx } = await import("onnxruntime-node");
  const session = await onnx.InferenceSession.create(bytes, onnxSessionSettings(threads));
  return {
    async predict(coarse, fine, width, height) {
      const results = await session.run({
        coarse: new onnx.Tensor("float32", coarse, [1, 4, height, width]),
        fine: new onnx.Tensor("float32", fine, [1, 5, 2 * height, 2 * width]),
      });
      return results.scores.data as Float32Array;
    },
    release: () => session.release(),
  };
}
