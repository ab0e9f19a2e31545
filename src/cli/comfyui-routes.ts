import { buildCommand, buildRouteMap } from "@stricli/core";
import type { CliContext } from "./context.ts";
import { example } from "./example.ts";
import { numberFlag, textFlag } from "./optional-flags.ts";

const json = { kind: "boolean", brief: "One JSON object a line, for programs", default: false } as const;
const manyTexts = (brief: string, placeholder: string) =>
  ({ kind: "parsed", parse: String, brief, placeholder, variadic: true, optional: true }) as const;

const comfyui = () => import("./commands/comfyui.ts");
const models = () => import("./commands/models.ts");
const workflows = () => import("./commands/workflows.ts");

const status = buildCommand<{ readonly json: boolean }, [], CliContext>({
  loader: async () => (await comfyui()).status,
  parameters: { flags: { json } },
  docs: {
    brief: "Say how every ComfyUI server does",
    fullDescription: example(
      "Tells version, queue, memory and models of every server in the settings.",
      "comfyui status",
    ),
  },
});

const knownModels = buildCommand<{ readonly json: boolean }, [], CliContext>({
  loader: async () => (await comfyui()).models,
  parameters: { flags: { json } },
  docs: {
    brief: "List the model files that the workflows want, with sizes, licenses and SHA-256",
    fullDescription: example(
      "Lists the model files that the built-in workflows want: where to get them, where they go, and whether the servers " +
        "have them.",
      "comfyui models",
    ),
  },
});

const setup = buildCommand<Parameters<Awaited<ReturnType<typeof comfyui>>["setup"]>[0], [string], CliContext>({
  loader: async () => (await comfyui()).setup,
  parameters: {
    flags: {
      run: { kind: "boolean", brief: "Carry it out, instead of printing it", default: false, withNegated: false },
      target: {
        kind: "enum",
        values: ["gb10", "gpu", "cpu"],
        brief: "What it runs on: a DGX Spark, a graphics card, the processor; found out if absent",
        optional: true,
      },
      port: numberFlag("Where it listens (8188 by default)", "N"),
      json,
    },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, brief: "A new or empty folder", placeholder: "folder" }],
    },
  },
  docs: {
    brief: "Print or carry out an installation of ComfyUI",
    fullDescription: example(
      "Prints the commands that install ComfyUI into a folder, the command that starts it on this machine, and the model " +
        "files to add; with --run it carries them out. Models are not downloaded.",
      "comfyui setup ~/comfyui",
      "comfyui setup ~/comfyui --target gb10 --run",
    ),
  },
});

export const comfyuiRoutes = buildRouteMap({
  routes: { status, models: knownModels, setup },
  docs: { brief: "ComfyUI servers: how they do, what they need, how to install one" },
});

const list = buildCommand<{ readonly json: boolean }, [], CliContext>({
  loader: async () => (await models()).list,
  parameters: { flags: { json } },
  docs: {
    brief: "List the models that can draw, here and on the servers",
    fullDescription: example(
      "Lists the embedded model, and checkpoints, LoRAs and VAEs of every server.",
      "models list",
    ),
  },
});

const info = buildCommand<{ readonly json: boolean }, [string], CliContext>({
  loader: async () => (await models()).info,
  parameters: {
    flags: { json },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, brief: "A model's name, or a part of it", placeholder: "model" }],
    },
  },
  docs: {
    brief: "Tell all that is known of a model",
    fullDescription: example(
      "Tells size, base model, license, hash, and what the file's header says.",
      "models info pixel-art",
    ),
  },
});

const verify = buildCommand<{ readonly folder?: string; readonly json: boolean }, [], CliContext>({
  loader: async () => (await models()).verify,
  parameters: {
    flags: { folder: textFlag("A ComfyUI installation on this machine, or its models folder", "DIR"), json },
  },
  docs: {
    brief: "Hash model files and compare them with what is known",
    fullDescription: example(
      "Hashes the embedded model's files and, with --folder, all model files of a ComfyUI installation.",
      "models verify --folder ~/ComfyUI",
    ),
  },
});

export const modelsRoutes = buildRouteMap({
  routes: { list, info, verify },
  docs: { brief: "Models that can draw: list, describe, verify" },
});

const listWorkflows = buildCommand<{ readonly json: boolean }, [], CliContext>({
  loader: async () => (await workflows()).list,
  parameters: { flags: { json } },
  docs: {
    brief: "List the ComfyUI workflows, built-in and your own",
    fullDescription: example("Lists workflows with canvas, sizes and steps.", "workflows list"),
  },
});

const show = buildCommand<{ readonly json: boolean }, [string], CliContext>({
  loader: async () => (await workflows()).show,
  parameters: {
    flags: { json },
    positional: { kind: "tuple", parameters: [{ parse: String, brief: "A workflow's name", placeholder: "workflow" }] },
  },
  docs: {
    brief: "Show a workflow: its slots, nodes and defaults",
    fullDescription: example("Shows what a request sets in a workflow, and its nodes.", "workflows show sdxl-sprite"),
  },
});

const add = buildCommand<Parameters<Awaited<ReturnType<typeof workflows>>["add"]>[0], [string], CliContext>({
  loader: async () => (await workflows()).add,
  parameters: {
    flags: {
      name: textFlag("What to call it; by default the file's name", "NAME"),
      description: textFlag("One sentence for the list", "TEXT"),
      slot: manyTexts("A slot with node and input, where the guess is wrong; may be repeated", "SLOT=NODE.INPUT"),
      output: textFlag("The node whose pictures are taken", "NODE"),
      size: {
        kind: "parsed",
        parse: Number,
        brief: "A sprite size that comes out well; may be repeated",
        placeholder: "PX",
        variadic: true,
        optional: true,
      },
      force: { kind: "boolean", brief: "Replace one of that name", default: false, withNegated: false },
      json,
    },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: String, brief: 'A workflow that ComfyUI exported with "Export (API)"', placeholder: "file" },
      ],
    },
  },
  docs: {
    brief: "Add a workflow of your own and map it to slots",
    fullDescription: example(
      "Takes in a workflow: guesses which inputs are prompt, seed, steps and so on, checks its nodes on the servers, and " +
        "keeps it by name.",
      "workflows add my-flux.json",
      "workflows add my-flux.json --slot prompt=6.text --output 9",
    ),
  },
});

const check = buildCommand<{ readonly json: boolean }, [string], CliContext>({
  loader: async () => (await workflows()).check,
  parameters: {
    flags: { json },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, brief: "A workflow's name, or a file", placeholder: "workflow|file" }],
    },
  },
  docs: {
    brief: "Check whether a workflow can run on the servers",
    fullDescription: example(
      "Compares a workflow with the nodes and models of every server.",
      "workflows check sdxl-tile",
      "workflows check my-flux.json",
    ),
  },
});

export const workflowsRoutes = buildRouteMap({
  routes: { list: listWorkflows, show, add, check },
  docs: { brief: "ComfyUI workflows: list, show, add, check" },
});
