import { parseChord } from "./terminal/key.ts";
import { TuiError } from "./tui-error.ts";

export const screenIds = ["generate", "queue", "gallery", "compare", "models", "monitor", "settings", "help"] as const;
export type ScreenId = (typeof screenIds)[number];

export const screenTitles: Readonly<Record<ScreenId, string>> = {
  generate: "Generate",
  queue: "Queue",
  gallery: "Gallery",
  compare: "Compare",
  models: "Models",
  monitor: "Monitor",
  settings: "Settings",
  help: "Help",
};

/** Something a person can do: by key, by the command palette, and as Help tells it. */
export type Action = {
  readonly id: string;
  readonly title: string;
  /** Where it can be done; absent: everywhere. */
  readonly screen?: ScreenId;
  readonly keys: readonly string[];
};

const everywhere = [
  ...screenIds.map((id, index) => ({
    id: `go.${id}` as const,
    title: `Go to ${screenTitles[id]}`,
    keys: [`${index + 1}`, `f${index + 1}`, `alt+${index + 1}`],
  })),
  { id: "app.next", title: "Next screen", keys: ["tab"] },
  { id: "app.previous", title: "Previous screen", keys: ["shift+tab"] },
  { id: "app.palette", title: "Command palette", keys: [":", "ctrl+p"] },
  { id: "app.keys", title: "Keys of this screen", keys: ["?", "ctrl+g"] },
  { id: "app.theme", title: "Next theme", keys: ["ctrl+t"] },
  { id: "app.redraw", title: "Draw the screen anew", keys: ["ctrl+l"] },
  { id: "app.quit", title: "Quit", keys: ["q", "ctrl+q", "ctrl+c"] },
] as const satisfies readonly Action[];

const of = <const Entries extends readonly Omit<Action, "screen">[]>(screen: ScreenId, entries: Entries) =>
  entries.map((entry) => ({ ...entry, screen })) as {
    readonly [Index in keyof Entries]: Entries[Index] & { screen: ScreenId };
  };

const generate = of("generate", [
  { id: "generate.run", title: "Draw", keys: ["enter", "ctrl+r"] },
  { id: "generate.edit", title: "Edit the prompt", keys: ["i", "e"] },
  { id: "generate.stop", title: "Stop what is being drawn", keys: ["x", "ctrl+x"] },
  {
    id: "generate.seed",
    title: "Lock the seed of the last sprite, or draw a new one each time",
    keys: ["l", "ctrl+s"],
  },
  { id: "generate.reseed", title: "Another random seed", keys: ["r"] },
  { id: "generate.older", title: "Older prompt", keys: ["ctrl+up", "alt+up"] },
  { id: "generate.newer", title: "Newer prompt", keys: ["ctrl+down", "alt+down"] },
  { id: "generate.previous", title: "Show the result before", keys: ["[", "pageup"] },
  { id: "generate.next", title: "Show the next result", keys: ["]", "pagedown"] },
  { id: "generate.better", title: "Rate the shown result higher", keys: ["+"] },
  { id: "generate.worse", title: "Rate the shown result lower", keys: ["-"] },
  { id: "generate.deploy", title: "Deploy: copy the shown result into the game", keys: ["D"] },
  { id: "generate.defaults", title: "Settings back to their defaults", keys: ["ctrl+d"] },
]);

const queue = of("queue", [
  { id: "queue.cancel", title: "Cancel the job", keys: ["x", "delete"] },
  { id: "queue.retry", title: "Run the job again", keys: ["r"] },
  { id: "queue.pause", title: "Hold the job, or let it go on", keys: ["p", "space"] },
  { id: "queue.pauseAll", title: "Hold the queue, or let it go on", keys: ["P"] },
  { id: "queue.up", title: "Move up", keys: ["K", "shift+up"] },
  { id: "queue.down", title: "Move down", keys: ["J", "shift+down"] },
  { id: "queue.top", title: "Move to the top", keys: ["T"] },
  { id: "queue.bottom", title: "Move to the bottom", keys: ["B"] },
  { id: "queue.higher", title: "Higher priority", keys: ["+"] },
  { id: "queue.lower", title: "Lower priority", keys: ["-"] },
  { id: "queue.filter", title: "Show all, open, ended or failed jobs", keys: ["f"] },
  { id: "queue.forget", title: "Forget the ended job", keys: ["d"] },
  { id: "queue.clear", title: "Forget all ended jobs", keys: ["C"] },
]);

const gallery = of("gallery", [
  { id: "gallery.open", title: "Detail view, or back to the grid", keys: ["enter"] },
  { id: "gallery.search", title: "Search by words", keys: ["/", "ctrl+f"] },
  { id: "gallery.filter", title: "Filter", keys: ["f"] },
  { id: "gallery.sort", title: "Sort by another order", keys: ["s"] },
  { id: "gallery.clear", title: "Show everything again", keys: ["c"] },
  { id: "gallery.better", title: "Rate higher", keys: ["+", "="] },
  { id: "gallery.worse", title: "Rate lower", keys: ["-"] },
  { id: "gallery.tag", title: "Tags", keys: ["t"] },
  { id: "gallery.delete", title: "Delete", keys: ["d", "delete"] },
  { id: "gallery.undo", title: "Undo the last deletion", keys: ["u", "ctrl+z"] },
  { id: "gallery.zoomIn", title: "Zoom in", keys: ["z", "ctrl+up"] },
  { id: "gallery.zoomOut", title: "Zoom out", keys: ["Z", "ctrl+down"] },
  { id: "gallery.grid", title: "Pixel grid", keys: ["g"] },
  { id: "gallery.tiled", title: "Repeat 3 x 3", keys: ["w"] },
  { id: "gallery.play", title: "Play an animation", keys: ["a"] },
  { id: "gallery.mark", title: "Mark as A", keys: ["m"] },
  { id: "gallery.flip", title: "Flip between A and this one", keys: ["b", "space"] },
  { id: "gallery.variations", title: "Make variations", keys: ["v"] },
  { id: "gallery.reuse", title: "Use its prompt and settings", keys: ["e"] },
  { id: "gallery.fix", title: "Fix the pixel grid", keys: ["x"] },
  { id: "gallery.deploy", title: "Deploy: copy into the game", keys: ["D"] },
  { id: "gallery.openFile", title: "Open the file", keys: ["o"] },
  { id: "gallery.factsDown", title: "Scroll the recipe down", keys: ["]"] },
  { id: "gallery.factsUp", title: "Scroll the recipe up", keys: ["["] },
]);

const compare = of("compare", [
  { id: "compare.edit", title: "Set up a comparison", keys: ["e", "i"] },
  { id: "compare.run", title: "Run the comparison", keys: ["enter", "ctrl+r"] },
  { id: "compare.blind", title: "Blind mode", keys: ["b"] },
  { id: "compare.voteA", title: "Vote for the first", keys: ["z"] },
  { id: "compare.voteB", title: "Vote for the second", keys: ["x"] },
  { id: "compare.voteC", title: "Vote for the third", keys: ["c"] },
  { id: "compare.voteD", title: "Vote for the fourth", keys: ["v"] },
  { id: "compare.tie", title: "None is better", keys: ["t"] },
  { id: "compare.next", title: "Next picture", keys: ["right", "n"] },
  { id: "compare.previous", title: "Picture before", keys: ["left", "p"] },
  { id: "compare.view", title: "Side by side, grid or ranking", keys: ["w"] },
  { id: "compare.stop", title: "Stop the comparison", keys: ["X"] },
  { id: "compare.earlier", title: "Earlier comparisons", keys: ["o"] },
  { id: "compare.export", title: "Export as one labelled PNG", keys: ["E"] },
]);

const models = of("models", [
  { id: "models.use", title: "Draw with this model", keys: ["enter"] },
  { id: "models.refresh", title: "Look again", keys: ["r"] },
  { id: "models.factsDown", title: "Scroll the facts down", keys: ["]"] },
  { id: "models.factsUp", title: "Scroll the facts up", keys: ["["] },
]);

const monitor = of("monitor", [{ id: "monitor.span", title: "Span of the charts: 1 or 5 minutes", keys: ["s"] }]);

const settings = of("settings", [
  { id: "settings.edit", title: "Change the setting", keys: ["enter", "e"] },
  { id: "settings.reset", title: "Take the setting out of the file", keys: ["d", "delete"] },
  { id: "settings.less", title: "Value before", keys: ["left"] },
  { id: "settings.more", title: "Next value", keys: ["right"] },
]);

const help = of("help", [{ id: "help.search", title: "Search", keys: ["/"] }]);

/** Every action, in the order in which Help lists them. */
export const actions = [
  ...everywhere,
  ...generate,
  ...queue,
  ...gallery,
  ...compare,
  ...models,
  ...monitor,
  ...settings,
  ...help,
] as const satisfies readonly Action[];

export type ActionId = (typeof actions)[number]["id"];
/** Keys of actions that a person changed; an empty list takes an action's keys away. */
export type KeyWishes = Readonly<Partial<Record<string, readonly string[]>>>;

/** Throws a TuiError for an action that there is none of, and for a key that is none. */
export function checkKeys(wishes: KeyWishes): void {
  for (const [id, keys] of Object.entries(wishes)) {
    if (!actions.some((action) => action.id === id))
      throw new TuiError("invalid-setting", `Cannot use keys for ${id}: there is no such action; see the Help screen`);
    for (const key of keys ?? [])
      if (parseChord(key) === undefined)
        throw new TuiError(
          "invalid-setting",
          `Cannot use the key ${JSON.stringify(key)} for ${id}: write a key such as "x", "f5" or "ctrl+r"`,
        );
  }
}

/** Which key does what, with a person's own keys over those of the table. */
export class KeyMap {
  readonly #keys = new Map<string, readonly string[]>();
  readonly #byScreen = new Map<ScreenId | "everywhere", Map<string, ActionId>>();

  /** Throws as checkKeys does. */
  constructor(wishes: KeyWishes = {}) {
    checkKeys(wishes);
    for (const action of actions as readonly Action[]) {
      const keys = wishes[action.id]?.map((key) => parseChord(key) ?? key) ?? action.keys;
      this.#keys.set(action.id, keys);
      const place = action.screen ?? "everywhere";
      const chords = this.#byScreen.get(place) ?? new Map<string, ActionId>();
      // A key that was given to two actions does what the person asked for.
      for (const key of keys) if (!chords.has(key) || wishes[action.id]) chords.set(key, action.id as ActionId);
      this.#byScreen.set(place, chords);
    }
  }

  keysOf(id: ActionId): readonly string[] {
    return this.#keys.get(id) ?? [];
  }

  /** The first of an action's keys, for hints; empty if it has none. */
  keyOf(id: ActionId): string {
    return this.keysOf(id)[0] ?? "";
  }

  /** What a key does on a screen: the screen's own actions come first. */
  actionOf(chord: string, screen: ScreenId): ActionId | undefined {
    return this.#byScreen.get(screen)?.get(chord) ?? this.#byScreen.get("everywhere")?.get(chord);
  }
}

/** What can be done on a screen, its own first. */
export function actionsOn(screen: ScreenId): readonly Action[] {
  const all = actions as readonly Action[];
  return [...all.filter((action) => action.screen === screen), ...all.filter((action) => action.screen === undefined)];
}
