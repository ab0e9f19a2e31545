import { randomUUID } from "node:crypto";
import type { SpriteJob } from "#protocol";
import type { LibraryEntry, OrderInput } from "#studio";
import type { App } from "../app.ts";
import { counted } from "../counted.ts";
import type { ActionId } from "../key-map.ts";
import type { Screen } from "../screen.ts";
import { type Draft, emptyDraft } from "../studio-state.ts";
import { wrapText } from "../terminal/grapheme.ts";
import type { Key } from "../terminal/key.ts";
import type { Picture } from "../terminal/picture.ts";
import type { Surface } from "../terminal/surface.ts";
import { paintBar } from "../widgets/charts.ts";
import { TextField } from "../widgets/text-field.ts";
import { WordSuggestions } from "../widgets/word-suggestions.ts";
import { deployTo } from "./deploy.ts";
import { DraftForm } from "./draft-form.ts";

type Focus = "prompt" | "negative" | "settings" | "none";

const recentSprites = 24;
const wordsAfterMs = 300;

/** From words to sprites: the order, the picture as it becomes, and what came of the last ones. */
export async function generateScreen(app: App): Promise<Screen> {
  const screen = new GenerateScreen(app);
  screen.load();
  return screen;
}

class GenerateScreen implements Screen {
  readonly id = "generate";
  readonly #app: App;
  readonly #prompt: TextField;
  readonly #negative: TextField;
  readonly #settings: DraftForm;
  readonly #words = new WordSuggestions();
  #focus: Focus = "prompt";
  /** Which of the history's prompts is shown; -1 is what is being written. */
  #historyAt = -1;
  #unsent = "";
  /** What was asked for since the start, oldest first. */
  readonly #jobs: string[] = [];
  readonly #noted = new Set<string>();
  #recent: readonly LibraryEntry[] = [];
  #shown = 0;
  #notes: readonly string[] = [];
  #preview: { readonly of: object; readonly picture: Picture } | undefined;
  #spinnerAt = 0;
  #spinner: NodeJS.Timeout | undefined;

  constructor(app: App) {
    this.#app = app;
    this.#prompt = new TextField(app.state.draft.prompt);
    this.#negative = new TextField(app.state.draft.negative);
    this.#settings = new DraftForm(app, () => {
      this.#focus = "settings";
    });
  }

  load(): void {
    // They take some milliseconds to read, which the first frame need not wait for. Without words there are no
    // suggestions, and everything else is as ever.
    setTimeout(() => void this.#learnWords().catch(() => undefined), wordsAfterMs).unref();
  }

  async #learnWords(): Promise<void> {
    this.#words.learn((await this.#app.backend.studio.words()) ?? []);
    this.#app.invalidate();
  }

  enter(): void {
    this.#app.attempt(() => this.#refresh());
    // Another screen may have taken another generator.
    void this.#settings.describe();
    if (this.#prompt.value !== this.#app.state.draft.prompt) this.#showDraft(this.#app.state.draft);
  }

  close(): void {
    clearInterval(this.#spinner);
    this.#preview?.picture.dispose();
  }

  get focus(): Screen["focus"] {
    if (this.#focus === "settings") return "field";
    return this.#focus === "none" ? "none" : "text";
  }

  key(key: Key): boolean {
    const taken = this.#key(key);
    this.#keepDraft();
    return taken;
  }

  paste(text: string): void {
    const field = this.#focus === "negative" ? this.#negative : this.#prompt;
    field.insert(text);
    this.#keepDraft();
  }

  run(action: ActionId): void {
    switch (action) {
      case "generate.run":
        return this.#app.attempt(() => this.#draw());
      case "generate.edit":
        this.#focus = "prompt";
        return;
      case "generate.stop":
        return this.#app.attempt(() => this.#stop());
      case "generate.seed":
        return this.#lockSeed();
      case "generate.reseed":
        this.#settings.seedField.value = String(Math.floor(Math.random() * 2 ** 32));
        return this.#keepDraft();
      case "generate.older":
        return this.#walkHistory(1);
      case "generate.newer":
        return this.#walkHistory(-1);
      case "generate.previous":
        return this.#show(this.#shown + 1);
      case "generate.next":
        return this.#show(this.#shown - 1);
      case "generate.better":
        return this.#rate(1);
      case "generate.worse":
        return this.#rate(-1);
      case "generate.deploy": {
        const entry = this.#recent[this.#shown];
        if (entry !== undefined) deployTo(this.#app, [entry]);
        return;
      }
      case "generate.defaults":
        return this.#showDraft({ ...emptyDraft, prompt: this.#prompt.value, negative: this.#negative.value });
      default:
    }
  }

  paint(surface: Surface): void {
    this.#hearOfResults();
    const { width, height } = surface;
    const leftWidth = width >= 100 ? 48 : Math.min(42, width >> 1);
    const promptHeight = height >= 26 ? 6 : 4;
    const negativeHeight = height >= 24 ? 4 : 3;
    const left = surface.part(0, 0, leftWidth, height);
    const settings = left.part(0, promptHeight + negativeHeight).box("Settings", {
      isFocused: this.#focus === "settings",
    });
    this.#settings.form.isFocused = this.#focus === "settings";
    this.#settings.form.paint(settings);
    if (this.#settings.problem !== undefined && settings.height > this.#settings.form.height)
      wrapText(this.#settings.problem, settings.width).forEach((line, y) =>
        settings.text(0, this.#settings.form.height + 1 + y, line, "bad"),
      );
    this.#field(left.part(0, promptHeight, leftWidth, negativeHeight), "Leave out", "negative", this.#negative);
    const prompt = this.#field(left.part(0, 0, leftWidth, promptHeight), "Prompt", "prompt", this.#prompt);
    if (this.#focus === "prompt" && this.#words.isOpen)
      this.#words.paint(left.part(1, promptHeight), (word) => {
        this.#prompt.completeWord(word);
        this.#words.dismiss();
      });
    if (this.#prompt.value === "" && prompt.height > 1)
      prompt.text(0, prompt.height - 1, `${this.#app.keyMap.keyOf("generate.older")}: older prompts`, "muted");

    const right = surface.part(leftWidth, 0);
    const stripHeight = height >= 34 ? 11 : height >= 26 ? 8 : 6;
    this.#picture(right.part(0, 0, right.width, height - stripHeight));
    this.#strip(right.part(0, height - stripHeight, right.width, stripHeight));
  }

  #field(surface: Surface, title: string, focus: Focus, field: TextField): Surface {
    const isFocused = this.#focus === focus;
    const inner = surface.box(title, { isFocused, note: `${field.value.length} of 2000` });
    field.paint(inner, {
      isFocused,
      placeholder: focus === "prompt" ? "what to draw, in English words" : "what to keep out of the picture",
    });
    inner.hit(({ kind, x, y }) => {
      if (kind !== "press") return;
      this.#focus = focus;
      field.click(x, y);
    });
    return inner;
  }

  /** What is being drawn, or the shown result. */
  #picture(surface: Surface): void {
    const running = this.#running();
    const { feed, thumbnails } = this.#app;
    const entry = this.#recent[this.#shown];
    const box = surface.box(running === undefined ? "Result" : "Drawing", { note: this.#progressNote(running) });
    const picture = box.part(0, 0, box.width, box.height - 2);
    const lines = box.part(0, box.height - 2, box.width, 2);
    this.#spin(running !== undefined);
    if (running !== undefined) {
      const raster = feed.previewOf(running.id);
      if (raster !== undefined) picture.picture(this.#previewOf(raster));
      else {
        const { spinner } = surface.glyphs;
        const sign = spinner[this.#spinnerAt % spinner.length] ?? "";
        picture.text(
          1,
          picture.height >> 1,
          `${sign} ${running.state === "running" ? "reading the model" : "waiting"}`,
          "muted",
        );
      }
      paintBar(lines, 0, feed.shareOf(running));
      const step = feed.stepOf(running);
      const eta = feed.etaOf(running, this.#app.clockMs());
      const request = running.order?.request;
      lines.text(
        0,
        1,
        `${step === undefined ? running.state : `step ${step.step} of ${step.steps}`}  seed ${request?.seed ?? ""}  ${eta === undefined ? "" : `${eta.toFixed(1)} s left`}`,
        "muted",
      );
      return;
    }
    if (entry === undefined) {
      picture.text(1, 1, "Write what to draw and press Enter.", "muted");
      return;
    }
    const thumbnail = thumbnails.get(entry.file);
    if (thumbnail !== undefined) picture.picture(thumbnail);
    const { glyphs } = surface;
    const stars = entry.rating === null ? "" : ` ${glyphs.star.repeat(entry.rating)}`;
    lines.text(
      0,
      0,
      `seed ${entry.seed}  ${entry.width} x ${entry.height} px  ${counted(entry.colors, "color")}  ${entry.seconds === null ? "" : `${entry.seconds.toFixed(2)} s`}${stars}`,
    );
    if (this.#notes.length > 0) lines.text(0, 1, this.#notes.join("; "), "warning");
    else lines.text(0, 1, entry.prompt, "muted");
  }

  #strip(surface: Surface): void {
    const box = surface.box("Recent", {
      note: this.#recent.length === 0 ? "" : `${this.#shown + 1} of ${this.#recent.length}`,
    });
    const size = Math.max(6, box.height * 2);
    const visible = Math.max(1, Math.floor(box.width / (size + 1)));
    const first = Math.max(0, Math.min(this.#shown - (visible >> 1), this.#recent.length - visible));
    for (let place = 0; place < visible; place++) {
      const index = first + place;
      const entry = this.#recent[index];
      if (entry === undefined) break;
      const cell = box.part(place * (size + 1), 0, size, box.height);
      const thumbnail = this.#app.thumbnails.get(entry.file);
      if (thumbnail !== undefined) cell.part(0, 0, size, box.height - 1).picture(thumbnail);
      cell.text(0, box.height - 1, `${entry.seed}`.slice(0, size), index === this.#shown ? "selected" : "muted");
      cell.hit(({ kind, by }) => {
        if (kind === "scroll") this.#show(this.#shown + Math.sign(by));
        else this.#show(index);
      });
    }
  }

  #progressNote(running: SpriteJob | undefined): string {
    const open = this.#jobs.filter((id) => isOpen(this.#app.feed.find(id))).length;
    if (running === undefined || open < 2) return "";
    return `${open} to go`;
  }

  #running(): SpriteJob | undefined {
    const jobs = this.#jobs.map((id) => this.#app.feed.find(id)).filter(isOpen);
    return jobs.find((job) => job?.state === "running") ?? jobs[0];
  }

  #previewOf(raster: NonNullable<ReturnType<App["feed"]["previewOf"]>>): Picture {
    if (this.#preview?.of === raster) return this.#preview.picture;
    this.#preview?.picture.dispose();
    this.#preview = { of: raster, picture: this.#app.terminal.pictureFrom(raster) };
    return this.#preview.picture;
  }

  #spin(isOn: boolean): void {
    if (isOn === (this.#spinner !== undefined)) return;
    clearInterval(this.#spinner);
    this.#spinner = undefined;
    if (!isOn) return;
    this.#spinner = setInterval(() => {
      this.#spinnerAt++;
      this.#app.invalidate();
    }, 100);
    this.#spinner.unref();
  }

  #key(key: Key): boolean {
    if (this.#focus === "settings") return this.#settingsKey(key);
    if (this.#focus === "none") {
      if (key.chord === "down" || key.chord === "up") this.#focus = key.chord === "down" ? "prompt" : "settings";
      else if (key.chord === "left" || key.chord === "right") this.#show(this.#shown + (key.chord === "left" ? 1 : -1));
      else return false;
      return true;
    }
    if (this.#focus === "prompt" && this.#words.isOpen) {
      const { word } = this.#words;
      if (key.chord === "tab" && word !== undefined) this.#prompt.completeWord(word);
      if (key.chord === "tab" || key.chord === "escape") {
        this.#words.dismiss();
        return true;
      }
      if (key.chord === "down" || key.chord === "up") {
        this.#words.move(key.chord === "down" ? 1 : -1);
        return true;
      }
    }
    const isPrompt = this.#focus === "prompt";
    switch (key.chord) {
      case "escape":
        this.#focus = "none";
        return true;
      case "down":
        this.#focus = isPrompt ? "negative" : "settings";
        return true;
      case "up":
        if (isPrompt) this.#walkHistory(1);
        else this.#focus = "prompt";
        return true;
      default: {
        const field = isPrompt ? this.#prompt : this.#negative;
        if (!field.key(key)) return false;
        if (isPrompt) this.#words.update(this.#prompt.isAtEnd ? this.#prompt.unfinishedWord : "");
        return true;
      }
    }
  }

  #settingsKey(key: Key): boolean {
    if (key.chord === "escape") {
      this.#focus = "none";
      return true;
    }
    if (this.#settings.form.key(key)) return true;
    if (key.chord === "up") {
      this.#focus = "negative";
      return true;
    }
    return false;
  }

  #keepDraft(): void {
    const { state } = this.#app;
    state.draft = { ...state.draft, prompt: this.#prompt.value, negative: this.#negative.value };
    this.#settings.read();
  }

  #showDraft(draft: Draft): void {
    this.#prompt.value = draft.prompt;
    this.#negative.value = draft.negative;
    this.#settings.write(draft);
  }

  #walkHistory(step: number): void {
    const { history } = this.#app.state;
    const next = Math.max(-1, Math.min(history.length - 1, this.#historyAt + step));
    if (this.#historyAt === -1) this.#unsent = this.#prompt.value;
    this.#historyAt = next;
    this.#prompt.value = history[next] ?? this.#unsent;
    this.#words.dismiss();
    this.#keepDraft();
  }

  async #draw(): Promise<void> {
    const problem = this.#settings.read();
    if (problem !== undefined) return this.#app.tell(problem, "bad");
    const { client, studio } = this.#app.backend;
    const { generator, ...draft } = this.#app.state.draft;
    const prepared = await studio.prepare(withoutUndefined(draft) as OrderInput);
    const { inBatchesOf } = await import("#studio");
    const order = await inBatchesOf(client, generator, prepared);
    const prompt = draft.prompt.trim();
    this.#app.state.remember(prompt);
    this.#historyAt = -1;
    this.#words.dismiss();
    this.#notes = [];
    const jobs = order.requests.map((request) => ({
      id: randomUUID(),
      generator,
      order: { request, finishing: [...order.finishing] },
    }));
    this.#jobs.push(...jobs.map(({ id }) => id));
    if (this.#jobs.length > 2000) this.#jobs.splice(0, this.#jobs.length - 2000);
    await client.add({ jobs });
  }

  async #stop(): Promise<void> {
    const open = this.#jobs.filter((id) => isOpen(this.#app.feed.find(id)));
    if (open.length === 0) return this.#app.tell("Nothing is being drawn.", "muted");
    await Promise.all(open.map((id) => this.#app.backend.client.cancel({ id })));
    this.#app.tell(open.length === 1 ? "Stopped." : `Stopped ${open.length} sprites.`);
  }

  #lockSeed(): void {
    const field = this.#settings.seedField;
    const last = this.#recent[this.#shown];
    if (field.value !== "") field.value = "";
    else if (last !== undefined) field.value = String(last.seed);
    this.#keepDraft();
    this.#app.tell(field.value === "" ? "A new seed for each sprite." : `Seed locked to ${field.value}.`);
  }

  #show(index: number): void {
    this.#shown = Math.max(0, Math.min(this.#recent.length - 1, index));
    this.#notes = [];
  }

  #rate(by: number): void {
    const entry = this.#recent[this.#shown];
    if (entry === undefined) return;
    this.#app.attempt(async () => {
      const library = await this.#app.backend.studio.library();
      const rating = Math.max(0, Math.min(5, (library.get(entry.id).rating ?? 0) + by));
      library.rate([entry.id], rating === 0 ? null : rating);
      await this.#refresh();
    });
  }

  /** Looks whether jobs of ours have ended since the last frame. */
  #hearOfResults(): void {
    for (const id of this.#jobs) {
      if (this.#noted.has(id)) continue;
      const job = this.#app.feed.find(id);
      if (job === undefined || isOpen(job)) continue;
      this.#noted.add(id);
      if (job.state === "failed") this.#app.fail(job.failure.message);
      if (job.state !== "done") continue;
      this.#app.attempt(async () => {
        await this.#refresh();
        this.#shown = 0;
        this.#notes = job.result?.notes ?? [];
      });
    }
  }

  async #refresh(): Promise<void> {
    const library = await this.#app.backend.studio.library();
    this.#recent = library.list({ limit: recentSprites }).entries;
    this.#shown = Math.max(0, Math.min(this.#shown, this.#recent.length - 1));
  }
}

function isOpen(job: SpriteJob | undefined): boolean {
  return job !== undefined && job.state !== "done" && job.state !== "failed" && job.state !== "cancelled";
}

export function withoutUndefined<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Partial<Value>;
}
