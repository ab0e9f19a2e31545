import type { Backend } from "./backend.ts";
import { type Dialog, paintDialog } from "./dialogs/dialog.ts";
import { keyHelp } from "./dialogs/key-help.ts";
import { picker } from "./dialogs/picker.ts";
import { JobFeed } from "./job-feed.ts";
import { type ActionId, actions, KeyMap, type KeyWishes, type ScreenId, screenIds, screenTitles } from "./key-map.ts";
import { LoadHistory } from "./load-history.ts";
import type { Screen } from "./screen.ts";
import type { StudioState } from "./studio-state.ts";
import type { Key } from "./terminal/key.ts";
import type { Surface } from "./terminal/surface.ts";
import type { Terminal, TerminalWishes } from "./terminal/terminal.ts";
import { type Role, type ThemeName, themeNames, themes } from "./theme.ts";
import { Thumbnails } from "./thumbnails.ts";

/** How the studio looks and listens; a person's wishes over what was found out. */
export type Preferences = TerminalWishes & {
  readonly theme?: ThemeName | undefined;
  readonly keys?: KeyWishes | undefined;
};

export type AppOptions = {
  readonly terminal: Terminal;
  readonly backend: Backend;
  readonly state: StudioState;
  readonly preferences: Preferences;
  readonly screens: Readonly<Record<ScreenId, (app: App) => Promise<Screen>>>;
  readonly clockMs: () => number;
  /** Ends the program; the reason is told after the terminal is restored. */
  readonly quit: (error?: unknown) => void;
};

/** Longest side of a thumbnail: a 1024 px picture takes 4 MiB, and hundreds are kept. */
const thumbnailPixels = 256;

/** Columns that the tabs with air around them take, with the longest that is told beside them. */
const widthOfWideTabs = 132;

type Toast = { readonly text: string; readonly role: Role; readonly untilMs: number };

/** The studio: one screen in front, dialogs over it, and what all screens share. */
export class App {
  readonly terminal: Terminal;
  readonly backend: Backend;
  readonly state: StudioState;
  readonly feed: JobFeed;
  readonly load: LoadHistory;
  readonly thumbnails: Thumbnails;
  readonly clockMs: () => number;
  keyMap: KeyMap;
  preferences: Preferences;
  #screenId: ScreenId = "generate";
  readonly #screens = new Map<ScreenId, Screen>();
  readonly #options: AppOptions;
  readonly #dialogs: Dialog[] = [];
  #toast: Toast | undefined;
  #toastTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: AppOptions) {
    this.#options = options;
    this.terminal = options.terminal;
    this.backend = options.backend;
    this.state = options.state;
    this.clockMs = options.clockMs;
    this.preferences = options.preferences;
    this.keyMap = new KeyMap(options.preferences.keys);
    this.thumbnails = new Thumbnails({
      decode: (png) => this.terminal.decodePicture(png, thumbnailPixels),
      changed: () => this.invalidate(),
    });
    this.feed = new JobFeed(this.backend.client, (event) => {
      this.#screens.get(this.#screenId)?.hear?.(event);
      this.invalidate();
    });
    this.load = new LoadHistory({
      read: () => this.backend.readLoad(),
      openJobs: () => this.feed.open.length,
      // Only Monitor shows it: elsewhere a frame a second would be drawn for nothing.
      changed: () => {
        if (this.#screenId === "monitor") this.invalidate();
      },
      clockMs: options.clockMs,
    });
    this.#look();
    this.terminal.handle({
      paint: (surface) => this.#paint(surface),
      key: (key) => this.key(key),
      paste: (text) => this.#paste(text),
      change: () => {},
      crash: (error) => options.quit(error),
    });
  }

  get screenId(): ScreenId {
    return this.#screenId;
  }

  get theme(): ThemeName {
    const { colors } = this.terminal.facts;
    const wanted = this.preferences.theme ?? (colors === "16" ? "16-color" : "dark");
    return colors === "none" ? "mono" : wanted;
  }

  invalidate(): void {
    if (!this.#isClosed) this.terminal.invalidate();
  }

  prefer(preferences: Preferences): void {
    this.keyMap = new KeyMap(preferences.keys);
    this.preferences = preferences;
    this.#look();
  }

  /** Brings a screen to the front. */
  async go(id: ScreenId): Promise<Screen | undefined> {
    const previous = this.#screenId;
    this.#screenId = id;
    this.invalidate();
    const screen = this.#screens.get(id) ?? (await this.#options.screens[id](this));
    // It may have been made twice while it was loaded, or the studio was closed.
    if (this.#isClosed) return undefined;
    if (!this.#screens.has(id)) this.#screens.set(id, screen);
    const shown = this.#screens.get(id);
    if (this.#screenId === id) {
      if (previous !== id) this.#screens.get(previous)?.leave?.();
      shown?.enter?.();
    }
    this.invalidate();
    return shown;
  }

  show(dialog: Dialog): void {
    this.#dialogs.push(dialog);
    this.invalidate();
  }

  readonly closeDialog = (): void => {
    this.#dialogs.pop();
    this.invalidate();
  };

  /** Tells something for a few seconds. */
  tell(text: string, role: Role = "good"): void {
    const ms = Math.max(3000, text.length * 60);
    this.#toast = { text, role, untilMs: this.clockMs() + ms };
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => {
      this.#toast = undefined;
      this.invalidate();
    }, ms);
    this.#toastTimer.unref();
    this.invalidate();
  }

  fail(error: unknown): void {
    this.tell(error instanceof Error ? error.message : String(error), "bad");
  }

  /** Runs work that may fail, which is told and is no more than that. */
  attempt(work: () => Promise<unknown>): void {
    void work()
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.invalidate());
  }

  key(key: Key): void {
    this.invalidate();
    const dialog = this.#dialogs.at(-1);
    if (dialog !== undefined) return dialog.key(key);
    const screen = this.#screens.get(this.#screenId);
    const focus = screen?.focus ?? "none";
    if (focus !== "none" && screen?.key(key)) return;
    const isTyped = focus === "text" && key.text !== undefined;
    const action = isTyped ? undefined : this.keyMap.actionOf(key.chord, this.#screenId);
    if (action !== undefined) return this.run(action);
    if (focus === "none") screen?.key(key);
  }

  run(action: ActionId): void {
    if (action.startsWith("go.")) return void this.go(action.slice(3) as ScreenId);
    switch (action) {
      case "app.next":
      case "app.previous": {
        const step = action === "app.next" ? 1 : screenIds.length - 1;
        return void this.go(screenIds[(screenIds.indexOf(this.#screenId) + step) % screenIds.length]);
      }
      case "app.palette":
        return this.#openPalette();
      case "app.keys":
        return this.show(keyHelp(this, this.#screenId, this.keyMap));
      case "app.theme": {
        const next = themeNames[(themeNames.indexOf(this.theme) + 1) % themeNames.length];
        this.prefer({ ...this.preferences, theme: next });
        return this.tell(`Theme: ${this.theme}`);
      }
      case "app.redraw":
        return this.#look();
      case "app.quit":
        return this.#options.quit();
      default: {
        const of = actions.find(({ id }) => id === action);
        const id = of !== undefined && "screen" in of ? of.screen : this.#screenId;
        if (id === this.#screenId) return this.#screens.get(id)?.run(action);
        void this.go(id).then((screen) => screen?.run(action));
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#toastTimer);
    for (const screen of this.#screens.values()) screen.close?.();
    this.feed.close();
    this.load.close();
    this.thumbnails.close();
    await this.state.save().catch(() => undefined);
    await this.backend.close?.();
  }

  #look(): void {
    const { colors, pictures, unicode, mouse } = this.preferences;
    // The facts decide the theme, so they are settled first.
    this.terminal.use(themes[this.preferences.theme ?? "dark"], { colors, pictures, unicode, mouse });
    this.terminal.use(themes[this.theme], { colors, pictures, unicode, mouse });
  }

  #paste(text: string): void {
    this.invalidate();
    const dialog = this.#dialogs.at(-1);
    if (dialog !== undefined) dialog.paste?.(text);
    else this.#screens.get(this.#screenId)?.paste?.(text);
  }

  #openPalette(): void {
    const choices = actions
      .filter(({ id }) => id !== "app.palette")
      .map((action) => ({
        value: action.id,
        text: "screen" in action ? `${screenTitles[action.screen]}: ${action.title}` : action.title,
        note: this.keyMap.keyOf(action.id),
      }));
    this.show(picker(this, { title: "Commands", choices, picked: (id) => this.run(id), width: 70 }));
  }

  #paint(surface: Surface): void {
    surface.fill("text");
    if (surface.width < 40 || surface.height < 10) {
      surface.text(0, 0, "The studio needs 40 x 10 cells or more.", "warning");
      return;
    }
    this.#tabs(surface.part(0, 0, surface.width, 1));
    const body = surface.part(0, 1, surface.width, surface.height - 2);
    this.#screens.get(this.#screenId)?.paint(body);
    this.#foot(surface.part(0, surface.height - 1, surface.width, 1));
    for (const dialog of this.#dialogs) paintDialog(body, dialog);
  }

  #tabs(surface: Surface): void {
    const { counts, isPaused, isConnected } = this.feed;
    const openJobs = counts.queued + counts.waiting + counts.running;
    const queue = isPaused ? "queue held" : openJobs > 0 ? `${openJobs} open` : "idle";
    const where = this.backend.kind === "daemon" ? (isConnected ? "daemon" : "daemon away, waiting") : "on its own";
    const status = `${queue} ${surface.glyphs.dot} ${where} `;
    const isWide = surface.width >= widthOfWideTabs;
    let x = 0;
    for (const [index, id] of screenIds.entries()) {
      const title = isWide ? ` ${index + 1} ${screenTitles[id]} ` : `${index + 1} ${screenTitles[id]}`;
      const width = title.length + (isWide ? 2 : 1);
      const tab = surface.part(x, 0, width, 1);
      tab.text(0, 0, title, id === this.#screenId ? "tabActive" : "tab");
      tab.hit(({ kind }) => {
        if (kind !== "scroll") void this.go(id);
      });
      x += width;
    }
    if (x + status.length <= surface.width) surface.textRight(0, status, isConnected ? "muted" : "warning");
  }

  #foot(surface: Surface): void {
    if (this.#toast !== undefined) {
      surface.text(1, 0, this.#toast.text, this.#toast.role, surface.width - 2);
      return;
    }
    if (!this.feed.isConnected) {
      surface.text(1, 0, "The daemon does not answer; what you type is kept, and it is tried again.", "warning");
      return;
    }
    const isEditing = this.#screens.get(this.#screenId)?.focus === "text";
    const own = actions.filter((action) => "screen" in action && action.screen === this.#screenId);
    let x = 1;
    const hint = (key: string, title: string) => {
      if (key === "" || x + key.length + title.length + 3 > surface.width) return;
      x += surface.text(x, 0, key, "key");
      x += surface.text(x, 0, ` ${title}  `, "muted");
    };
    if (isEditing) hint("esc", "leave the field");
    hint(isEditing ? "ctrl+p" : this.keyMap.keyOf("app.palette"), "commands");
    hint(isEditing ? "ctrl+g" : this.keyMap.keyOf("app.keys"), "keys");
    for (const action of own) {
      const keys = this.keyMap.keysOf(action.id);
      hint((isEditing ? keys.find((key) => key === "enter" || key.startsWith("ctrl+")) : keys[0]) ?? "", action.title);
    }
  }
}
