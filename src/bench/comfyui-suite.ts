import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  allTemplateNames,
  type ComfyuiGeneratorOptions,
  type JobFacts,
  openComfyuiGenerator,
  openServer,
  readTemplate,
} from "#generators";
import { detect, thisMachine } from "#hardware";
import { openLibrary } from "#library";
import { BenchError } from "./bench-error.ts";
import { measureWorkflow } from "./comfyui-suite/measure-workflow.ts";
import { startOwnComfyui } from "./comfyui-suite/own-comfyui.ts";
import { randomModels } from "./comfyui-suite/random-models.ts";
import { writeTunedWorkflows } from "./comfyui-suite/tuned-workflows.ts";
import { type Tuning, tunings } from "./comfyui-suite/tunings.ts";
import type { BenchOptions, BenchSuite, Figure } from "./suite.ts";

export type ComfyuiSuiteOptions = Pick<ComfyuiGeneratorOptions, "servers">;

type Row = Readonly<Record<string, Figure>>;
type Run = Parameters<BenchSuite["run"]>[0];
type Servers = ComfyuiSuiteOptions["servers"];

const defaultPictures = 12;

/**
 * How fast every workflow draws on a ComfyUI server, and how much of that is ours: from submission to the stored sprite,
 * less the server's own time and the finishing of the pixels. Given a ComfyUI folder, the server is started here, with
 * models of random weights, once for each way to tune it.
 */
export function comfyuiSuite({ servers }: ComfyuiSuiteOptions): BenchSuite {
  return {
    name: "comfyui",
    description:
      "Every workflow on a ComfyUI server, or on one started here in several tunings: seconds, images a minute, our own part, peak VRAM.",
    heeds: ["url", "seeds", "canvas", "comfyui", "python", "tunings", "workflows"],
    run: (run) => (run.options.comfyui === undefined ? onServers(run, servers) : onOwnServer(run, run.options.comfyui)),
  };
}

async function onServers(run: Run, servers: Servers) {
  const { url, tunings: named } = run.options;
  if (named !== undefined)
    throw new BenchError("bad-option", "Cannot tune a server that runs already: give --comfyui with its folder", {
      subject: "tunings",
      value: named,
    });
  const headers = servers[0]?.headers;
  const asked =
    url === undefined ? servers : url.split(",").map((one) => ({ url: one.trim().replace(/\/+$/, ""), headers }));
  const { rows, skipped, facts } = await measureServers(run, asked, undefined, undefined);
  if (rows.length === 0)
    throw new BenchError("bad-figure", `Cannot measure ${asked[0].url}: ${skipped.join("; ")}`, {
      subject: "comfyui",
      value: asked[0].url,
    });
  return { ...facts, workflows: rows, ...(skipped.length > 0 && { skipped: skipped.join("; ") }) };
}

async function onOwnServer(run: Run, folder: string) {
  const { signal, log, options } = run;
  const chosen = chosenTunings(options);
  const directory = resolve(folder);
  if (!existsSync(join(directory, "main.py")))
    throw new BenchError("unavailable", `Cannot start ComfyUI in ${directory}: it has no main.py; name its folder`, {
      subject: "comfyui",
      value: folder,
    });
  const python = options.python ?? pythonOf(directory);
  const hasGpu = (await detect(thisMachine())).gpus.length > 0;
  const shape = hasGpu ? "sdxl" : "sdxl-tiny";
  const base = await randomModels(directory, python, shape, { signal, log });
  const tunedFolder = await mkdtemp(join(tmpdir(), "dgx-pixels-tuned-"));
  const rows: Row[] = [];
  const skipped: string[] = [];
  let facts: Row = {};
  try {
    for (const tuning of chosen) {
      signal.throwIfAborted();
      const { environment = {}, modelNode, ownNode } = tuning;
      const hasOwnNodes = ownNode !== undefined;
      const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
      log([...settings, "ComfyUI", tuning.name, ...tuning.flags].join(" "));
      try {
        const workflows = namedWorkflows(options) ?? tuning.workflows ?? [];
        if (modelNode !== undefined) await writeTunedWorkflows(workflows, modelNode, tunedFolder);
        const flags = [...(hasGpu ? [] : ["--cpu"]), ...tuning.flags];
        const comfyui = await startOwnComfyui({ directory, python, base, flags, environment, hasOwnNodes }, signal);
        try {
          if (hasOwnNodes && (await openServer(comfyui).nodeInfo(ownNode, signal)) === undefined)
            throw new BenchError(
              "peer-failed",
              `Cannot measure with the nodes of python/comfyui_nodes: ComfyUI has no ${ownNode}; see comfyui.log in ${base}`,
              { subject: "comfyui", value: directory },
            );
          const own = modelNode === undefined ? undefined : tunedFolder;
          const measured = await measureServers(run, [{ url: comfyui.url }], tuning, own);
          ({ facts } = measured);
          rows.push(...measured.rows);
          skipped.push(...measured.skipped);
        } finally {
          await comfyui.stop();
        }
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof BenchError)) throw error;
        skipped.push(`${tuning.name}: ${error.message}`);
      }
    }
  } finally {
    await rm(tunedFolder, { recursive: true, force: true });
  }
  if (rows.length === 0)
    throw new BenchError("peer-failed", `Cannot measure ComfyUI in ${directory}: ${skipped.join("; ")}`, {
      subject: "comfyui",
      value: folder,
    });
  return {
    ...facts,
    checkpoint: `random weights in the shape of ${shape}`,
    workflows: rows,
    ...(skipped.length > 0 && { skipped: skipped.join("; ") }),
  };
}

/** Rows of every workflow that the servers can run, and why others cannot. */
async function measureServers(
  { signal, log, options }: Run,
  servers: Servers,
  tuning: Tuning | undefined,
  ownWorkflows: string | undefined,
): Promise<{ readonly rows: readonly Row[]; readonly skipped: readonly string[]; readonly facts: Row }> {
  const { canvas, seeds = defaultPictures } = options;
  const server = openServer(servers[0]);
  const { system, devices } = await server.systemStats(signal);
  const jobs: JobFacts[] = [];
  const folder = await mkdtemp(join(tmpdir(), "dgx-pixels-bench-"));
  const generator = openComfyuiGenerator({
    servers,
    canvas,
    workflows: ownWorkflows,
    onJob: (facts) => jobs.push(facts),
  });
  const library = await openLibrary(folder, { clock: () => new Date() });
  const rows: Row[] = [];
  const skipped: string[] = [];
  try {
    const wanted = namedWorkflows(options) ?? tuning?.workflows;
    for (const workflow of wanted ?? (await allTemplateNames(undefined))) {
      const label = tuning === undefined ? workflow : `${workflow} (${tuning.name})`;
      try {
        const { map } = await readTemplate(workflow, ownWorkflows);
        await generator.describe({ workflow });
        const bench = { generator, jobs, library, server, signal, settings: tuning?.request };
        const row = await measureWorkflow(bench, workflow, map, seeds);
        rows.push(tuning === undefined ? row : { tuning: tuning.name, ...row });
        // Whole, so that a run that is cut off has told what it measured.
        log(`${label}: ${wordsOf(row)}`);
      } catch (error) {
        signal.throwIfAborted();
        skipped.push(`${label}: ${(error as Error).message}`);
      }
    }
  } finally {
    library.close();
    await generator.close();
    await rm(folder, { recursive: true, force: true });
  }
  const facts = {
    comfyui: system.comfyui_version ?? "not known",
    pytorch: system.pytorch_version ?? "not known",
    device: devices.map(({ name }) => name).join(", ") || "not known",
    picturesPerWorkflow: seeds,
    ...(canvas !== undefined && { canvas }),
  };
  return { rows, skipped, facts };
}

function namedWorkflows({ workflows }: BenchOptions): readonly string[] | undefined {
  return workflows?.split(",").map((name) => name.trim());
}

function wordsOf(row: Row): string {
  const figures = Object.entries(row).filter(([name]) => name !== "workflow");
  return figures.map(([name, value]) => `${name} ${value}`).join(", ");
}

function chosenTunings({ tunings: named, url }: BenchOptions): readonly Tuning[] {
  if (url !== undefined)
    throw new BenchError("bad-option", "Cannot measure both --url and --comfyui: leave one out", {
      subject: "url",
      value: url,
    });
  if (named === undefined) return tunings;
  return named.split(",").map((one) => {
    const tuning = tunings.find(({ name }) => name === one.trim());
    if (tuning !== undefined) return tuning;
    const known = tunings.map(({ name }) => name).join(", ");
    throw new BenchError("bad-option", `Cannot tune ComfyUI as ${one.trim()}: choose ${known}`, {
      subject: "tunings",
      value: named,
    });
  });
}

/** Its own environment, or the machine's. */
function pythonOf(directory: string): string {
  const own = ["venv", ".venv", "../venv"].map((name) => join(directory, name, "bin", "python"));
  return own.find((path) => existsSync(path)) ?? "python3";
}
