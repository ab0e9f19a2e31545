import type { InferenceSession } from "onnxruntime-node";

/** How every network here is run: the optimisation level belongs to the bits of the results, so it is one for all. */
export function onnxSessionSettings(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    enableCpuMemArena: true,
    logSeverityLevel: 3,
  };
}
