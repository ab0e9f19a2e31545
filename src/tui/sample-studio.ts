/** Test material: a studio on a terminal of the test's own, over a real library and a generator that draws at once. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as core from "@opentui/core";
import { createTestRenderer, setRendererCapabilities } from "@opentui/core/testing";
import { onTestFinished, vi } from "vitest";
import type { GenerationRequest } from "#asset";
import { explainConfig, settingsFileOf } from "#config";
import { type Generator, GeneratorError } from "#generators";
import { openSqliteQueue } from "#jobs";
import { openLibrary } from "#library";
import { createRaster, type Raster } from "#pixels";
import { connectInProcess } from "#protocol";
import { createStudio, type Studio } from "#studio";
import { startDaemon } from "#worker";
import { App, type Preferences } from "./app.ts";
import type { Backend, Choices } from "./backend.ts";
import type { ScreenId } from "./key-map.ts";
import { screenLoaders } from "./run-tui.ts";
import { SettingsFile } from "./settings-file.ts";
import { StudioState } from "./studio-state.ts";
import { type Environment, type Terminal, terminalOver } from "./terminal/terminal.ts";

/** A disc of a colour that the seed decides, on nothing. */
export function disc({ seed, size }: Pick<GenerationRequest, "seed" | "size">): Raster {
  const raster = createRaster(size, size);
  const middle = (size - 1) / 2;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      if ((x - middle) ** 2 + (y - middle) ** 2 <= (size / 2.5) ** 2)
        raster.data.set([(seed * 40) % 256, 200 - ((seed * 20) % 150), 90, 255], (y * size + x) * 4);
  return raster;
}

/** Draws discs; `hold` makes it wait before each step until `release`. */
export function sampleGenerator(name = "sprite") {
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  const generator: Generator = {
    describe: async () => ({
      name,
      model: "discs",
      version: "1.0.0",
      hash: "d".repeat(64),
      sizes: [16, 32],
      styles: ["flat", "round"],
      defaults: { steps: 4, guidance: 3 },
      parallel: 1,
    }),
    async generate(request, { signal, onProgress } = {}) {
      if (request.prompt.includes("impossible"))
        throw new GeneratorError("unsupported", "Cannot draw the impossible: ask for something else");
      const exact = { ...request, steps: request.steps ?? 4, guidance: request.guidance ?? 3 };
      for (let step = 1; step <= exact.steps; step++) {
        await gate.promise;
        signal?.throwIfAborted();
        onProgress?.({ kind: "step", step, steps: exact.steps, preview: disc({ ...exact, size: 16 }) });
      }
      return {
        raster: disc(exact),
        request: exact,
        seconds: 0.25,
        notes: request.prompt.includes("zzyzx") ? ["unknown: zzyzx"] : [],
      };
    },
    words: async () => ["red", "blue", "dragon", "drake", "dragonfly", "potion"],
    close: async () => {},
  };
  return {
    generator,
    hold: () => {
      gate = Promise.withResolvers();
    },
    release: () => gate.resolve(),
  };
}

export async function sampleFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dgx-tui-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function sampleStudio(folder: string, generators: readonly Generator[]): Studio {
  let seed = 1;
  let day = 0;
  const clock = () => new Date(Date.UTC(2026, 10, 1) + 60_000 * day++);
  return createStudio({
    generators: Object.fromEntries(
      generators.map((generator, index) => [index === 0 ? "sprite" : `other${index}`, () => generator]),
    ),
    models: folder,
    openLibrary: () => openLibrary(join(folder, "library"), { clock }),
    rebuildLibrary: () => Promise.reject(new Error("not here")),
    diagnose: async () => [],
    software: "dgx-pixels 0.0.0",
    randomSeed: () => seed++,
  } as never);
}

export type SampleOptions = {
  readonly width?: number;
  readonly height?: number;
  readonly environment?: Environment;
  readonly preferences?: Preferences;
  readonly folder?: string;
  readonly screen?: ScreenId;
  readonly backend?: (studio: Studio) => Backend;
  readonly readLoad?: Backend["readLoad"];
  readonly models?: Choices["models"];
  readonly trainingRuns?: Awaited<ReturnType<Choices["trainingRuns"]>>;
  /** Draws sprites of these prompts into the library first, with seeds from 1. */
  readonly sprites?: readonly string[];
  readonly capabilities?: Parameters<typeof setRendererCapabilities>[1];
};

/** Settings of a person at home in the test's folder. */
function sampleSources(folder: string): Parameters<typeof explainConfig>[0] {
  return {
    environment: { DGX_PIXELS_THREADS: "2" },
    home: folder,
    workingFolder: folder,
    flags: {},
    performanceCores: 4,
    platform: "linux",
    readTextFile: (path) => readFileSync(path, "utf8"),
  };
}

const onServer = { place: "http://gpu:8188", hash: undefined, license: undefined };

/** Models here and on a server, as they are told. */
const sampleModels: Awaited<ReturnType<Choices["models"]>> = {
  models: [
    {
      name: "discs 1.0.0",
      kind: "embedded",
      place: "here",
      bytes: 36_000_000,
      baseModel: undefined,
      hash: "d".repeat(64),
      license: "MIT",
    },
    {
      ...onServer,
      name: "base.safetensors",
      kind: "checkpoint",
      bytes: 6_938_078_334,
      baseModel: "SDXL",
      license: "CreativeML Open RAIL++-M",
    },
    {
      ...onServer,
      name: "glow.safetensors",
      kind: "LoRA",
      bytes: undefined,
      baseModel: undefined,
      triggerWords: "soft glow",
    },
    { ...onServer, name: "pixel.safetensors", kind: "LoRA", bytes: 170_543_052, baseModel: "SDXL" },
  ],
  problems: [],
};

const sampleLoad: Backend["readLoad"] = async () => ({
  cpu: 0.25,
  memory: { usedBytes: 6 * 2 ** 30, totalBytes: 24 * 2 ** 30 },
  disk: { usedBytes: 50 * 2 ** 30, totalBytes: 100 * 2 ** 30 },
  gpus: [],
});

/** A studio with all its screens on a terminal of 140 x 40 cells. */
export async function openSample(options: SampleOptions = {}) {
  const { width = 140, height = 40, environment = { LANG: "C.UTF-8", COLORTERM: "truecolor" }, sprites = [] } = options;
  const folder = options.folder ?? (await sampleFolder());
  const painter = sampleGenerator();
  const studio = sampleStudio(folder, [painter.generator, sampleGenerator("other1").generator]);
  for (const [index, prompt] of sprites.entries()) for await (const _ of studio.generate({ prompt, seed: index + 1 }));
  const setup = await createTestRenderer({ width, height, exitOnCtrlC: false, exitSignals: [] });
  if (options.capabilities !== undefined) setRendererCapabilities(setup.renderer, options.capabilities);
  const terminal: Terminal = terminalOver(core, setup.renderer, environment);
  const quit = vi.fn<(error?: unknown) => void>((error) => {
    if (error !== undefined) throw error;
  });
  const queue = await openSqliteQueue(join(folder, "jobs.db"), { clock: () => new Date(), randomId: randomUUID });
  const library = await openLibrary(join(folder, "library"), { clock: () => new Date() });
  const daemon = await startDaemon({
    queue,
    library,
    generators: {
      sprite: { open: () => painter.generator, slots: 1 },
      other1: { open: () => sampleGenerator("other1").generator, slots: 1 },
    },
    name: "studio",
    software: "dgx-pixels 0.0.0",
    clock: () => new Date(),
  });
  const backend = options.backend?.(studio) ?? {
    kind: "in-process",
    client: connectInProcess(daemon.service, { client: "tester" }),
    studio,
    readLoad: options.readLoad ?? sampleLoad,
    choices: {
      generator: "other1",
      models: options.models ?? (async () => sampleModels),
      trainingRuns: async () => options.trainingRuns ?? [],
      workflows: async () => [
        { name: "sdxl-sprite", map: {} },
        { name: "mine", trouble: "Cannot use the workflow mine: it is empty" },
      ],
    },
    settings: new SettingsFile(settingsFileOf(sampleSources(folder)), () => explainConfig(sampleSources(folder))),
  };
  const state = new StudioState(join(folder, "terminal.json"));
  const app = new App({
    terminal,
    backend,
    state,
    preferences: options.preferences ?? {},
    screens: screenLoaders,
    clockMs: Date.now,
    quit,
  });
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await app.close();
    await backend.client.close();
    painter.release();
    await daemon.close(0);
    await queue.close();
    library.close();
    await setup.dispose();
    await studio.close();
  };
  onTestFinished(close);
  await app.go(options.screen ?? "generate");
  await setup.renderOnce();

  /** The screen as text, after everything that was asked for has been drawn. */
  const frame = async () => {
    await setup.renderOnce();
    return setup.captureCharFrame();
  };
  return {
    app,
    studio,
    folder,
    painter,
    quit,
    close,
    state,
    terminal,
    setup,
    frame,
    pressNow: (chord: string) => press(setup.mockInput, chord),
    /** Presses keys by their chords, such as "a", "enter", "ctrl+p", and draws. */
    async press(...chords: readonly string[]) {
      for (const chord of chords) {
        press(setup.mockInput, chord);
        if (chord === "escape") await settle();
      }
      await settle();
      return frame();
    },
    async type(text: string) {
      await setup.mockInput.typeText(text);
      await settle();
      return frame();
    },
    async click(x: number, y: number) {
      await setup.mockMouse.click(x, y);
      await settle();
      return frame();
    },
    /** Draws until the screen shows a text, and answers it. */
    async until(text: string | RegExp): Promise<string> {
      const deadline = Date.now() + 20_000;
      for (;;) {
        const shown = await frame();
        if (typeof text === "string" ? shown.includes(text) : text.test(shown)) return shown;
        if (Date.now() > deadline) throw new Error(`The screen never showed ${String(text)}:\n${shown}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

/** Lets what was asked for by keys, such as the loading of a screen, come to its end. */
async function settle(): Promise<void> {
  // A lone escape is told from the beginning of a sequence by the time that passes.
  await new Promise((resolve) => setTimeout(resolve, 30));
}

type MockInput = Awaited<ReturnType<typeof createTestRenderer>>["mockInput"];

const arrows = new Set(["up", "down", "left", "right"]);
const codes: Readonly<Record<string, string>> = {
  delete: "DELETE",
  home: "HOME",
  end: "END",
  pageup: "\u001b[5~",
  pagedown: "\u001b[6~",
  space: " ",
};

function press(input: MockInput, chord: string): void {
  const parts = chord.length === 1 ? [chord] : chord.split("+");
  const key = parts.at(-1) ?? "";
  const modifiers = { ctrl: parts.includes("ctrl"), meta: parts.includes("alt"), shift: parts.includes("shift") };
  if (arrows.has(key)) input.pressArrow(key as "up", modifiers);
  else if (key === "enter") input.pressEnter(modifiers);
  else if (key === "escape") input.pressEscape(modifiers);
  else if (key === "tab") input.pressTab(modifiers);
  else if (key === "backspace") input.pressBackspace(modifiers);
  else
    input.pressKey(
      codes[key] ?? (/^f\d+$/.test(key) ? key.toUpperCase() : key),
      parts.length > 1 ? modifiers : undefined,
    );
}
