import { type ContenderRank, type ModelEntry, type ModelListing, rankByVotes, type TrainingRun } from "#studio";
import type { App } from "../app.ts";
import { counted } from "../counted.ts";
import type { ActionId } from "../key-map.ts";
import type { Screen } from "../screen.ts";
import { type Draft, withGenerator } from "../studio-state.ts";
import { wrapText } from "../terminal/grapheme.ts";
import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";
import { paintChart, resample } from "../widgets/charts.ts";
import { type Fact, FactSheet } from "../widgets/fact-sheet.ts";
import { ScrollList } from "../widgets/scroll-list.ts";
import type { Description } from "./draft-form.ts";

type Model = {
  readonly generator: string;
  readonly description: Description | undefined;
  readonly problem: string | undefined;
  /** Slots of the queue that draw with it, and how many do now. */
  readonly slots: number;
  readonly busy: number;
  readonly made: number;
};

const unknown = "not known";

/** What can draw: where it lies, what it is, whether it is at work, and how it did in comparisons. */
export async function modelsScreen(app: App): Promise<Screen> {
  const screen = new ModelsScreen(app);
  await screen.load();
  return screen;
}

class ModelsScreen implements Screen {
  readonly id = "models";
  readonly focus = "none";
  readonly #app: App;
  readonly #list = new ScrollList();
  readonly #sheet = new FactSheet();
  #models: readonly Model[] = [];
  /** What is installed here and on the servers; undefined until they answered. */
  #listing: ModelListing | undefined;
  #isAsking = false;
  #ranking: readonly ContenderRank[] = [];
  #runs: readonly TrainingRun[] = [];

  constructor(app: App) {
    this.#app = app;
    this.#list.onOpen(() => this.run("models.use"));
  }

  enter(): void {
    this.#app.attempt(() => this.load());
  }

  /** Files on the servers; what is embedded is shown with the generator that draws with it. */
  get #files(): readonly ModelEntry[] {
    return this.#listing?.models.filter(({ kind }) => kind !== "embedded") ?? [];
  }

  /** Training runs come last in the list. */
  get #selectedRun(): TrainingRun | undefined {
    return this.#runs[this.#list.selected - this.#models.length - this.#files.length];
  }

  async load(): Promise<void> {
    // Servers that are off take seconds, which nothing else waits for.
    if (!this.#isAsking) void this.#ask();
    const { studio, client, choices } = this.#app.backend;
    const library = await studio.library();
    const slots = await client.status().then(
      (status) => status.slots,
      () => [],
    );
    this.#ranking = rankByVotes(library);
    this.#runs = await choices.trainingRuns();
    this.#models = await Promise.all(
      studio.generators.map(async (generator) => {
        const own = slots.filter(({ lanes }) => lanes.includes(generator));
        const counts = {
          slots: own.length,
          busy: own.filter(({ job }) => job !== undefined).length,
          made: library.count({ generator }),
        };
        try {
          return { generator, description: await studio.describe(generator), problem: undefined, ...counts };
        } catch (error) {
          const problem = error instanceof Error ? error.message : String(error);
          return { generator, description: undefined, problem, ...counts };
        }
      }),
    );
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      this.#listing = await this.#app.backend.choices.models();
    } catch (error) {
      this.#listing = { models: [], problems: [error instanceof Error ? error.message : String(error)] };
    }
    this.#isAsking = false;
    this.#app.invalidate();
  }

  key(key: Key): boolean {
    return this.#list.key(key);
  }

  run(action: ActionId): void {
    if (action === "models.refresh") return this.#app.attempt(() => this.load());
    if (action === "models.factsUp") return this.#sheet.scroll(-3);
    if (action === "models.factsDown") return this.#sheet.scroll(3);
    if (action !== "models.use") return;
    const { state } = this.#app;
    const model = this.#models[this.#list.selected];
    const file = this.#files[this.#list.selected - this.#models.length];
    if (this.#selectedRun !== undefined)
      return this.#app.tell("Cannot draw with a training run: export it first (python -m sprite_model.export)", "bad");
    if (model !== undefined) state.draft = withGenerator(state.draft, model.generator);
    else if (file === undefined) return;
    else if (file.kind === "VAE") return this.#app.tell("Cannot draw with a VAE: workflows name theirs", "bad");
    else state.draft = withFile(state.draft, this.#app.backend.choices.generator, file);
    state.touch();
    this.#app.attempt(() => this.#app.go("generate"));
  }

  paint(surface: Surface): void {
    const listWidth = Math.min(44, Math.max(28, surface.width >> 1));
    const box = surface.part(0, 0, listWidth, surface.height).box("Models", { isFocused: true });
    const files = this.#files;
    const notes = this.#notes(box.width - 1);
    notes.forEach((line, y) => box.text(1, box.height - notes.length + y, line, "muted"));
    this.#list.paint(
      box.part(0, 0, box.width, box.height - notes.length),
      { count: this.#models.length + files.length + this.#runs.length, rowHeight: 2 },
      (row, index, isSelected) => {
        const model = this.#models[index];
        const file = files[index - this.#models.length];
        if (file !== undefined) {
          row.text(1, 0, file.name, isSelected ? "selected" : "title", row.width - file.kind.length - 3);
          row.textRight(0, `${file.kind} `, isSelected ? "selected" : "key");
          row.text(1, 1, `on ${file.place}`, isSelected ? "selected" : "muted");
        }
        const run = this.#runs[index - this.#models.length - files.length];
        if (run !== undefined) {
          row.text(1, 0, run.name, isSelected ? "selected" : "title", row.width - 11);
          row.textRight(0, "training ", isSelected ? "selected" : "key");
          row.text(1, 1, lossNow(run), isSelected ? "selected" : "muted");
        }
        if (model === undefined) return;
        const { description } = model;
        row.text(1, 0, model.generator, isSelected ? "selected" : "title");
        const state = description === undefined ? "away" : model.busy > 0 ? "drawing" : "ready";
        row.textRight(0, `${state} `, isSelected ? "selected" : description === undefined ? "bad" : "good");
        row.text(
          1,
          1,
          description === undefined ? (model.problem ?? "") : `${description.model} ${description.version}`,
          isSelected ? "selected" : "muted",
        );
      },
    );
    const model = this.#models[this.#list.selected];
    const file = files[this.#list.selected - this.#models.length];
    const detail = surface.part(listWidth, 0);
    const sheet = (of: string, facts: readonly Fact[]) => this.#sheet.paint(detail.box(of), of, facts, 14);
    if (model !== undefined) sheet(model.generator, this.#facts(model));
    else if (file !== undefined) sheet(file.name, this.#fileFacts(file));
    else if (this.#selectedRun !== undefined) paintRun(detail, this.#selectedRun);
  }

  /** Why files may be missing from the list. */
  #notes(width: number): readonly string[] {
    if (this.#listing === undefined) return ["Asking the servers"];
    return this.#listing.problems.flatMap((problem) => wrapText(problem, width)).slice(0, 4);
  }

  #fileFacts(file: ModelEntry): readonly Fact[] {
    return [
      { label: "Kind", text: file.kind },
      { label: "Where", text: file.place },
      { label: "On disk", text: sizeOf(file) },
      { label: "Drawn for", text: file.baseModel ?? unknown },
      { label: "Hash", text: file.hash ?? unknown },
      { label: "Licence", text: file.license ?? unknown },
      ...(file.kind === "LoRA" ? [{ label: "Trigger words", text: file.triggerWords ?? unknown }] : []),
      { label: "Loaded", text: "not known: ComfyUI does not tell" },
      ...(file.kind === "VAE" ? [] : this.#ratings((contender) => isDrawnWith(contender, file))),
    ];
  }

  #facts({ generator, description, problem, busy, slots, made }: Model): readonly Fact[] {
    if (description === undefined) return [{ text: problem ?? "", role: "bad" }];
    const embedded = this.#listing?.models.find(({ kind, hash }) => kind === "embedded" && hash === description.hash);
    const notTold = this.#listing === undefined ? "asking" : unknown;
    const { model, version, hash, files, sizes, styles, defaults, parallel, workflow } = description;
    const seconds = this.#app.feed.secondsOf(generator);
    return [
      { label: "Model", text: `${model} ${version}` },
      { label: "Hash", text: hash },
      ...(embedded !== undefined
        ? [
            { label: "Where", text: "here, embedded" },
            { label: "On disk", text: sizeOf(embedded) },
            {
              label: "Licence",
              text: `${embedded.license ?? unknown}; what it learnt from: its model card, README.md beside the files`,
            },
          ]
        : files === undefined
          ? [
              { label: "On disk", text: notTold },
              { label: "Licence", text: notTold },
            ]
          : []),
      { label: "Sizes", text: `${sizes.join(", ")} px` },
      { label: "Styles", text: styles.length === 0 ? "none" : styles.join(", ") },
      { label: "By default", text: `${defaults.steps} steps, guidance ${defaults.guidance}` },
      { label: "At once", text: `${counted(parallel, "picture")}; ${busy} of ${counted(slots, "slot")} at work` },
      { label: "Made", text: `${counted(made, "sprite")} in the library` },
      { label: "Time", text: seconds === undefined ? "not measured yet" : `${seconds.toFixed(2)} s a sprite, lately` },
      ...(workflow === undefined
        ? []
        : [{ label: "Workflow", text: `${workflow.name} (${workflow.hash.slice(0, 12)})` }]),
      ...(files ?? []).map((file, index) => ({
        label: index === 0 ? "Files" : "",
        text: `${file.name}${file.hash === undefined ? "" : ` (${file.hash.slice(0, 12)})`}`,
      })),
      ...this.#ratings((contender) => readContender(contender).generator === generator),
    ];
  }

  #ratings(isOf: (contender: string) => boolean): readonly Fact[] {
    const ranked = this.#ranking.filter(({ contender }) => isOf(contender)).slice(0, 8);
    return [
      { text: "" },
      { text: "In comparisons", role: "title" },
      ...(ranked.length === 0 ? [{ text: "no votes yet", role: "muted" as const }] : []),
      ...ranked.map(({ label, points, low, high, won, shown }) => ({
        text: `${label}: ${Math.round(points)} points (${Math.round(low)} to ${Math.round(high)}), ${won} of ${shown}`,
      })),
    ];
  }
}

function paintRun(surface: Surface, run: TrainingRun): void {
  const box = surface.box(run.name);
  const { points } = run;
  const last = points.at(-1) ?? { step: 0, seconds: 0, loss: 0 };
  let y = 0;
  const fact = (label: string, value: string) => (y += paintFact(box, y, label, value));
  fact("Kind", "training run");
  fact("Where", run.folder);
  fact("Steps", last.step.toLocaleString("en"));
  fact("Time", last.seconds < 600 ? `${last.seconds.toFixed(0)} s` : `${(last.seconds / 60).toFixed(0)} minutes`);
  fact("Last loss", `${last.loss.toFixed(4)}, noted ${run.changed.toISOString().slice(0, 16).replace("T", " ")} UTC`);
  fact("Lowest", Math.min(...points.map(({ loss }) => loss)).toFixed(4));
  const losses = points.map(({ loss }) => loss);
  // The first steps, which know nothing yet, would press all others to the ground.
  const most = Math.max(...losses.slice(Math.floor(losses.length / 10)));
  const area = box.part(0, y + 1).box("Loss", { note: `0 to ${most.toFixed(3)}` });
  paintChart(area, { values: resample(losses, area.width), role: "chart3", most });
}

function lossNow({ points }: TrainingRun): string {
  const last = points.at(-1);
  return last === undefined ? "" : `loss ${last.loss.toFixed(4)} at step ${last.step.toLocaleString("en")}`;
}

/** Paints a fact and answers how many lines it took. */
function paintFact(surface: Surface, y: number, label: string, value: string): number {
  const lines = wrapText(value, Math.max(8, surface.width - 14));
  surface.text(0, y, label, "muted");
  lines.forEach((line, at) => surface.text(14, y + at, line));
  return Math.max(1, lines.length);
}

function sizeOf({ bytes }: ModelEntry): string {
  if (bytes === undefined) return unknown;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** The draft with a server's file: a checkpoint instead of another, a LoRA beside those there are. */
function withFile(draft: Draft, generator: string, { kind, name }: ModelEntry): Draft {
  const own = draft.generator === generator ? draft : withGenerator(draft, generator);
  if (kind === "checkpoint") return { ...own, model: name };
  const others = (own.lora ?? []).filter((lora) => lora !== name && !lora.startsWith(`${name}:`));
  return { ...own, lora: [...others, `${name}:1`] };
}

type ContenderFacts = {
  readonly generator?: string;
  readonly request?: { readonly model?: string; readonly loras?: readonly { readonly name: string }[] };
};

/** What the key of a contender says of it; nothing where it is of another make. */
function readContender(contender: string): ContenderFacts {
  try {
    return (JSON.parse(contender) as ContenderFacts | null) ?? {};
  } catch {
    return {};
  }
}

/** Whether the contender asked for the file, by its whole name or without folder and ending. */
function isDrawnWith(contender: string, { kind, name }: ModelEntry): boolean {
  const { model, loras = [] } = readContender(contender).request ?? {};
  const asked = kind === "checkpoint" ? [model] : loras.map((lora) => lora.name);
  const stem = name.replace(/^.*[\\/]/, "").replace(/\.[^.]+$/, "");
  return asked.some((ask) => ask === name || ask?.toLowerCase() === stem.toLowerCase());
}
