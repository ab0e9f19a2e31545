import type { App } from "../app.ts";
import { fuzzyFind } from "../fuzzy.ts";
import { type Action, type ActionId, actions, screenTitles } from "../key-map.ts";
import type { Screen } from "../screen.ts";
import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";
import { ScrollList } from "../widgets/scroll-list.ts";
import { TextField } from "../widgets/text-field.ts";

/** Everything that can be done and how, from the key map; Enter does it. */
export async function helpScreen(app: App): Promise<Screen> {
  return new HelpScreen(app);
}

class HelpScreen implements Screen {
  readonly id = "help";
  readonly #app: App;
  readonly #list = new ScrollList();
  readonly #search = new TextField();
  #isSearching = false;
  #found: readonly Action[] = actions;

  constructor(app: App) {
    this.#app = app;
    this.#list.onOpen((index) => this.#do(index));
  }

  get focus(): Screen["focus"] {
    return this.#isSearching ? "text" : "none";
  }

  key(key: Key): boolean {
    if (this.#isSearching) {
      if (key.chord === "escape" || key.chord === "enter" || key.chord === "down") this.#isSearching = false;
      else if (this.#search.key(key)) this.#find();
      else return false;
      return true;
    }
    if (key.chord === "enter") this.#do(this.#list.selected);
    else if (key.chord === "escape") {
      this.#search.value = "";
      this.#find();
    } else return this.#list.key(key);
    return true;
  }

  paste(text: string): void {
    if (!this.#isSearching) return;
    this.#search.insert(text);
    this.#find();
  }

  run(action: ActionId): void {
    if (action === "help.search") this.#isSearching = true;
  }

  paint(surface: Surface): void {
    surface.text(1, 0, "Search", "muted");
    const field = surface.part(8, 0, Math.min(40, surface.width - 9), 1);
    this.#search.paint(field, { isFocused: this.#isSearching, placeholder: this.#app.keyMap.keyOf("help.search") });
    const box = surface.part(0, 1).box("Keys", { isFocused: true, note: "Enter does it; Settings changes its keys" });
    this.#list.paint(box, { count: this.#found.length }, (row, index, isSelected) => {
      const action = this.#found[index];
      if (action === undefined) return;
      const role = isSelected ? "selected" : "text";
      row.text(
        1,
        0,
        action.screen === undefined ? "Everywhere" : screenTitles[action.screen],
        isSelected ? role : "muted",
      );
      row.text(13, 0, this.#app.keyMap.keysOf(action.id as ActionId).join("  "), isSelected ? role : "key", 20);
      row.text(35, 0, action.title, role);
    });
  }

  #find(): void {
    this.#found = fuzzyFind<Action>(this.#search.value, actions, ({ title, screen }) =>
      screen === undefined ? title : `${screenTitles[screen]} ${title}`,
    );
    this.#list.selected = 0;
  }

  #do(index: number): void {
    const action = this.#found[index];
    if (action !== undefined) this.#app.run(action.id as ActionId);
  }
}
