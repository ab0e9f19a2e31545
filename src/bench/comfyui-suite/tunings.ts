/** A way to run ComfyUI: what it is started with, and what is changed in the workflows. */
export type Tuning = {
  readonly name: string;
  readonly flags: readonly string[];
  /** Added to the environment that it inherits. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A node that the diffusion network goes through before every sampler. */
  readonly modelNode?: { readonly class_type: string; readonly inputs?: Readonly<Record<string, string>> };
  /**
   * The nodes of this project are installed (python/comfyui_nodes), which built-in workflows take wherever they are. This one
   * must be among what the server has then, or it would be measured without them.
   */
  readonly ownNode?: string;
  /** Other settings than the workflow's own. */
  readonly request?: { readonly steps: number; readonly guidance: number };
  /** What is measured under it; all that can be, unless given or asked for by name. */
  readonly workflows?: readonly string[];
};

/** Quality and speed: what a tuning is chosen by. */
const both = ["sdxl-sprite", "sdxl-sprite-fast"];
const all = [...both, "sdxl-batch"];

/** PyTorch's other threads do nothing on a GPU but spin beside the one that launches its kernels. */
const oneThread = { OMP_NUM_THREADS: "1" };
/** The latent's own size; by default every step is enlarged to 512 px and encoded beside the sampler. */
const smallPreview = ["--preview-size", "128"];
const inductor = { class_type: "TorchCompileModel", inputs: { backend: "inductor" } };
const cudagraphs = { class_type: "TorchCompileModel", inputs: { backend: "cudagraphs" } };

/**
 * In the order they are tried. The flags are ComfyUI's own (`python main.py --help`); what a version or a machine does
 * not have is reported as skipped. Compiling takes minutes at first, so it comes last.
 */
export const tunings: readonly Tuning[] = [
  { name: "usual", flags: [] },
  { name: "one-thread", flags: [], environment: oneThread, workflows: both },
  { name: "small-preview", flags: smallPreview, workflows: both },
  { name: "no-preview", flags: ["--preview-method", "none"], workflows: both },
  { name: "gpu-only", flags: ["--gpu-only"], workflows: both },
  { name: "light", flags: [...smallPreview, "--gpu-only"], environment: oneThread, workflows: all },
  {
    name: "nodes",
    flags: smallPreview,
    environment: { ...oneThread, DGX_PIXELS_CUDA_GRAPHS: "0" },
    ownNode: "DgxPixelsPicture",
    workflows: all,
  },
  {
    name: "graphs",
    flags: smallPreview,
    environment: oneThread,
    ownNode: "DgxPixelsCudaGraphs",
    workflows: all,
  },
  {
    name: "graphs-fast",
    flags: [...smallPreview, "--gpu-only", "--force-channels-last", "--fast", "fp16_accumulation", "autotune"],
    environment: oneThread,
    ownNode: "DgxPixelsCudaGraphs",
    workflows: all,
  },
  {
    name: "graphs-four-steps",
    flags: [...smallPreview, "--gpu-only"],
    environment: oneThread,
    ownNode: "DgxPixelsCudaGraphs",
    request: { steps: 4, guidance: 1 },
    workflows: ["sdxl-sprite-fast"],
  },
  { name: "fp16-accumulation", flags: ["--fast", "fp16_accumulation"], workflows: both },
  { name: "autotune", flags: ["--fast", "autotune"], workflows: both },
  { name: "channels-last", flags: ["--force-channels-last"], workflows: both },
  { name: "fp16-vae", flags: ["--fp16-vae"], workflows: both },
  { name: "no-cuda-malloc", flags: ["--disable-cuda-malloc"], workflows: both },
  { name: "highvram", flags: ["--highvram"], workflows: both },
  { name: "fast", flags: ["--fast", "fp16_accumulation", "cublas_ops", "autotune"], workflows: both },
  {
    name: "fast-all",
    flags: ["--fast", "fp16_accumulation", "cublas_ops", "autotune", "--force-channels-last", "--highvram"],
    workflows: all,
  },
  { name: "sage-attention", flags: ["--use-sage-attention"], workflows: both },
  { name: "flash-attention", flags: ["--use-flash-attention"], workflows: both },
  {
    name: "compiled-graphs",
    flags: smallPreview,
    environment: oneThread,
    modelNode: cudagraphs,
    workflows: both,
  },
  { name: "compiled", flags: [], modelNode: inductor, workflows: both },
  {
    name: "compiled-fast",
    flags: [...smallPreview, "--fast", "fp16_accumulation", "autotune", "--gpu-only"],
    environment: oneThread,
    modelNode: inductor,
    ownNode: "DgxPixelsPicture",
    workflows: all,
  },
];
