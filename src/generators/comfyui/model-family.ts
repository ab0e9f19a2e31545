/** Base models whose LoRAs do not fit each other. */
export type ModelFamily = "sdxl" | "sd15" | "other";

/**
 * What base model a file's header names, as trainers and tools write it: `modelspec.architecture`
 * (https://github.com/Stability-AI/ModelSpec) or kohya's `ss_base_model_version`. Undefined where it says nothing, which
 * is common: then nobody can tell from outside.
 */
export function familyFromMetadata(metadata: Readonly<Record<string, string>>): ModelFamily | undefined {
  const architecture = metadata["modelspec.architecture"]?.toLowerCase();
  const version = metadata.ss_base_model_version?.toLowerCase();
  for (const told of [architecture, version]) {
    if (told === undefined || told === "") continue;
    if (/^stable-diffusion-xl|^sdxl/.test(told)) return "sdxl";
    if (/^stable-diffusion-v1|^sd_v1|^sd_1/.test(told)) return "sd15";
    return "other";
  }
  return undefined;
}

export const familyNames: Readonly<Record<ModelFamily, string>> = {
  sdxl: "SDXL",
  sd15: "Stable Diffusion 1.5",
  other: "another base model",
};

/** SHA-256 of a file's weights, where the header names it. */
export function hashFromMetadata(metadata: Readonly<Record<string, string>>): string | undefined {
  const told = metadata["modelspec.hash_sha256"]?.toLowerCase().replace(/^0x/, "");
  return told !== undefined && /^[0-9a-f]{64}$/.test(told) ? told : undefined;
}
