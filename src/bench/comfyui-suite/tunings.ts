/** A way to run ComfyUI: what it is started with, and whether the network is compiled. */
export type Tuning = {
  readonly name: string;
  readonly flags: readonly string[];
  /** The diffusion network goes through torch.compile, by a node that ComfyUI has. */
  readonly isCompiled?: boolean;
  /** What is measured under it; all that can be, unless given. */
  readonly workflows?: readonly string[];
};

/** Quality and speed: what a tuning is chosen by. */
const both = ["sdxl-sprite", "sdxl-sprite-fast"];

/**
 * In the order they are tried. The flags are ComfyUI's own (`python main.py --help`); what a version or a machine does
 * not have is reported as skipped. Compiling takes minutes at first, so it comes last.
 */
export const tunings: readonly Tuning[] = [
  { name: "usual", flags: [] },
  { name: "fp16-accumulation", flags: ["--fast", "fp16_accumulation"], workflows: both },
  { name: "channels-last", flags: ["--force-channels-last"], workflows: both },
  { name: "fp16-vae", flags: ["--fp16-vae"], workflows: both },
  { name: "no-cuda-malloc", flags: ["--disable-cuda-malloc"], workflows: both },
  { name: "highvram", flags: ["--highvram"], workflows: both },
  { name: "fast", flags: ["--fast", "fp16_accumulation", "cublas_ops", "autotune"], workflows: both },
  {
    name: "fast-all",
    flags: ["--fast", "fp16_accumulation", "cublas_ops", "autotune", "--force-channels-last", "--highvram"],
    workflows: [...both, "sdxl-batch"],
  },
  { name: "sage-attention", flags: ["--use-sage-attention"], workflows: both },
  { name: "flash-attention", flags: ["--use-flash-attention"], workflows: both },
  { name: "compiled", flags: [], isCompiled: true, workflows: both },
  {
    name: "compiled-fast",
    flags: ["--fast", "fp16_accumulation", "--highvram"],
    isCompiled: true,
    workflows: [...both, "sdxl-batch"],
  },
];
