import type { ModelFamily } from "./model-family.ts";

/** A model file that the built-in workflows can use, and where to get it. */
export type KnownModel = {
  /** The name under which the workflows look for it. */
  readonly name: string;
  readonly folder: "checkpoints" | "loras" | "vae";
  readonly family: ModelFamily;
  readonly purpose: string;
  /** Publisher and file on Hugging Face, or a page. */
  readonly source: string;
  readonly license: string;
  /** Undefined where no source for it was found. */
  readonly bytes: number | undefined;
  readonly sha256: string | undefined;
};

/**
 * Sizes and hashes as several independent public projects have pinned them (seen 2026-11); what could not be found is
 * undefined. Nothing here was downloaded to check.
 */
export const knownModels: readonly KnownModel[] = [
  {
    name: "sd_xl_base_1.0.safetensors",
    folder: "checkpoints",
    family: "sdxl",
    purpose: "the base model of all sdxl workflows",
    source: "stabilityai/stable-diffusion-xl-base-1.0: sd_xl_base_1.0.safetensors",
    license: "CreativeML Open RAIL++-M",
    bytes: 6_938_078_334,
    sha256: "31e35c80fc4829d14f90153f4c74cd59c90b779f6afe05a74cd6120b893f7e5b",
  },
  {
    name: "pixel-art-xl-v1.1.safetensors",
    folder: "loras",
    family: "sdxl",
    purpose: "pixel art by SDXL: sharp pixels, few colors; the sdxl workflows bring it where it is there",
    source: "nerijs/pixel-art-xl",
    license: "CreativeML Open RAIL-M",
    bytes: 170_543_052,
    sha256: "bbf3d8defbfb3fb71331545225c0cf50c74a748d2525f7c19ebb8f74445de274",
  },
  {
    name: "lcm-lora-sdxl.safetensors",
    folder: "loras",
    family: "sdxl",
    purpose: "4 to 8 steps instead of 28; sdxl-sprite-fast needs it",
    source: "latent-consistency/lcm-lora-sdxl: pytorch_lora_weights.safetensors, renamed",
    license: "CreativeML Open RAIL++-M",
    bytes: 393_855_224,
    sha256: "a764e6859b6e04047cd761c08ff0cee96413a8e004c9f07707530cd776b19141",
  },
  {
    name: "v1-5-pruned-emaonly-fp16.safetensors",
    folder: "checkpoints",
    family: "sd15",
    purpose: "the model of sd15-sprite, for small GPUs",
    source: "Comfy-Org/stable-diffusion-v1-5-archive: v1-5-pruned-emaonly-fp16.safetensors",
    license: "CreativeML Open RAIL-M",
    bytes: 2_132_696_762,
    sha256: "e9476a13728cd75d8279f6ec8bad753a66a1957ca375a1464dc63b37db6e3916",
  },
];
