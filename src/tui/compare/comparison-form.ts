import type { ComparisonInput } from "#studio";
import type { App } from "../app.ts";
import { picker } from "../dialogs/picker.ts";
import type { Description } from "../screens/draft-form.ts";
import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";
import { Form, type NumberItem, numberIn } from "../widgets/form.ts";
import { TextField } from "../widgets/text-field.ts";

/** What can differ between contenders, and how its values are read. */
const settings = {
  steps: { title: "steps", parse: Number, example: "2, 4, 8" },
  guidance: { title: "guidance", parse: Number, example: "1, 3, 7" },
  generator: { title: "generator", parse: String, example: "sprite, comfyui" },
  workflow: { title: "workflow", parse: String, example: "sdxl-sprite, sdxl-sprite-fast" },
  model: { title: "model", parse: String, example: "sd_xl_base_1.0, my-finetune" },
  lora: { title: "LoRAs", parse: lorasOf, example: "none, pixel-art-xl:0.8, pixel-art-xl + lcm-lora" },
  style: { title: "style", parse: String, example: "kenney, dcss" },
  size: { title: "size", parse: Number, example: "16, 32" },
  colors: { title: "colors", parse: Number, example: "4, 8, 16" },
  palette: { title: "palette", parse: String, example: "pico-8, db16" },
  negative: { title: "what is left out", parse: String, example: "shadow, blur" },
  background: { title: "ground", parse: String, example: "transparent, opaque" },
} as const;

type Setting = keyof typeof settings;
const settingNames = Object.keys(settings) as readonly Setting[];

/** What is to be compared, as fields. */
export class ComparisonForm {
  readonly prompts: TextField;
  readonly xValues = new TextField();
  readonly yValues = new TextField();
  focus: "prompts" | "x" | "y" | "options" = "prompts";
  #x: Setting = "steps";
  #y: Setting | "" = "";
  readonly #seeds: NumberItem;
  readonly #options: Form;
  readonly #app: App;
  readonly #description: () => Description | undefined;

  constructor(app: App, description: () => Description | undefined) {
    this.#app = app;
    this.#description = description;
    this.prompts = new TextField(app.state.draft.prompt);
    this.#seeds = {
      kind: "number",
      label: "Seeds a prompt",
      field: new TextField(),
      absent: () => "1",
      range: () => "1 to 100",
      least: 1,
      most: () => 100,
      step: 1,
      isWhole: true,
    };
    this.#options = new Form(
      () => [
        this.#axis("Differ in", this.#x, settingNames, (name) => {
          this.#x = name;
        }),
        this.#axis("And in", this.#y, ["", ...settingNames.filter((name) => name !== this.#x)] as const, (name) => {
          this.#y = name;
        }),
        this.#seeds,
      ],
      () => {
        this.focus = "options";
      },
    );
  }

  get isText(): boolean {
    return this.focus !== "options";
  }

  paste(text: string): void {
    this.#field?.insert(text);
  }

  key(key: Key): boolean {
    const order = this.#y === "" ? (["prompts", "options", "x"] as const) : (["prompts", "options", "x", "y"] as const);
    if (this.focus === "options" && this.#options.key(key)) return true;
    const step = key.chord === "down" ? 1 : key.chord === "up" ? -1 : 0;
    if (step !== 0) {
      const at = order.indexOf(this.focus as "x") + step;
      this.focus = order[Math.max(0, Math.min(order.length - 1, at))];
      return true;
    }
    return this.#field?.key(key) ?? false;
  }

  /** What has to be written before anything can be compared, whose field has the focus then. */
  missing(): string | undefined {
    const fields = [
      ["prompts", this.prompts, "prompts", "red dragon; blue potion"],
      ["x", this.xValues, `values of ${settings[this.#x].title}`, settings[this.#x].example],
      ...(this.#y === ""
        ? []
        : ([["y", this.yValues, `values of ${settings[this.#y].title}`, settings[this.#y].example]] as const)),
    ] as const;
    for (const [focus, field, what, example] of fields) {
      if (field.value.trim() !== "") continue;
      this.focus = focus;
      return `Cannot compare yet: write ${what}, such as ${example}`;
    }
    return undefined;
  }

  /** What the fields say; the studio checks it. */
  read(): ComparisonInput {
    const { generator, workflow, model, lora, negative, style, size, background, palette, seed } =
      this.#app.state.draft;
    const seeds = numberIn(this.#seeds);
    const x = { setting: this.#x, values: valuesOf(this.#x, this.xValues.value) };
    const y = this.#y === "" ? undefined : { setting: this.#y, values: valuesOf(this.#y, this.yValues.value) };
    // Only the generator that they were chosen for has them.
    const ofGenerator = x.setting === "generator" || y?.setting === "generator" ? {} : { workflow, model, lora };
    const common = Object.fromEntries(
      Object.entries({ generator, ...ofGenerator, negative, style, size, background, palette }).filter(
        ([name, value]) => value !== undefined && value !== "" && name !== x.setting && name !== y?.setting,
      ),
    );
    return {
      prompts: this.prompts.value
        .split(";")
        .map((prompt) => prompt.trim())
        .filter((prompt) => prompt !== ""),
      seeds: typeof seeds === "number" ? seeds : 1,
      ...(seed !== undefined && { seed }),
      common,
      ...(y === undefined
        ? { contenders: x.values.map((value) => ({ [x.setting]: value })) }
        : { grid: { x: x as never, y: y as never } }),
    };
  }

  paint(surface: Surface): void {
    const label = (y: number, text: string) => surface.text(1, y, text, "muted");
    const width = Math.min(70, surface.width - 2);
    label(0, "Prompts, with ; between them");
    this.#paintField(surface, 1, 2, this.prompts, "prompts", "such as red dragon; blue potion");
    this.#options.isFocused = this.focus === "options";
    this.#options.paint(surface.part(0, 4, width, 3));
    label(8, `Values of ${settings[this.#x].title}, with commas: 2 to 4 side by side`);
    this.#paintField(surface, 9, 1, this.xValues, "x", `such as ${settings[this.#x].example}`);
    if (this.#y !== "") {
      label(11, `Values of ${settings[this.#y].title}, with commas`);
      this.#paintField(surface, 12, 1, this.yValues, "y", `such as ${settings[this.#y].example}`);
    }
    const { draft } = this.#app.state;
    const model = this.#description()?.model ?? "";
    const rest = [
      draft.generator,
      draft.workflow,
      draft.model ?? model,
      draft.lora?.join(" + "),
      draft.style,
      draft.size && `${draft.size} px`,
      draft.palette,
    ].filter(Boolean);
    surface.text(1, 14, `Everything else as on Generate: ${rest.join(", ")}`, "muted");
    const { keyMap } = this.#app;
    surface.spans(1, 16, [keyMap.keyOf("compare.run"), "key"], [" draws them as one group of jobs", "muted"]);
  }

  #paintField(
    surface: Surface,
    y: number,
    height: number,
    field: TextField,
    focus: typeof this.focus,
    example: string,
  ) {
    const area = surface.part(1, y, Math.min(70, surface.width - 2), height);
    field.paint(area, { isFocused: this.focus === focus, placeholder: example });
    area.hit(({ kind, x, y }) => {
      if (kind !== "press") return;
      this.focus = focus;
      field.click(x, y);
    });
  }

  get #field(): TextField | undefined {
    return { prompts: this.prompts, x: this.xValues, y: this.yValues, options: undefined }[this.focus];
  }

  #axis<Name extends Setting | "">(label: string, current: Name, names: readonly Name[], set: (name: Name) => void) {
    const titleOf = (name: Setting | "") => (name === "" ? "nothing else" : settings[name].title);
    return {
      kind: "choice",
      label,
      range: () => "",
      show: () => titleOf(current),
      turn: (by: 1 | -1) => set(names[(names.indexOf(current) + by + names.length) % names.length] ?? current),
      open: () =>
        this.#app.show(
          picker(this.#app, {
            title: label,
            choices: names.map((name) => ({ value: name, text: titleOf(name) })),
            current,
            picked: set,
          }),
        ),
    } as const;
  }
}

/** LoRAs that a contender has together: "one:0.8 + other", or "none". */
function lorasOf(text: string): readonly string[] {
  return text === "none" ? [] : text.split(/\s*\+\s+|\s+\+\s*/);
}

function valuesOf(setting: Setting, text: string): readonly (string | number | readonly string[])[] {
  return text
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "")
    .map((value) => settings[setting].parse(value));
}
