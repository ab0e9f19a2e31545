import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "#hardware";

/** What ComfyUI is to run on: a DGX Spark's GB10, a graphics card of its own memory, or the processor alone. */
export type SetupTarget = "gb10" | "gpu" | "cpu";

export type SetupPlan = {
  readonly target: SetupTarget;
  readonly folder: string;
  readonly steps: readonly { readonly title: string; readonly command: Command }[];
  /** The command that starts the server, and the script that holds it. */
  readonly start: Command;
  readonly startScript: { readonly file: string; readonly content: string };
  readonly notes: readonly string[];
};

/** Against this version the client and the workflows are tested (docs/comfyui.md). */
export const testedVersion = "v0.33.0";

/**
 * Where PyTorch comes from. The GB10 needs the build for CUDA 13 and ARM64, as NVIDIA's playbook for ComfyUI on DGX
 * Spark says; for other machines the plain package has CUDA in it, and the CPU build spares it.
 */
const torchIndex: Readonly<Record<SetupTarget, readonly string[]>> = {
  gb10: ["--index-url", "https://download.pytorch.org/whl/cu130"],
  gpu: [],
  cpu: ["--index-url", "https://download.pytorch.org/whl/cpu"],
};

/** ComfyUI nodes of this project, which make it quicker. */
const ownNodes = fileURLToPath(new URL("../../../python/comfyui_nodes", import.meta.url));

/** On a GPU, PyTorch's other threads only spin beside the one that launches kernels. */
const environment: Readonly<Record<SetupTarget, readonly string[]>> = {
  gb10: ["OMP_NUM_THREADS=1"],
  gpu: ["OMP_NUM_THREADS=1"],
  cpu: [],
};

const flags: Readonly<Record<SetupTarget, readonly string[]>> = {
  // The pool is shared with the system, which must keep its part; 16 GB is one user's report. Weights that are moved for
  // every pass cannot be recorded as a CUDA graph.
  gb10: ["--reserve-vram", "16", "--disable-dynamic-vram"],
  gpu: ["--disable-dynamic-vram"],
  cpu: ["--cpu"],
};

const targetNotes: Readonly<Record<SetupTarget, readonly string[]>> = {
  gb10: [
    "Processor and GPU share the memory of a DGX Spark; when a model does not load although there is room, empty the " +
      "file cache: sudo sh -c 'sync; echo 3 > /proc/sys/vm/drop_caches' (NVIDIA's playbook)",
  ],
  gpu: ["On a card of 24 GB or more, --highvram keeps the models loaded between jobs"],
  cpu: ["A processor takes minutes for a picture of SDXL; the embedded model takes a fraction of a second"],
};

/** The installation in `folder`, as commands to read or to run. Nothing is touched. */
export function planSetup(
  folder: string,
  { target, port = 8188 }: { readonly target: SetupTarget; readonly port?: number | undefined },
): SetupPlan {
  const comfyui = join(folder, "ComfyUI");
  const python = join(folder, "venv", "bin", "python");
  const pip = (title: string, ...packages: readonly string[]) => ({
    title,
    command: { program: python, arguments: ["-m", "pip", "install", ...packages] },
  });
  const repository = "https://github.com/Comfy-Org/ComfyUI.git";
  const start: Command = {
    program: "env",
    arguments: [
      ...environment[target],
      python,
      "main.py",
      "--listen",
      "127.0.0.1",
      "--port",
      String(port),
      "--preview-method",
      "auto",
      // The latent's own size; 512 px at every step cost the thread that draws.
      "--preview-size",
      "128",
      ...flags[target],
    ],
    folder: comfyui,
  };
  return {
    target,
    folder,
    steps: [
      {
        title: `ComfyUI ${testedVersion}`,
        command: {
          program: "git",
          arguments: ["clone", "--depth", "1", "--branch", testedVersion, repository, comfyui],
        },
      },
      {
        title: "a Python environment of its own",
        command: { program: "python3", arguments: ["-m", "venv", join(folder, "venv")] },
      },
      pip("PyTorch", "torch", "torchvision", "torchaudio", ...torchIndex[target]),
      // Its requirements leave out requests, which other packages used to bring.
      pip("what ComfyUI needs", "-r", join(comfyui, "requirements.txt"), "requests"),
      {
        title: "nodes that make it quicker",
        command: { program: "cp", arguments: ["-R", ownNodes, join(comfyui, "custom_nodes", "dgx-pixels")] },
      },
      {
        title: "whether it starts",
        command: { program: python, arguments: ["main.py", "--quick-test-for-ci", "--cpu"], folder: comfyui },
      },
    ],
    start,
    startScript: {
      file: join(folder, "start-comfyui.sh"),
      content: `#!/bin/sh\n# Starts ComfyUI for dgx-pixels; more flags may follow.\ncd ${quoted(comfyui)} && exec ${[start.program, ...start.arguments].map(quoted).join(" ")} "$@"\n`,
    },
    notes: [
      ...targetNotes[target],
      "ComfyUI has no login: it listens to this machine only. From another one, reach it through an SSH tunnel, or " +
        "behind a proxy with TLS and a token (docs/comfyui.md)",
    ],
  };
}

/** A command as a person types it, wherever that person is. */
export function shellWords({ program, arguments: words, folder }: Command): string {
  const line = [program, ...words].map(quoted).join(" ");
  return folder === undefined ? line : `(cd ${quoted(folder)} && ${line})`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
