import { limits } from "#asset";
import { findPalette } from "#pixels";
import { paletteNames, type Studio } from "#studio";
import type { App } from "../app.ts";
import { loraPicker } from "../dialogs/lora-picker.ts";
import { type PickerOptions, picker } from "../dialogs/picker.ts";
import { modelChoices } from "../model-choices.ts";
import { type Draft, withGenerator } from "../studio-state.ts";
import type { Color } from "../theme.ts";
import { type ChoiceItem, Form, type FormItem, type NumberItem, numberIn } from "../widgets/form.ts";
import { TextField } from "../widgets/text-field.ts";

type NumberName = "steps" | "guidance" | "seed" | "count" | "colors";

export type Description = Awaited<ReturnType<Studio["describe"]>>;

/** The settings of a sprite as fields, each with what can be given; they read and write the studio's draft. */
export class DraftForm {
  readonly form: Form;
  /** What the chosen generator said of itself; undefined until it answered, or if it cannot be reached. */
  description: Description | undefined;
  problem: string | undefined;
  readonly #app: App;
  readonly #numbers: Readonly<Record<NumberName, NumberItem>>;

  constructor(app: App, onFocus: () => void) {
    this.#app = app;
    const number = (
      label: string,
      name: NumberName,
      facts: Pick<NumberItem, "absent" | "least" | "most" | "step" | "isWhole">,
    ): NumberItem => {
      const given = app.state.draft[name];
      const isDefault = name === "count" && given === 1;
      return {
        kind: "number",
        label,
        field: new TextField(given === undefined || isDefault ? "" : String(given)),
        range: () => `${facts.least} to ${facts.most()}`,
        ...facts,
      };
    };
    this.#numbers = {
      steps: number("Steps", "steps", {
        absent: () => `${this.description?.defaults.steps ?? ""} (default)`,
        least: 1,
        most: () => limits.steps,
        step: 1,
        isWhole: true,
      }),
      guidance: number("Guidance", "guidance", {
        absent: () => `${this.description?.defaults.guidance ?? ""} (default)`,
        least: 0,
        most: () => limits.guidance,
        step: 0.5,
        isWhole: false,
      }),
      seed: number("Seed", "seed", {
        absent: () => "random",
        least: 0,
        most: () => limits.seed,
        step: 1,
        isWhole: true,
      }),
      count: number("Count", "count", {
        absent: () => "1",
        least: 1,
        most: () => limits.count,
        step: 1,
        isWhole: true,
      }),
      colors: number("Colors", "colors", { absent: () => "auto", least: 1, most: () => 256, step: 1, isWhole: true }),
    };
    this.form = new Form(() => this.#items(), onFocus);
    void this.describe();
  }

  /** Asks the chosen generator what it can do. */
  async describe(): Promise<void> {
    const { generator, workflow, model } = this.#app.state.draft;
    try {
      const description = await this.#app.backend.studio.describe(generator, { workflow, model });
      if (this.#isOutdated(generator, workflow, model)) return;
      this.description = description;
      this.problem = undefined;
    } catch (error) {
      if (this.#isOutdated(generator, workflow, model)) return;
      this.description = undefined;
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this.#app.invalidate();
  }

  #isOutdated(generator: string, workflow: string | undefined, model: string | undefined): boolean {
    const { draft } = this.#app.state;
    return draft.generator !== generator || draft.workflow !== workflow || draft.model !== model;
  }

  /** Takes over what is in the number fields; answers why it cannot be used, in one sentence. */
  read(): string | undefined {
    const numbers: Partial<Record<NumberName, number>> = {};
    let problem: string | undefined;
    for (const [name, item] of Object.entries(this.#numbers) as [NumberName, NumberItem][]) {
      const value = numberIn(item);
      if (value === "invalid")
        problem ??= `Cannot use ${item.label.toLowerCase()} ${item.field.value}: give ${item.isWhole ? "a whole number" : "a number"} from ${item.range()}`;
      else numbers[name] = value;
    }
    const { steps, guidance, seed, count = 1, colors } = numbers;
    this.#change({ steps, guidance, seed, count, colors });
    return problem;
  }

  /** Shows a draft that came from somewhere else. */
  write(draft: Draft): void {
    for (const [name, item] of Object.entries(this.#numbers) as [NumberName, NumberItem][]) {
      const value = draft[name];
      item.field.value = value === undefined || (name === "count" && value === 1) ? "" : String(value);
    }
    this.#change(draft);
    void this.describe();
  }

  get seedField(): TextField {
    return this.#numbers.seed.field;
  }

  #change(change: Partial<Draft>): void {
    this.#app.state.draft = { ...this.#app.state.draft, ...change };
    this.#app.state.touch();
  }

  #items(): readonly FormItem[] {
    const { steps, guidance, seed, count, colors } = this.#numbers;
    const { draft } = this.#app.state;
    const { generators } = this.#app.backend.studio;
    const { description } = this;
    const styles = description?.styles ?? [];
    const sizes = description?.sizes ?? [];
    const size = draft.size ?? (sizes.includes(32) ? 32 : sizes[0]);
    return [
      this.#choice(
        "Generator",
        generators,
        draft.generator,
        (generator) => {
          this.#change(withGenerator(this.#app.state.draft, generator));
          void this.describe();
        },
        { range: description === undefined ? "" : `${description.model} ${description.version}` },
      ),
      ...(draft.generator === this.#app.backend.choices.generator ? this.#namedChoices() : []),
      this.#choice(
        "Style",
        ["", ...styles],
        draft.style ?? "",
        (style) => this.#change({ style: style || undefined }),
        {
          show: (style) => style || "any",
          range: `${styles.length} styles`,
        },
      ),
      this.#choice("Size", sizes, size, (value) => this.#change({ size: value }), {
        show: (value) => (value === undefined ? "" : `${value} px`),
        range: sizes.join(", "),
      }),
      steps,
      guidance,
      seed,
      count,
      colors,
      this.#choice(
        "Palette",
        ["", ...paletteNames()],
        draft.palette ?? "",
        (palette) => this.#change({ palette: palette || undefined }),
        {
          show: (name) => name || "free",
          range: `${paletteNames().length} palettes`,
          swatches: (name) => (name === undefined || name === "" ? [] : swatchesOf(name)),
        },
      ),
      this.#choice(
        "Ground",
        ["auto", "transparent", "opaque"] as const,
        draft.background,
        (background) => this.#change({ background }),
        {
          range: "auto, transparent, opaque",
        },
      ),
      this.#choice("Tile", [false, true], draft.tile, (tile) => this.#change({ tile }), {
        show: (value) => (value ? "yes" : "no"),
        range: "repeats without a seam",
        isToggle: true,
      }),
    ];
  }

  /** What the servers have, asked for when a picker is opened. */
  #namedChoices(): readonly ChoiceItem[] {
    const { choices } = this.#app.backend;
    const { workflow, model, lora } = this.#app.state.draft;
    const { defaults } = this.description ?? {};
    const pick = (
      label: string,
      given: string | undefined,
      byDefault: string | undefined,
      more: () => NonNullable<PickerOptions<string>["more"]>,
      set: (value: string | undefined) => void,
    ): ChoiceItem => {
      const open = () =>
        this.#app.show(
          picker<string>(this.#app, {
            title: label,
            choices: [{ value: "", text: byDefault === undefined ? "default" : `default: ${byDefault}` }],
            current: given ?? "",
            more: more(),
            picked: (value) => {
              set(value || undefined);
              void this.describe();
            },
          }),
        );
      const range = () => (given === undefined && byDefault !== undefined ? "default" : "");
      return { kind: "choice", label, range, show: () => given ?? byDefault ?? "default", turn: open, open };
    };
    const openLoras = () =>
      this.#app.show(
        loraPicker(this.#app, {
          loras: lora,
          more: modelChoices(choices, "LoRA"),
          changed: (next) => this.#change({ lora: next && [...next] }),
        }),
      );
    return [
      pick(
        "Workflow",
        workflow,
        // Of a chosen one, the description tells itself.
        workflow === undefined ? defaults?.workflow : undefined,
        async () => ({
          choices: (await choices.workflows()).map((entry) => ({
            value: entry.name,
            text: entry.name,
            ...("trouble" in entry && { note: "broken" }),
          })),
        }),
        (value) => this.#change({ workflow: value, size: undefined }),
      ),
      pick(
        "Model",
        model,
        model === undefined ? defaults?.model : undefined,
        () => modelChoices(choices, "checkpoint"),
        (value) => this.#change({ model: value }),
      ),
      {
        kind: "choice",
        label: "LoRAs",
        range: () => (lora === undefined && defaults?.loras !== undefined ? "default" : ""),
        show: () => shownLoras(lora ?? defaults?.loras?.map(({ name, strength }) => `${name}:${strength}`)),
        turn: openLoras,
        open: openLoras,
      },
    ];
  }

  #choice<Value>(
    label: string,
    values: readonly Value[],
    current: Value,
    set: (value: Value) => void,
    options: {
      readonly show?: (value: Value) => string;
      readonly range: string;
      readonly swatches?: (value: Value) => readonly Color[];
      readonly isToggle?: boolean;
    },
  ): ChoiceItem {
    const { show = String, range, swatches, isToggle = false } = options;
    const open = () =>
      this.#app.show(
        picker(this.#app, {
          title: label,
          choices: values.map((value) => ({ value, text: show(value), swatches: swatches?.(value) ?? [] })),
          current,
          picked: set,
        }),
      );
    return {
      kind: "choice",
      label,
      range: () => range,
      show: () => show(current),
      turn: (by) => {
        const at = values.indexOf(current);
        const next = values[(at + by + values.length) % values.length];
        if (values.length > 0 && next !== undefined) set(next);
      },
      ...(!isToggle && { open }),
      ...(swatches && { swatches: () => swatches(current) }),
    };
  }
}

function shownLoras(loras: readonly string[] | undefined): string {
  if (loras === undefined) return "default";
  const [first, ...rest] = loras;
  if (first === undefined) return "none";
  return rest.length === 0 ? first : `${loras.length}: ${loras.join(", ")}`;
}

const knownSwatches = new Map<string, readonly Color[]>();

export function swatchesOf(palette: string): readonly Color[] {
  const known = knownSwatches.get(palette);
  if (known !== undefined) return known;
  const colors = findPalette(palette).colors as readonly Color[];
  knownSwatches.set(palette, colors);
  return colors;
}
