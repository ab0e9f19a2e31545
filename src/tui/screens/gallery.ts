import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { encodeSprite } from "#asset";
import { animateSprite, animationKindNames, countColors, finish, type Raster, recoverGrid } from "#pixels";
import type { ClientEvent } from "#protocol";
import type { LibraryEntry, Recipe, SpriteQuery } from "#studio";
import type { App } from "../app.ts";
import { ask } from "../dialogs/ask.ts";
import { picker } from "../dialogs/picker.ts";
import { EntryPages } from "../gallery/entry-pages.ts";
import { recipeLines } from "../gallery/recipe-lines.ts";
import { SpriteView } from "../gallery/sprite-view.ts";
import { counted } from "../counted.ts";
import type { ActionId } from "../key-map.ts";
import type { Screen } from "../screen.ts";
import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";
import { FactSheet } from "../widgets/fact-sheet.ts";
import { ScrollList } from "../widgets/scroll-list.ts";
import { TextField } from "../widgets/text-field.ts";
import { deployTo } from "./deploy.ts";
import { draftOf } from "./draft-of.ts";
import { openFile } from "./open-file.ts";

type Deleted = { readonly entry: LibraryEntry; readonly recipe: Recipe; readonly png: Uint8Array };
type Opened = { readonly id: string; readonly raster: Raster; readonly recipe: Recipe };

/** Cells of a thumbnail; two rows more are for its label and a gap. */
const thumbnailSizes = [
  { width: 12, height: 6 },
  { width: 16, height: 8 },
  { width: 32, height: 16 },
] as const;
const orders = ["newest", "oldest", "rating", "relevance"] as const;
const variations = 4;

/** Everything that was made: found, looked at, rated, changed and taken into the game. */
export async function galleryScreen(app: App): Promise<Screen> {
  return new GalleryScreen(app, new EntryPages(await app.backend.studio.library()));
}

class GalleryScreen implements Screen {
  readonly id = "gallery";
  readonly #app: App;
  readonly #pages: EntryPages;
  readonly #list = new ScrollList();
  readonly #search = new TextField();
  readonly #recipe = new FactSheet();
  readonly #view: SpriteView;
  #isSearching = false;
  #isDetail = false;
  #size = 1;
  #opened: Opened | undefined;
  #wanted = "";
  #marked: Opened | undefined;
  #isMarkedShown = false;
  readonly #deleted: Deleted[] = [];
  #frames: { readonly of: string; readonly rasters: readonly Raster[]; readonly ms: readonly number[] } | undefined;
  #frame = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(app: App, pages: EntryPages) {
    this.#app = app;
    this.#pages = pages;
    this.#view = new SpriteView(app.terminal);
    this.#list.onOpen(() => {
      this.#isDetail = true;
    });
  }

  get focus(): Screen["focus"] {
    return this.#isSearching ? "text" : "none";
  }

  get #entry(): LibraryEntry | undefined {
    return this.#pages.at(this.#list.selected);
  }

  enter(): void {
    this.#refresh();
  }

  leave(): void {
    this.#stopPlaying();
  }

  close(): void {
    this.#stopPlaying();
    this.#view.close();
  }

  hear(event: ClientEvent): void {
    if (event.kind === "job" && event.job.state === "done") this.#refresh();
  }

  key(key: Key): boolean {
    if (this.#isSearching) {
      if (key.chord === "escape" || key.chord === "enter" || key.chord === "down") {
        this.#isSearching = false;
        return true;
      }
      if (!this.#search.key(key)) return false;
      this.#query({ ...this.#pages.query, text: this.#search.value });
      return true;
    }
    if (key.chord === "escape") {
      if (this.#isDetail) this.#isDetail = false;
      else this.#clear();
      return true;
    }
    if (this.#isDetail) return this.#detailKey(key);
    return this.#list.key(key);
  }

  paste(text: string): void {
    if (!this.#isSearching) return;
    this.#search.insert(text);
    this.#query({ ...this.#pages.query, text: this.#search.value });
  }

  run(action: ActionId): void {
    const entry = this.#entry;
    switch (action) {
      case "gallery.open":
        this.#isDetail = !this.#isDetail && entry !== undefined;
        return;
      case "gallery.search":
        this.#isSearching = true;
        return;
      case "gallery.filter":
        return this.#openFilters();
      case "gallery.sort": {
        const { order = "newest" } = this.#pages.query;
        const next = orders[(orders.indexOf(order) + 1) % orders.length];
        this.#query({ ...this.#pages.query, order: next });
        return this.#app.tell(`Sorted by: ${next}`);
      }
      case "gallery.clear":
        return this.#clear();
      case "gallery.undo":
        return this.#app.attempt(() => this.#undo());
      case "gallery.factsDown":
        return this.#recipe.scroll(3);
      case "gallery.factsUp":
        return this.#recipe.scroll(-3);
      case "gallery.zoomIn":
      case "gallery.zoomOut": {
        const step = action === "gallery.zoomIn" ? 1 : -1;
        if (this.#isDetail) this.#view.zoomBy(step);
        else this.#size = Math.max(0, Math.min(thumbnailSizes.length - 1, this.#size + step));
        return;
      }
      case "gallery.grid":
        this.#isDetail = entry !== undefined;
        this.#view.hasGrid = !this.#view.hasGrid;
        return;
      case "gallery.tiled":
        this.#isDetail = entry !== undefined;
        this.#view.isTiled = !this.#view.isTiled;
        return;
      default:
        if (entry === undefined) return this.#app.tell("There is no sprite here.", "muted");
        this.#runOn(entry, action);
    }
  }

  paint(surface: Surface): void {
    const { text = "", order = "newest" } = this.#pages.query;
    const bar = surface.part(0, 0, surface.width, 1);
    const searchWidth = Math.min(40, surface.width >> 1);
    bar.text(1, 0, "Search", "muted");
    const field = bar.part(8, 0, searchWidth - 8, 1);
    this.#search.paint(field, { isFocused: this.#isSearching, placeholder: this.#app.keyMap.keyOf("gallery.search") });
    field.hit(({ kind, x }) => {
      if (kind !== "press") return;
      this.#isSearching = true;
      this.#search.click(x, 0);
    });
    const filters = describeFilters(this.#pages.query);
    bar.text(
      searchWidth + 1,
      0,
      `${counted(this.#pages.count, "sprite")}, ${order}${filters === "" ? "" : `; ${filters}`}`,
      filters === "" && text === "" ? "muted" : "accent",
    );
    const body = surface.part(0, 1);
    if (this.#pages.count === 0) {
      const isAll = filters === "" && text === "";
      body.text(
        1,
        1,
        isAll ? "Nothing was made yet: press 1 and draw something." : "Nothing fits; c shows everything.",
        "muted",
      );
      return;
    }
    if (this.#isDetail) this.#paintDetail(body);
    else this.#paintGrid(body);
  }

  #paintGrid(surface: Surface): void {
    const size = thumbnailSizes[Math.min(this.#size, surface.height < 20 ? 1 : 2)];
    const { glyphs } = surface;
    this.#list.paint(
      surface,
      { count: this.#pages.count, rowHeight: size.height + 2, columnWidth: size.width + 2 },
      (cell, index, isSelected) => {
        const entry = this.#pages.at(index);
        if (entry === undefined) return;
        const thumbnail = entry.missing ? undefined : this.#app.thumbnails.get(entry.file);
        const area = cell.part(1, 0, size.width, size.height);
        if (thumbnail !== undefined) area.picture(thumbnail);
        else area.text(0, size.height >> 1, entry.missing ? "file missing" : "", "warning");
        const marks = `${entry.rating === null ? "" : glyphs.star.repeat(entry.rating)}${this.#marked?.id === entry.id ? " A" : ""}`;
        const label = cell.part(0, size.height, cell.width, 1, isSelected ? "selected" : "text");
        if (isSelected) label.fill();
        label.text(
          1,
          0,
          entry.prompt,
          isSelected ? "selected" : "muted",
          cell.width - 2 - (marks === "" ? 0 : marks.length + 1),
        );
        label.textRight(0, marks === "" ? "" : `${marks} `, isSelected ? "selected" : "warning");
      },
    );
  }

  #paintDetail(surface: Surface): void {
    const entry = this.#entry;
    if (entry === undefined) return;
    this.#open(entry);
    const isFlipped = this.#isMarkedShown && this.#marked !== undefined;
    const shown = isFlipped ? this.#marked : this.#opened;
    const factsWidth = Math.min(48, Math.max(30, surface.width * 0.4)) | 0;
    const { zoom, hasGrid, isTiled } = this.#view;
    const marks = [
      zoom > 1 ? `${zoom}x` : "",
      hasGrid ? "grid" : "",
      isTiled ? "3 x 3" : "",
      this.#frames === undefined ? "" : `frame ${this.#frame + 1} of ${this.#frames.rasters.length}`,
    ];
    const title = this.#marked === undefined ? "Sprite" : isFlipped ? "A" : "B";
    const box = surface
      .part(0, 0, surface.width - factsWidth, surface.height)
      .box(title, { note: marks.filter((mark) => mark !== "").join(", ") });
    const frame = this.#frames?.of === shown?.id ? this.#frames?.rasters[this.#frame] : undefined;
    if (shown !== undefined) this.#view.paint(box, frame ?? shown.raster);
    else box.text(1, 1, entry.missing ? "Its file is missing." : "", "warning");
    box.hit(({ kind, by }) => {
      if (kind === "scroll") this.#view.zoomBy(by < 0 ? 1 : -1);
    });

    const facts = surface
      .part(surface.width - factsWidth, 0)
      .box("Recipe", { note: `${this.#list.selected + 1} of ${this.#pages.count}` });
    const lines = recipeLines(entry, this.#opened?.recipe, surface.glyphs).map(([label, text]) => ({ label, text }));
    this.#recipe.paint(facts, entry.id, lines, 11);
  }

  #detailKey({ chord }: Key): boolean {
    const steps: Readonly<Record<string, number>> = { left: -1, right: 1, up: -1, down: 1, pageup: -10, pagedown: 10 };
    const pans: Readonly<Record<string, readonly [number, number]>> = {
      "shift+left": [-1, 0],
      "shift+right": [1, 0],
      "shift+up": [0, -1],
      "shift+down": [0, 1],
    };
    const step = steps[chord];
    const pan = pans[chord];
    if (step !== undefined) {
      this.#stopPlaying();
      this.#isMarkedShown = false;
      this.#list.move(step);
    } else if (pan !== undefined) this.#view.pan(...pan);
    else return false;
    return true;
  }

  #runOn(entry: LibraryEntry, action: ActionId): void {
    const app = this.#app;
    switch (action) {
      case "gallery.better":
        return this.#rate(entry, 1);
      case "gallery.worse":
        return this.#rate(entry, -1);
      case "gallery.tag":
        return this.#editTags(entry);
      case "gallery.delete":
        return app.attempt(() => this.#delete(entry));
      case "gallery.mark":
        return app.attempt(async () => {
          const { raster, recipe } = await app.backend.studio.read(entry.file);
          this.#marked = { id: entry.id, raster, recipe };
          app.tell(`A is now: ${entry.prompt}`);
        });
      case "gallery.flip":
        if (this.#marked === undefined)
          return app.tell(`Mark a sprite as A first, with ${app.keyMap.keyOf("gallery.mark")}.`, "warning");
        this.#isDetail = true;
        this.#isMarkedShown = !this.#isMarkedShown;
        return;
      case "gallery.variations":
        return app.attempt(() => this.#vary(entry));
      case "gallery.reuse":
        return app.attempt(async () => {
          const { recipe } = await app.backend.studio.read(entry.file);
          app.state.draft = draftOf(recipe);
          app.state.touch();
          await app.go("generate");
        });
      case "gallery.play":
        return this.#play(entry);
      case "gallery.fix":
        return app.attempt(() => this.#fix(entry));
      case "gallery.deploy":
        return deployTo(app, [entry]);
      case "gallery.openFile":
        return app.attempt(async () => app.tell(await openFile(entry.file)));
      default:
    }
  }

  /** Reads what the detail view shows, once for each sprite. */
  #open(entry: LibraryEntry): void {
    if (this.#wanted === entry.id) return;
    this.#wanted = entry.id;
    this.#opened = undefined;
    if (entry.missing) return;
    this.#app.attempt(async () => {
      const { raster, recipe } = await this.#app.backend.studio.read(entry.file);
      if (this.#wanted === entry.id) this.#opened = { id: entry.id, raster, recipe };
    });
  }

  #query(query: SpriteQuery): void {
    try {
      this.#pages.query = query;
      this.#list.selected = 0;
    } catch (error) {
      this.#app.fail(error);
    }
  }

  #clear(): void {
    this.#search.value = "";
    this.#query({});
  }

  #refresh(): void {
    const id = this.#entry?.id;
    try {
      this.#pages.refresh();
    } catch (error) {
      return this.#app.fail(error);
    }
    // New sprites come first: what was selected stays selected, if it is still near.
    if (id === undefined || this.#list.selected === 0 || this.#entry?.id === id) return;
    this.#list.selected = this.#pages.indexOf(id) ?? this.#list.selected;
  }

  #rate(entry: LibraryEntry, by: number): void {
    this.#app.attempt(async () => {
      const library = await this.#app.backend.studio.library();
      const rating = Math.max(0, Math.min(5, (library.get(entry.id).rating ?? 0) + by));
      library.rate([entry.id], rating === 0 ? null : rating);
      this.#refresh();
    });
  }

  #editTags(entry: LibraryEntry): void {
    this.#app.show(
      ask(this.#app, {
        title: "Tags",
        value: entry.tags.join(", "),
        hint: "Words with commas between them; an empty line takes all tags off.",
        answered: (text) =>
          this.#app.attempt(async () => {
            const library = await this.#app.backend.studio.library();
            const wanted = text
              .split(",")
              .map((tag) => tag.trim())
              .filter((tag) => tag !== "");
            const gone = entry.tags.filter((tag) => !wanted.includes(tag));
            const added = wanted.filter((tag) => !entry.tags.includes(tag));
            if (gone.length > 0) library.untag([entry.id], gone);
            if (added.length > 0) library.tag([entry.id], added);
            this.#refresh();
          }),
      }),
    );
  }

  async #delete({ id }: LibraryEntry): Promise<void> {
    const library = await this.#app.backend.studio.library();
    // What is shown may be older than another program's tags and ratings.
    const { recipe, ...entry } = library.get(id);
    const png = entry.missing ? undefined : await readFile(entry.file);
    library.remove([entry.id]);
    this.#app.thumbnails.forget(entry.file);
    if (png !== undefined) this.#deleted.push({ entry, recipe, png });
    if (this.#deleted.length > 50) this.#deleted.shift();
    this.#wanted = "";
    this.#refresh();
    const undo = this.#app.keyMap.keyOf("gallery.undo");
    this.#app.tell(png === undefined ? "Deleted." : `Deleted; ${undo} brings it back.`);
  }

  async #undo(): Promise<void> {
    const deleted = this.#deleted.pop();
    if (deleted === undefined) return this.#app.tell("Nothing was deleted here.", "muted");
    const { entry, recipe, png } = deleted;
    const { width, height, colors, seconds } = entry;
    const library = await this.#app.backend.studio.library();
    const { id } = await library.add({ png, recipe, width, height, colors, seconds: seconds ?? 0 });
    if (entry.rating !== null) library.rate([id], entry.rating);
    if (entry.tags.length > 0) library.tag([id], entry.tags);
    this.#refresh();
    this.#app.tell(`It is back: ${entry.prompt}`);
  }

  async #vary(entry: LibraryEntry): Promise<void> {
    const { studio, client } = this.#app.backend;
    const { recipe } = await studio.read(entry.file);
    const seed = Math.floor(Math.random() * 2 ** 31);
    const { requests, finishing } = await studio.prepareReplay(recipe, { seed, count: variations });
    await client.add({
      jobs: requests.map((request) => ({
        id: randomUUID(),
        generator: recipe.generator.name,
        order: { request, finishing: [...finishing] },
      })),
    });
    this.#app.tell(`${variations} variations are in the queue; they come up here.`);
  }

  /** Sets the sprite in motion, or stops it. */
  #play(entry: LibraryEntry): void {
    if (this.#frames !== undefined) return this.#stopPlaying();
    this.#app.show(
      picker(this.#app, {
        title: "Animation",
        choices: animationKindNames().map((kind) => ({ value: kind, text: kind })),
        picked: (kind) =>
          this.#app.attempt(async () => {
            const { raster } = await this.#app.backend.studio.read(entry.file);
            const { frames, durationsMs } = animateSprite(raster, kind);
            this.#isDetail = true;
            this.#stopPlaying();
            this.#frames = { of: entry.id, rasters: frames, ms: durationsMs };
            this.#step();
          }),
      }),
    );
  }

  #step(): void {
    const frames = this.#frames;
    if (frames === undefined) return;
    this.#timer = setTimeout(() => {
      this.#frame = (this.#frame + 1) % frames.rasters.length;
      this.#app.invalidate();
      this.#step();
    }, frames.ms[this.#frame] ?? 100);
    this.#timer.unref();
  }

  /** Brings an enlarged sprite to its native pixels, as a sprite of its own; asks where its grid is not sure. */
  async #fix(entry: LibraryEntry): Promise<void> {
    const { raster, recipe } = await this.#app.backend.studio.read(entry.file);
    const found = recoverGrid(raster);
    const fix = async (size: { readonly width: number; readonly height: number }) => {
      const step = { step: "grid", size } as const;
      const fixed = finish(raster, [step]);
      const { width, height } = fixed;
      const changed: Recipe = { ...recipe, finishing: [...recipe.finishing, step] };
      const library = await this.#app.backend.studio.library();
      const png = encodeSprite(fixed, changed);
      await library.add({
        png,
        recipe: changed,
        width,
        height,
        colors: countColors(fixed),
        seconds: entry.seconds ?? 0,
      });
      this.#refresh();
      this.#app.tell(`Fixed to ${width} x ${height} px, as a sprite of its own.`);
    };
    if (found.isNative) return this.#app.tell(`It has its native pixels already: ${found.width} x ${found.height}.`);
    if (found.isSure) return fix({ width: found.width, height: found.height });
    this.#app.show(
      picker(this.#app, {
        title: "Which grid is it?",
        choices: found.alternatives.map(({ width, height, confidence }) => ({
          value: { width, height },
          text: `${width} x ${height} px`,
          note: `${Math.round(confidence * 100)} %`,
        })),
        picked: (size) => this.#app.attempt(() => fix(size)),
      }),
    );
  }

  #openFilters(): void {
    const { query } = this.#pages;
    const set = (change: SpriteQuery) => this.#query({ ...query, ...change });
    this.#app.attempt(async () => {
      const tags = (await this.#app.backend.studio.library()).tags().slice(0, 50);
      const choices: { readonly text: string; readonly change: SpriteQuery }[] = [
        ...[1, 2, 3, 4, 5].map((minRating) => ({ text: `Rated ${minRating} or better`, change: { minRating } })),
        { text: "Any rating", change: { minRating: undefined } },
        { text: "Tiles only", change: { tile: true } },
        { text: "No tiles", change: { tile: false } },
        { text: "Tiles or not", change: { tile: undefined } },
        ...[16, 32, 64, 128].map((size) => ({ text: `${size} px wide`, change: { size } })),
        { text: "Any size", change: { size: undefined } },
        ...this.#app.backend.studio.generators.map((generator) => ({
          text: `Drawn by ${generator}`,
          change: { generator },
        })),
        { text: "Drawn by any", change: { generator: undefined } },
        { text: "Made today", change: { since: new Date(new Date().toDateString()) } },
        { text: "Made in the last 7 days", change: { since: new Date(Date.now() - 7 * 86_400_000) } },
        { text: "Made at any time", change: { since: undefined } },
        ...tags.map(({ name }) => ({
          text: `Tag ${name}`,
          change: { tags: [...new Set([...(query.tags ?? []), name])] },
        })),
        { text: "Any tags", change: { tags: undefined } },
      ];
      this.#app.show(
        picker(this.#app, {
          title: "Filter",
          choices: choices.map(({ text, change }) => ({ text, value: change })),
          picked: set,
        }),
      );
    });
  }

  #stopPlaying(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#frames = undefined;
    this.#frame = 0;
  }
}

function describeFilters({ minRating, tile, size, generator, since, tags }: SpriteQuery): string {
  return [
    minRating === undefined ? "" : `rated ${minRating}+`,
    tile === undefined ? "" : tile ? "tiles" : "no tiles",
    size === undefined ? "" : `${size} px`,
    generator === undefined ? "" : `by ${generator}`,
    since === undefined ? "" : `since ${since.toISOString().slice(0, 10)}`,
    ...(tags ?? []).map((tag) => `#${tag}`),
  ]
    .filter((part) => part !== "")
    .join(", ");
}
