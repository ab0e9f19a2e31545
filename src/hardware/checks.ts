import type { Config } from "#config";
import type { ComfyuiStatus } from "./comfyui.ts";
import { hasInt8DotProduct } from "./cpu.ts";
import type { Hardware } from "./detect.ts";
import type { FolderRoom } from "./folder-room.ts";
import type { Gpu } from "./gpus.ts";
import type { ModelFile } from "./model-files.ts";

/**
 * One thing that was looked at. A warning costs speed or something optional; a problem keeps the main job from working.
 * Whatever is not ok has a remedy.
 */
export type Check = {
  /** Stable, for programs: node, cpu, memory, gpu, comfyui, library, disk, or models/NAME for each model. */
  readonly id: string;
  readonly title: string;
  readonly detail: string;
} & ({ readonly status: "ok" } | { readonly status: "warning" | "problem"; readonly remedy: string });

const minimumNodeMajor = 26;
const enoughMemoryBytes = 2 ** 30;
/** A sprite with its record takes some kilobytes; the database wants room to work. */
const enoughDiskBytes = 200 * 2 ** 20;
const leastDiskBytes = 10 * 2 ** 20;

/** What is known of one model: its files, or why they could not be looked at. */
export type ModelFinding =
  | { readonly name: string; readonly files: readonly ModelFile[] }
  | { readonly name: string; readonly trouble: string };

export type Findings = {
  readonly config: Pick<Config, "library" | "models" | "workflows" | "comfyui" | "comfyuiToken" | "threads">;
  readonly hardware: Hardware;
  readonly models: readonly ModelFinding[] | { readonly trouble: string };
  readonly library: FolderRoom;
  readonly comfyui: readonly { readonly url: string; readonly status: ComfyuiStatus }[];
};

/** Judges what was found, in the order a person would fix it. */
export function judge({ config, hardware, models, library, comfyui }: Findings): readonly Check[] {
  return [
    checkNode(hardware),
    checkCpu(hardware),
    checkMemory(hardware),
    ...("trouble" in models ? [checkModelsFolder(models.trouble)] : models.map(checkModel)),
    checkLibrary(config.library, library),
    checkDisk(library),
    checkGpu(hardware),
    checkServers(comfyui),
  ];
}

function checkNode({ nodeVersion }: Hardware): Check {
  const about = { id: "node", title: "Node", detail: `version ${nodeVersion}` };
  if (Number.parseInt(nodeVersion, 10) >= minimumNodeMajor) return { ...about, status: "ok" };
  const remedy = `run npm ci in the project, which brings Node ${minimumNodeMajor}, or install it`;
  return { ...about, status: "problem", remedy };
}

function checkCpu({ cpu, architecture }: Hardware): Check {
  const features = cpu.features === null ? "features not known" : cpu.features.join(", ") || "no vector instructions";
  const count = `${cpu.cores} ${cpu.cores === 1 ? "core" : "cores"}`;
  const about = { id: "cpu", title: "CPU", detail: `${cpu.model}, ${architecture}, ${count}: ${features}` };
  if (hasInt8DotProduct(cpu) !== false) return { ...about, status: "ok" };
  const remedy = "sprites take longer here; a CPU with AVX-VNNI, AVX-512 VNNI or Arm's dot product draws them faster";
  return { ...about, status: "warning", remedy };
}

function checkMemory({ memory }: Hardware): Check {
  const detail = `${gibibytes(memory.availableBytes)} of ${gibibytes(memory.totalBytes)} free`;
  const about = { id: "memory", title: "Memory", detail };
  if (memory.availableBytes >= enoughMemoryBytes) return { ...about, status: "ok" };
  const remedy = `close other programs or raise the container's limit, to ${gibibytes(enoughMemoryBytes)} free or more`;
  return { ...about, status: "warning", remedy };
}

function checkGpu({ gpus, gpuTrouble, isDgxSpark }: Hardware): Check {
  const about = { id: "gpu", title: "GPU" };
  if (gpuTrouble !== null) {
    const remedy = "restart the machine or install the NVIDIA driver again; the embedded model needs no GPU";
    return { ...about, detail: gpuTrouble, status: "warning", remedy };
  }
  if (gpus.length === 0) {
    const remedy = "the embedded model needs none; for SDXL through ComfyUI, install an NVIDIA GPU and its driver";
    return { ...about, detail: "no NVIDIA GPU found", status: "warning", remedy };
  }
  const machine = isDgxSpark ? "DGX Spark: " : "";
  return { ...about, detail: `${machine}${gpus.map(describeGpu).join("; ")}`, status: "ok" };
}

function describeGpu({ name, memoryBytes, unifiedMemory, driver, computeCapability }: Gpu): string {
  const facts = [name];
  if (unifiedMemory) facts.push("memory shared with the CPU");
  else facts.push(memoryBytes === null ? "memory not known" : gibibytes(memoryBytes));
  if (driver !== null) facts.push(`driver ${driver}`);
  if (computeCapability !== null) facts.push(`compute capability ${computeCapability}`);
  return facts.join(", ");
}

function checkServers(servers: Findings["comfyui"]): Check {
  const about = {
    id: "comfyui",
    title: "ComfyUI",
    detail: servers.map(({ url, status }) => `${url}${describeServer(status)}`).join("; "),
  };
  if (servers.every(({ status }) => status.reachable)) return { ...about, status: "ok" };
  const remedy = "start ComfyUI, or set DGX_PIXELS_COMFYUI to where it runs; the embedded model does not need it";
  return { ...about, status: "warning", remedy };
}

function describeServer(status: ComfyuiStatus): string {
  return status.reachable ? `, version ${status.version ?? "not known"}` : `: ${status.why}`;
}

function checkLibrary(folder: string, { exists, trouble }: FolderRoom): Check {
  const about = { id: "library", title: "Library" };
  if (trouble === null)
    return { ...about, detail: exists ? folder : `${folder}, which the first sprite will make`, status: "ok" };
  const remedy = "make the folder writable, or set DGX_PIXELS_LIBRARY to one that is";
  return { ...about, detail: `${folder}: ${trouble}`, status: "problem", remedy };
}

function checkDisk({ freeBytes }: FolderRoom): Check {
  const detail = freeBytes === null ? "free space not known" : `${gibibytes(freeBytes)} free for the library`;
  const about = { id: "disk", title: "Disk", detail };
  if (freeBytes === null || freeBytes >= enoughDiskBytes) return { ...about, status: "ok" };
  const remedy = "free some space, or set DGX_PIXELS_LIBRARY to a folder on another disk";
  return { ...about, status: freeBytes < leastDiskBytes ? "problem" : "warning", remedy };
}

const modelRemedy = "install the package again (in a checkout: git restore models), or correct DGX_PIXELS_MODELS";

function checkModelsFolder(trouble: string): Check {
  return { id: "models", title: "Models", detail: trouble, status: "problem", remedy: modelRemedy };
}

function checkModel(model: ModelFinding): Check {
  const about = { id: `models/${model.name}`, title: `Model ${model.name}` };
  if ("trouble" in model) return { ...about, detail: model.trouble, status: "problem", remedy: modelRemedy };
  const broken = model.files.filter((file) => file.status !== "ok");
  if (broken.length === 0) {
    const count = model.files.length === 1 ? "its file is" : `all ${model.files.length} files are`;
    return { ...about, detail: `${count} intact`, status: "ok" };
  }
  return { ...about, detail: broken.map(describeFile).join("; "), status: "problem", remedy: modelRemedy };
}

function describeFile(file: ModelFile): string {
  if (file.status !== "altered") return `${file.name} is ${file.status}`;
  const { expected, actual } = file;
  if (expected.bytes !== actual.bytes) return `${file.name} has ${actual.bytes} bytes instead of ${expected.bytes}`;
  return `${file.name} has other content (SHA-256 ${actual.sha256 ?? "none"} instead of ${expected.sha256})`;
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
