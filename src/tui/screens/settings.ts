import type { ExplainedSetting, SettingName } from "#config";
import type { App, Preferences } from "../app.ts";
import { ask } from "../dialogs/ask.ts";
import { type Action, type ActionId, actions, checkKeys, screenTitles } from "../key-map.ts";
import type { Screen } from "../screen.ts";
import { clipText, textWidth } from "../terminal/grapheme.ts";
import type { Key } from "../terminal/key.ts";
import { pictureModes } from "../terminal/picture.ts";
import type { Surface } from "../terminal/surface.ts";
import { themeNames } from "../theme.ts";
import { ScrollList } from "../widgets/scroll-list.ts";

type Row =
  | { readonly kind: "title"; readonly text: string }
  | { readonly kind: "setting"; readonly setting: ExplainedSetting }
  | {
      readonly kind: "look";
      readonly name: "theme" | "colors" | "pictures" | "unicode" | "mouse";
      readonly title: string;
      readonly values: readonly (string | boolean | undefined)[];
      /** What is so without a wish. */
      readonly found: string;
    }
  | { readonly kind: "fact"; readonly title: string; readonly value: string }
  | { readonly kind: "keys"; readonly action: Action };

const aboutSettings: Readonly<Partial<Record<SettingName, string>>> = {
  library: "folder of what was made",
  comfyui: "URLs of ComfyUI servers, with commas",
  comfyuiToken: "secret for those servers",
  workflows: "folder of ComfyUI workflows",
  models: "folder of the embedded models",
  training: "folder of training runs",
  threads: "CPU threads, 1 to 64",
  endpoint: "ipc:///path or tcp://host:port of the daemon",
  clientKeys: "key file for a daemon elsewhere",
  daemonKeys: "folder of the daemon's keys",
  queue: "file, or redis:// URL of a farm",
  queuedPerClient: "most waiting jobs of one client",
  runningPerClient: "most running jobs of one client",
};

/** Every setting with its value, where that comes from, and what it can be. */
export async function settingsScreen(app: App): Promise<Screen> {
  return new SettingsScreen(app);
}

class SettingsScreen implements Screen {
  readonly id = "settings";
  readonly focus = "none";
  readonly #app: App;
  readonly #list = new ScrollList();
  #settings: readonly ExplainedSetting[] = [];
  #problem: string | undefined;

  constructor(app: App) {
    this.#app = app;
    this.#list.onOpen(() => this.run("settings.edit"));
    this.#list.selected = 1;
  }

  enter(): void {
    this.#read();
  }

  key(key: Key): boolean {
    const before = this.#list.selected;
    if (!this.#list.key(key)) return false;
    // Titles are passed over.
    const rows = this.#rows();
    const isDown = this.#list.selected >= before;
    while (rows[this.#list.selected]?.kind === "title") {
      const next = this.#list.selected + (isDown && this.#list.selected < rows.length - 1 ? 1 : -1);
      if (next < 0) {
        this.#list.selected = 1;
        break;
      }
      this.#list.selected = next;
    }
    return true;
  }

  run(action: ActionId): void {
    const row = this.#rows()[this.#list.selected];
    if (row === undefined) return;
    switch (action) {
      case "settings.edit":
        return this.#edit(row);
      case "settings.reset":
        return this.#reset(row);
      case "settings.less":
      case "settings.more":
        if (row.kind === "look") this.#turn(row, action === "settings.more" ? 1 : -1);
        return;
      default:
    }
  }

  paint(surface: Surface): void {
    const { settings } = this.#app.backend;
    surface.text(1, 0, `Kept in ${settings.file}`, "muted");
    if (this.#problem !== undefined) surface.text(1, 1, this.#problem, "bad");
    const box = surface.part(0, this.#problem === undefined ? 1 : 2).box("Settings", { isFocused: true });
    const rows = this.#rows();
    this.#list.paint(box, { count: rows.length }, (line, index, isSelected) => {
      const row = rows[index];
      if (row !== undefined) this.#row(line, row, isSelected);
    });
  }

  #row(line: Surface, row: Row, isSelected: boolean): void {
    const role = isSelected ? "selected" : "text";
    const faint = isSelected ? "selected" : "muted";
    const valueAt = 22;
    switch (row.kind) {
      case "title":
        line.text(0, 0, row.text, "title");
        return;
      case "setting": {
        const { name, value, isOverruled } = row.setting;
        const origin = line.width < 100 ? shortOrigin(row.setting.origin) : row.setting.origin;
        line.text(2, 0, name, role, valueAt - 3);
        line.text(
          valueAt,
          0,
          value === "" ? (aboutSettings[name] ?? "") : value,
          value === "" ? faint : role,
          line.width - valueAt - textWidth(origin) - 2,
        );
        line.textRight(0, `${origin} `, isOverruled && !isSelected ? "warning" : faint);
        return;
      }
      case "look": {
        const wish = this.#app.preferences[row.name];
        line.text(2, 0, row.title, role);
        const value = `${line.glyphs.left} ${shown(wish) ?? `as found: ${row.found}`} ${line.glyphs.right}`;
        const used = valueAt + line.text(valueAt, 0, value, role);
        const choices = row.values.filter((choice) => choice !== undefined).map(shown);
        line.textRight(0, `${clipText(choices.join(", "), line.width - used - 2, line.glyphs.ellipsis)} `, faint);
        return;
      }
      case "fact":
        line.text(2, 0, row.title, faint);
        line.text(valueAt, 0, row.value, role);
        return;
      case "keys": {
        const { screen, title, id } = row.action;
        line.text(2, 0, this.#app.keyMap.keysOf(id as ActionId).join("  "), isSelected ? role : "key", valueAt - 3);
        line.text(valueAt, 0, title, role);
        line.textRight(0, `${screen === undefined ? "everywhere" : screenTitles[screen]} `, faint);
      }
    }
  }

  #rows(): readonly Row[] {
    const { detected, facts } = this.#app.terminal;
    const { cellPixels } = detected;
    const look = (
      name: Extract<Row, { kind: "look" }>["name"],
      title: string,
      values: readonly (string | boolean)[],
      found: string,
    ): Row => ({
      kind: "look",
      name,
      title,
      values: [undefined, ...values],
      found,
    });
    const yes = (value: boolean) => (value ? "yes" : "no");
    return [
      { kind: "title", text: "Program" },
      ...this.#settings.filter(({ name }) => name !== "terminal").map((setting): Row => ({ kind: "setting", setting })),
      { kind: "title", text: "Look" },
      look("theme", "Theme", themeNames, this.#app.theme),
      look("colors", "Colors", ["truecolor", "256", "16", "none"], detected.colors),
      look("pictures", "Pictures", pictureModes, detected.pictures),
      look("unicode", "Unicode", [true, false], yes(detected.hasUnicode)),
      look("mouse", "Mouse", [true, false], yes(detected.hasMouse)),
      { kind: "title", text: "Terminal, as it answered" },
      { kind: "fact", title: "Name", value: detected.name },
      { kind: "fact", title: "Multiplexer", value: detected.multiplexer },
      {
        kind: "fact",
        title: "Cell",
        value: cellPixels === undefined ? "its size is not told" : `${cellPixels.width} x ${cellPixels.height} px`,
      },
      { kind: "fact", title: "Whole frames", value: yes(detected.hasSynchronizedOutput) },
      { kind: "fact", title: "Kitty keyboard", value: yes(detected.hasKittyKeyboard) },
      { kind: "fact", title: "Pictures in use", value: facts.pictures },
      { kind: "title", text: "Keys" },
      ...(actions as readonly Action[]).map((action): Row => ({ kind: "keys", action })),
    ];
  }

  #edit(row: Row): void {
    const { settings } = this.#app.backend;
    if (row.kind === "look") return this.#turn(row, 1);
    if (row.kind === "keys") return this.#editKeys(row.action);
    if (row.kind !== "setting") return;
    const { name, value, isOverruled, origin } = row.setting;
    this.#app.show(
      ask(this.#app, {
        title: name,
        value: value.startsWith("(") ? "" : value,
        hint: `${aboutSettings[name] ?? ""}.${isOverruled ? ` Now ${origin} decides, whatever the file says.` : " It counts from the next start."}`,
        problem: (text) => settings.problemOf(name, text.trim()),
        answered: (text) => this.#save(name, text.trim()),
      }),
    );
  }

  #editKeys({ id, title }: Action): void {
    const keys = this.#app.keyMap.keysOf(id as ActionId);
    const wanted = (text: string) => text.split(/\s+/).filter((key) => key !== "");
    this.#app.show(
      ask(this.#app, {
        title,
        value: keys.join(" "),
        hint: 'Keys with spaces between them, such as "x ctrl+r f5"; an empty line takes them all away.',
        problem: (text) => {
          try {
            checkKeys({ [id]: wanted(text) });
            return undefined;
          } catch (error) {
            return (error as Error).message;
          }
        },
        answered: (text) => this.#prefer({ keys: { ...this.#app.preferences.keys, [id]: wanted(text) } }),
      }),
    );
  }

  #reset(row: Row): void {
    if (row.kind === "setting") return this.#save(row.setting.name, undefined);
    if (row.kind === "look") return this.#prefer({ [row.name]: undefined });
    if (row.kind !== "keys") return;
    const { [row.action.id]: _, ...keys } = this.#app.preferences.keys ?? {};
    this.#prefer({ keys });
  }

  #turn({ name, values }: Extract<Row, { kind: "look" }>, by: 1 | -1): void {
    const at = values.indexOf(this.#app.preferences[name]);
    this.#prefer({ [name]: values[(at + by + values.length) % values.length] });
  }

  /** How the studio looks changes at once, and is kept. */
  #prefer(change: Preferences): void {
    const preferences = { ...this.#app.preferences, ...change };
    this.#app.prefer(preferences);
    const kept = Object.fromEntries(Object.entries(preferences).filter(([, value]) => value !== undefined));
    this.#save("terminal", Object.keys(kept).length === 0 ? undefined : kept);
  }

  #save(name: SettingName, value: unknown): void {
    this.#app.attempt(async () => {
      await this.#app.backend.settings.change(name, value);
      this.#read();
      if (name !== "terminal") this.#app.tell(value === undefined ? `${name} is as by default.` : `Saved: ${name}.`);
    });
  }

  #read(): void {
    try {
      this.#settings = this.#app.backend.settings.list();
      this.#problem = undefined;
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    }
  }
}

function shown(value: string | boolean | undefined): string | undefined {
  if (typeof value !== "boolean") return value;
  return value ? "yes" : "no";
}

/** Where a value comes from, in a word: the variable's name, or that it is the file. */
function shortOrigin(origin: string): string {
  return origin.replace(/^the environment variable /, "").replace(/^the (file|flag) .*/, "the $1");
}
