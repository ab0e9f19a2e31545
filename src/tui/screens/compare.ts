import { randomInt, randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { limits } from "#asset";
import { writeFileAtomically } from "#files";
import { encodePng } from "#pixels";
import type { ClientEvent } from "#protocol";
import {
  type ComparisonView,
  type ContenderRank,
  drawComparisonSheet,
  type Library,
  nameOf,
  planComparison,
  rankByVotes,
  runComparison,
  viewComparison,
} from "#studio";
import type { App } from "../app.ts";
import { ComparisonForm } from "../compare/comparison-form.ts";
import { ask } from "../dialogs/ask.ts";
import { picker } from "../dialogs/picker.ts";
import { counted } from "../counted.ts";
import type { ActionId } from "../key-map.ts";
import type { Screen } from "../screen.ts";
import { textWidth } from "../terminal/grapheme.ts";
import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";
import { DraftForm } from "./draft-form.ts";

type View = "setup" | "side by side" | "grid" | "ranking";

const votes: Readonly<Partial<Record<ActionId, number>>> = {
  "compare.voteA": 0,
  "compare.voteB": 1,
  "compare.voteC": 2,
  "compare.voteD": 3,
};
const mostSideBySide = 4;

/** Models and settings on the same prompts and seeds: seen, voted on and ranked. */
export async function compareScreen(app: App): Promise<Screen> {
  return new CompareScreen(app, await app.backend.studio.library());
}

class CompareScreen implements Screen {
  readonly id = "compare";
  readonly #app: App;
  readonly #library: Library;
  readonly #form: ComparisonForm;
  #view: View;
  #shown: ComparisonView | undefined;
  #ranking: readonly ContenderRank[] = [];
  #row = 0;
  /** First of the contenders that are seen, where there are more than fit. */
  #first = 0;
  #isBlind = false;
  #isEditing = false;
  #failures: readonly string[] = [];
  #stop: AbortController | undefined;

  constructor(app: App, library: Library) {
    this.#app = app;
    this.#library = library;
    const draft = new DraftForm(app, () => {});
    this.#form = new ComparisonForm(app, () => draft.description);
    const [latest] = library.comparisons.list({ limit: 1 }).comparisons;
    this.#view = latest === undefined ? "setup" : "side by side";
    this.#isEditing = latest === undefined;
    if (latest !== undefined) this.#open(latest.id);
  }

  get focus(): Screen["focus"] {
    if (this.#view !== "setup" || !this.#isEditing) return "none";
    return this.#form.isText ? "text" : "field";
  }

  enter(): void {
    if (this.#shown !== undefined) this.#refresh();
    if (this.#form.prompts.value === "") this.#form.prompts.value = this.#app.state.draft.prompt;
  }

  close(): void {
    this.#stop?.abort();
  }

  hear(event: ClientEvent): void {
    if (event.kind === "job" && event.job.state === "done" && event.job.group === this.#shown?.id) this.#refresh();
  }

  key(key: Key): boolean {
    if (this.#view !== "setup") {
      if (key.chord === "pagedown" || key.chord === "pageup") this.#page(key.chord === "pagedown" ? 1 : -1);
      else return false;
      return true;
    }
    if (key.chord === "escape") {
      this.#isEditing = false;
      if (this.#shown !== undefined) this.#view = "side by side";
      return true;
    }
    if (key.chord === "enter" && this.#form.focus === "options" && this.#form.key(key)) return true;
    return this.#isEditing && this.#form.key(key);
  }

  paste(text: string): void {
    if (this.#isEditing) this.#form.paste(text);
  }

  run(action: ActionId): void {
    const vote = votes[action];
    if (vote !== undefined) return this.#vote(vote);
    switch (action) {
      case "compare.edit":
        this.#view = "setup";
        this.#isEditing = true;
        return;
      case "compare.run":
        if (this.#view === "setup") return this.#app.attempt(() => this.#run());
        return;
      case "compare.blind":
        this.#isBlind = !this.#isBlind;
        return this.#app.tell(this.#isBlind ? "Blind: names come after the vote." : "Names are shown.");
      case "compare.tie":
        return this.#vote(undefined);
      case "compare.next":
        return this.#go(1);
      case "compare.previous":
        return this.#go(-1);
      case "compare.view": {
        const views: readonly View[] =
          this.#shown === undefined ? ["setup", "ranking"] : ["side by side", "grid", "ranking"];
        this.#view = views[(views.indexOf(this.#view) + 1) % views.length];
        this.#ranking = rankByVotes(this.#library);
        return;
      }
      case "compare.stop":
        this.#stop?.abort(new DOMException("Stopped", "AbortError"));
        return;
      case "compare.earlier":
        return this.#openEarlier();
      case "compare.export":
        return this.#export();
      default:
    }
  }

  paint(surface: Surface): void {
    const head = surface.part(0, 0, surface.width, 1);
    const shown = this.#shown;
    if (this.#view === "setup") {
      head.text(1, 0, "What is to be compared?", "title");
      return this.#form.paint(surface.part(0, 2));
    }
    if (this.#view === "ranking") {
      head.text(1, 0, "All votes, ranked (Bradley-Terry, 95 % intervals)", "title");
      return this.#paintRanking(surface.part(0, 2));
    }
    if (shown === undefined) return;
    const cells = shown.cells.flat();
    const done = cells.filter(({ entry }) => entry !== undefined).length;
    const row = shown.rows[this.#row];
    head.text(1, 0, `${row?.prompt ?? ""}  seed ${row?.seed ?? ""}`, "title", surface.width - 46);
    const state =
      done < cells.length ? `${done} of ${cells.length} drawn` : `${shown.votes.length} of ${shown.rows.length} voted`;
    head.textRight(0, `${state}  ${this.#row + 1} of ${shown.rows.length}${this.#isBlind ? "  blind" : ""} `, "muted");
    if (this.#failures.length > 0) surface.text(1, 1, this.#failures[0] ?? "", "bad");
    const body = surface.part(0, this.#failures.length > 0 ? 2 : 1);
    if (this.#view === "grid") this.#paintGrid(body, shown);
    else this.#paintSideBySide(body, shown);
  }

  #paintSideBySide(surface: Surface, shown: ComparisonView): void {
    const places = this.#places(shown);
    const width = Math.floor(surface.width / Math.max(1, places.length));
    const vote = shown.votes.find(({ row }) => row === this.#row);
    for (const [index, place] of places.entries()) {
      const contender = shown.contenders[place];
      const entry = shown.cells[this.#row]?.[place]?.entry;
      const isHidden = this.#isBlind && vote === undefined;
      const name = isHidden ? nameOf(index) : (contender?.label ?? "");
      const isWinner = vote !== undefined && vote.winner === place;
      const box = surface
        .part(index * width, 0, width, surface.height)
        .box(name, { isFocused: isWinner, note: isWinner ? "voted" : "" });
      const picture = box.part(0, 0, box.width, box.height - 3);
      const thumbnail = entry === undefined || entry.missing ? undefined : this.#app.thumbnails.get(entry.file);
      if (thumbnail !== undefined) picture.picture(thumbnail);
      else picture.text(1, picture.height >> 1, entry === undefined ? this.#stateOf(shown, place) : "", "muted");
      const facts = box.part(0, box.height - 3);
      if (entry !== undefined) {
        facts.text(0, 0, counted(entry.colors, "color"));
        if (!isHidden) facts.text(0, 1, `${entry.seconds?.toFixed(2) ?? "?"} s  ${entry.steps} steps`, "muted");
      }
      const key = this.#app.keyMap.keyOf(
        (["compare.voteA", "compare.voteB", "compare.voteC", "compare.voteD"] as const)[index],
      );
      facts.spans(0, 2, [key, "key"], [" is the best", "muted"]);
      box.hit(({ kind }) => {
        if (kind === "double") this.#vote(index);
      });
    }
  }

  #paintGrid(surface: Surface, shown: ComparisonView): void {
    const { contenders } = shown;
    const xs = [...new Set(contenders.map(({ at, label }) => at?.x ?? label))];
    const ys = [...new Set(contenders.map(({ at }) => at?.y ?? ""))];
    const titleWidth = Math.min(16, Math.max(...ys.map((y) => textWidth(y))) + 1);
    const width = Math.max(6, Math.floor((surface.width - titleWidth) / xs.length));
    const height = Math.max(3, Math.floor((surface.height - 1) / ys.length));
    xs.forEach((x, column) => surface.text(titleWidth + column * width, 0, x, "title", width - 1));
    for (const [line, y] of ys.entries()) {
      surface.text(0, 1 + line * height + (height >> 1), y, "title", titleWidth - 1);
      for (const [column, x] of xs.entries()) {
        const place = contenders.findIndex(({ at, label }) => (at?.x ?? label) === x && (at?.y ?? "") === y);
        const entry = shown.cells[this.#row]?.[place]?.entry;
        const cell = surface.part(titleWidth + column * width, 1 + line * height, width - 1, height - 1);
        const thumbnail = entry === undefined || entry.missing ? undefined : this.#app.thumbnails.get(entry.file);
        if (thumbnail !== undefined) cell.picture(thumbnail);
        else cell.text(0, cell.height >> 1, place < 0 ? "" : this.#stateOf(shown, place), "muted");
      }
    }
  }

  #paintRanking(surface: Surface): void {
    if (this.#ranking.length === 0) return void surface.text(1, 0, "Nobody has voted yet.", "muted");
    const { glyphs } = surface;
    const least = Math.min(...this.#ranking.map(({ low }) => low));
    const most = Math.max(...this.#ranking.map(({ high }) => high));
    const labelWidth = Math.max(10, Math.min(36, surface.width - 70));
    const barWidth = Math.max(10, surface.width - labelWidth - 42);
    surface.text(labelWidth + 1, 0, "points    interval", "muted");
    surface.text(labelWidth + barWidth + 24, 0, "wins  of shown", "muted");
    const at = (points: number) => Math.round(((points - least) / Math.max(1, most - least)) * (barWidth - 1));
    for (const [index, rank] of this.#ranking.slice(0, surface.height - 2).entries()) {
      const y = index + 1;
      surface.text(1, y, `${index + 1} ${rank.label}`, index === 0 ? "accent" : "text", labelWidth - 1);
      surface.text(labelWidth + 1, y, String(Math.round(rank.points)).padStart(5));
      surface.text(labelWidth + 8, y, `${Math.round(rank.low)} to ${Math.round(rank.high)}`, "muted", 14);
      const bar = surface.part(labelWidth + 23, y, barWidth, 1);
      bar.text(at(rank.low), 0, glyphs.horizontal.repeat(at(rank.high) - at(rank.low) + 1), "border");
      bar.text(at(rank.points), 0, glyphs.swatch, index === 0 ? "accent" : "chart2");
      const won = rank.won % 1 === 0 ? String(rank.won) : rank.won.toFixed(1);
      surface.text(labelWidth + barWidth + 24, y, `${won.padStart(4)}  ${String(rank.shown).padStart(4)}`);
    }
  }

  /** Places of the contenders that are seen side by side; in blind mode in an order of chance, the same each time. */
  #places(shown: ComparisonView): readonly number[] {
    const all = shown.contenders.map((_, place) => place);
    const vote = shown.votes.find(({ row }) => row === this.#row);
    const seen = all.slice(this.#first, this.#first + mostSideBySide);
    if (!this.#isBlind && vote?.isBlind !== true) return seen;
    const rank = (place: number) => {
      let hash = this.#row + 1;
      for (const sign of `${shown.id}${place}`) hash = (Math.imul(hash, 31) + sign.charCodeAt(0)) >>> 0;
      return Math.imul(hash, 0x9e3779b1) >>> 0;
    };
    return seen.toSorted((a, b) => rank(a) - rank(b));
  }

  #stateOf(shown: ComparisonView, place: number): string {
    const job = this.#app.feed.find(shown.rows[this.#row]?.jobs[place] ?? "");
    if (job === undefined) return "no picture";
    if (job.state !== "running") return job.state;
    const step = this.#app.feed.stepOf(job);
    return step === undefined ? "running" : `step ${step.step} of ${step.steps}`;
  }

  #go(by: number): void {
    if (this.#shown === undefined) return;
    this.#row = Math.max(0, Math.min(this.#shown.rows.length - 1, this.#row + by));
  }

  #page(by: number): void {
    const count = this.#shown?.contenders.length ?? 0;
    this.#first = Math.max(0, Math.min(Math.max(0, count - mostSideBySide), this.#first + by * mostSideBySide));
  }

  #vote(index: number | undefined): void {
    const shown = this.#shown;
    if (shown === undefined || this.#view !== "side by side") return;
    const places = this.#places(shown);
    const winner = index === undefined ? null : places[index];
    if (winner === undefined) return;
    const isDrawn = places.every((place) => shown.cells[this.#row]?.[place]?.entry !== undefined);
    if (!isDrawn) return this.#app.tell("Vote when all of them are drawn.", "warning");
    this.#app.attempt(async () => {
      this.#library.comparisons.vote(shown.id, {
        row: this.#row,
        shown: places,
        winner,
        isBlind: this.#isBlind,
      });
      this.#refresh();
      const label = winner === null ? "none is better" : shown.contenders[winner]?.label;
      this.#app.tell(`Voted: ${label}`);
    });
  }

  async #run(): Promise<void> {
    const { studio, client } = this.#app.backend;
    const missing = this.#form.missing();
    if (missing !== undefined) {
      this.#view = "setup";
      this.#isEditing = true;
      return this.#app.tell(missing, "bad");
    }
    const plan = await planComparison(this.#form.read(), {
      describe: (generator) => studio.describe(generator),
      randomSeed: () => randomInt(limits.seed + 1),
      newId: randomUUID,
    });
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.#failures = [];
    const running = runComparison(plan, { library: this.#library, queue: client, signal: stop.signal });
    // Filed with the first step of the run; what is drawn comes up as it ends.
    const first = running.next();
    this.#isEditing = false;
    this.#view = plan.comparison.contenders.some(({ at }) => at !== undefined) ? "grid" : "side by side";
    this.#open(plan.comparison.id);
    try {
      for (let ended = await first; ended.done !== true; ended = await running.next()) {
        const { failure } = ended.value;
        if (failure !== undefined) this.#failures = [...this.#failures, failure];
        if (this.#shown?.id === plan.comparison.id) this.#refresh();
        this.#app.invalidate();
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      this.#app.tell("Stopped; what was drawn stays.", "warning");
    }
  }

  #open(id: string): void {
    this.#shown = viewComparison(this.#library, this.#library.comparisons.get(id));
    this.#row = 0;
    this.#first = 0;
    this.#ranking = rankByVotes(this.#library);
  }

  #refresh(): void {
    if (this.#shown === undefined) return;
    this.#shown = viewComparison(this.#library, this.#library.comparisons.get(this.#shown.id));
    this.#ranking = rankByVotes(this.#library);
  }

  #openEarlier(): void {
    const { comparisons } = this.#library.comparisons.list({ limit: 50 });
    if (comparisons.length === 0) return this.#app.tell("Nothing was compared yet.", "muted");
    this.#app.show(
      picker(this.#app, {
        title: "Earlier comparisons",
        width: 90,
        choices: comparisons.map(({ id, created, contenders, rows, votes }) => ({
          value: id,
          text: `${contenders.map(({ label }) => label).join(" | ")}: ${rows[0]?.prompt ?? ""}`,
          note: `${votes.length}/${rows.length} voted  ${created.slice(0, 16).replace("T", " ")}`,
        })),
        current: this.#shown?.id,
        picked: (id) => {
          this.#open(id);
          this.#view = "side by side";
        },
      }),
    );
  }

  #export(): void {
    const shown = this.#shown;
    if (shown === undefined) return this.#app.tell("Nothing was compared yet.", "muted");
    this.#app.show(
      ask(this.#app, {
        title: "Export as a labelled PNG",
        value: `comparison-${shown.id.slice(0, 8)}.png`,
        hint: "A file; every contender beside the others, a line for each prompt and seed.",
        problem: (text) => (/\.png$/i.test(text.trim()) ? undefined : "Name a file that ends in .png."),
        answered: (text) =>
          this.#app.attempt(async () => {
            const sheet = await drawComparisonSheet(shown, {
              readRaster: async ({ file }) => (await this.#app.backend.studio.read(file)).raster,
              isBlind: this.#isBlind,
            });
            const file = resolve(text.trim());
            await writeFileAtomically(file, encodePng(sheet));
            this.#app.tell(`Written: ${file}`);
          }),
      }),
    );
  }
}
