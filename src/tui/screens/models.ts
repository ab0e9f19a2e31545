import { type ContenderRank, rankByVotes } from "#studio";
import type { App } from "../app.ts";
import type { ActionId } from "../key-map.ts";
import type { Screen } from "../screen.ts";
import { withGenerator } from "../studio-state.ts";
import { wrapText } from "../terminal/grapheme.ts";
import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";
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
  #models: readonly Model[] = [];
  #ranking: readonly ContenderRank[] = [];

  constructor(app: App) {
    this.#app = app;
    this.#list.onOpen(() => this.run("models.use"));
  }

  enter(): void {
    this.#app.attempt(() => this.load());
  }

  async load(): Promise<void> {
    const { studio, client } = this.#app.backend;
    const library = await studio.library();
    const slots = await client.status().then(
      (status) => status.slots,
      () => [],
    );
    this.#ranking = rankByVotes(library);
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

  key(key: Key): boolean {
    return this.#list.key(key);
  }

  run(action: ActionId): void {
    const model = this.#models[this.#list.selected];
    if (action === "models.refresh") return this.#app.attempt(() => this.load());
    if (action !== "models.use" || model === undefined) return;
    const { state } = this.#app;
    state.draft = withGenerator(state.draft, model.generator);
    state.touch();
    this.#app.attempt(() => this.#app.go("generate"));
  }

  paint(surface: Surface): void {
    const listWidth = Math.min(44, Math.max(28, surface.width >> 1));
    const box = surface.part(0, 0, listWidth, surface.height).box("Models", { isFocused: true });
    this.#list.paint(box, { count: this.#models.length, rowHeight: 2 }, (row, index, isSelected) => {
      const model = this.#models[index];
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
    });
    const model = this.#models[this.#list.selected];
    if (model !== undefined) this.#detail(surface.part(listWidth, 0), model);
  }

  #detail(surface: Surface, model: Model): void {
    const box = surface.box(model.generator);
    const { description } = model;
    let y = 0;
    const fact = (label: string, value: string) => {
      const [first = "", ...rest] = wrapText(value, Math.max(8, box.width - 13));
      box.text(0, y, label, "muted");
      box.text(13, y++, first);
      for (const line of rest) box.text(13, y++, line);
    };
    if (description === undefined) {
      for (const line of wrapText(model.problem ?? "", box.width)) box.text(0, y++, line, "bad");
      return;
    }
    fact("Model", `${description.model} ${description.version}`);
    fact("Hash", description.hash);
    fact("Sizes", `${description.sizes.join(", ")} px`);
    fact("Styles", description.styles.length === 0 ? "none" : description.styles.join(", "));
    fact("By default", `${description.defaults.steps} steps, guidance ${description.defaults.guidance}`);
    fact("At once", `${description.parallel} pictures; ${model.busy} of ${model.slots} slots at work`);
    fact("Made", `${model.made} sprites in the library`);
    const seconds = this.#app.feed.secondsOf(model.generator);
    fact("Time", seconds === undefined ? "not measured yet" : `${seconds.toFixed(2)} s a sprite, lately`);
    if (description.workflow !== undefined)
      fact("Workflow", `${description.workflow.name} (${description.workflow.hash.slice(0, 12)})`);
    for (const [index, { name, hash }] of (description.files ?? []).entries())
      fact(index === 0 ? "Files" : "", `${name}${hash === undefined ? "" : ` (${hash.slice(0, 12)})`}`);
    y++;
    box.text(0, y++, "In comparisons", "title");
    const ranked = this.#ranking.filter(({ contender }) => contender.includes(`"${model.generator}"`)).slice(0, 8);
    if (ranked.length === 0) box.text(0, y, "no votes yet", "muted");
    for (const { label, points, low, high, won, shown } of ranked)
      box.text(
        0,
        y++,
        `${label}: ${Math.round(points)} points (${Math.round(low)} to ${Math.round(high)}), ${won} of ${shown}`,
      );
  }
}
