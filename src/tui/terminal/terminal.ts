import type { CliRenderer, OptimizedBuffer, RGBA } from "@opentui/core";
import type { Raster } from "#pixels";
import { type Color, type InkStyle, type Role, roles, type Theme } from "../theme.ts";
import { asciiGlyphs, unicodeGlyphs } from "./glyphs.ts";
import { Hits, type Pointer } from "./hits.ts";
import { type Key, keyOf } from "./key.ts";
import { Picture, type PictureMode, type Pixel } from "./picture.ts";
import { type Frame, type Ink, Surface } from "./surface.ts";

type Core = typeof import("@opentui/core");

export type ColorDepth = "truecolor" | "256" | "16" | "none";

/** What the terminal can do, as it answered itself or, where nothing can be asked, as its environment says. */
export type TerminalFacts = {
  readonly name: string;
  readonly colors: ColorDepth;
  readonly pictures: PictureMode;
  readonly hasUnicode: boolean;
  readonly hasMouse: boolean;
  readonly multiplexer: string;
  readonly hasSynchronizedOutput: boolean;
  readonly hasKittyKeyboard: boolean;
  /** Of one cell; undefined where the terminal does not say. */
  readonly cellPixels: { readonly width: number; readonly height: number } | undefined;
};

/** What a person says about the terminal, over what it says itself. */
export type TerminalWishes = {
  readonly colors?: ColorDepth | undefined;
  readonly pictures?: PictureMode | undefined;
  readonly unicode?: boolean | undefined;
  readonly mouse?: boolean | undefined;
};

export type Handlers = {
  readonly paint: (surface: Surface) => void;
  readonly key: (key: Key) => void;
  readonly paste: (text: string) => void;
  /** The size or what is known of the terminal changed. */
  readonly change: () => void;
  /** Drawing or handling failed by a defect of ours. */
  readonly crash: (error: unknown) => void;
};

/** The screen and the keyboard: the one place that knows the rendering library. */
export interface Terminal {
  readonly width: number;
  readonly height: number;
  /** What is used, wishes included. */
  readonly facts: TerminalFacts;
  /** What the terminal said, without wishes. */
  readonly detected: TerminalFacts;
  handle(handlers: Handlers): void;
  use(theme: Theme, wishes: TerminalWishes): void;
  /** Draws the next frame; any number of calls before it is one frame. */
  invalidate(): void;
  pictureFrom(raster: Raster): Picture;
  /** Of the bytes of a PNG file; with `mostPixels`, made smaller where a side is longer than that. */
  decodePicture(bytes: Uint8Array, mostPixels?: number): Picture;
  /** Puts the terminal back as it was found. */
  close(): Promise<void>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A terminal over a renderer of the library, which it owns from now on. */
export function terminalOver(core: Core, renderer: CliRenderer, environment: Environment): Terminal {
  const { RGBA, Renderable, NativeImage, TextAttributes } = core;
  const hits = new Hits();
  const colors = new Map<Color, RGBA>();
  let handlers: Handlers | undefined;
  let wishes: TerminalWishes = {};
  let inks = {} as Record<Role, Ink>;
  let mixed = new Map<string, Ink>();
  let ground: Pixel | undefined;
  let detected = detect();
  let facts = detected;
  let lastPress = { x: -1, y: -1, atMs: 0 };

  class Canvas extends Renderable {
    protected override renderSelf(buffer: OptimizedBuffer): void {
      if (handlers === undefined || Object.keys(inks).length === 0) return;
      try {
        paint(buffer, handlers);
      } catch (error) {
        handlers.crash(error);
      }
    }
  }
  const canvas = new Canvas(renderer, {
    width: "100%",
    height: "100%",
    onMouse: ({ type, x, y, button, scroll }) => {
      if (type === "scroll" && scroll !== undefined && (scroll.direction === "up" || scroll.direction === "down"))
        deliver({ kind: "scroll", x, y, by: scroll.direction === "down" ? 3 : -3 });
      if (type === "drag" && button === 0) deliver({ kind: "drag", x, y, by: 0 });
      if (type !== "down" || button !== 0) return;
      const now = performance.now();
      const isDouble = lastPress.x === x && lastPress.y === y && now - lastPress.atMs < 400;
      lastPress = { x, y, atMs: isDouble ? 0 : now };
      deliver({ kind: isDouble ? "double" : "press", x, y, by: 0 });
    },
  });
  renderer.root.add(canvas);

  renderer.keyInput.on("keypress", (event) => {
    const key = event.eventType === "release" ? undefined : keyOf(event);
    if (key === undefined) return;
    guarded(() => handlers?.key(key));
    // Whoever types sees it at once, not with the next frame.
    renderer.intermediateRender();
  });
  renderer.keyInput.on("paste", ({ bytes }) => guarded(() => handlers?.paste(new TextDecoder().decode(bytes))));
  renderer.on("resize", changed);
  renderer.on("capabilities", changed);
  // The size of a cell is answered without an event, and by some terminals after everything else.
  for (const ms of resolutionLooksMs)
    setTimeout(() => {
      const { width, height } = detect().cellPixels ?? { width: 0, height: 0 };
      if (width !== (detected.cellPixels?.width ?? 0) || height !== (detected.cellPixels?.height ?? 0)) changed();
    }, ms).unref();

  return {
    get width() {
      return renderer.width;
    },
    get height() {
      return renderer.height;
    },
    get facts() {
      return facts;
    },
    get detected() {
      return detected;
    },
    handle(given) {
      handlers = given;
      canvas.requestRender();
    },
    use(theme, given) {
      wishes = given;
      inks = Object.fromEntries(roles.map((role) => [role, inkOf(theme[role])])) as Record<Role, Ink>;
      mixed = new Map();
      const { bg } = theme.text;
      // Terminals leave clear pixels of sixels in their own color, whatever cells had been there.
      ground = typeof bg === "string" && bg !== "default" ? colorOf(bg).toInts() : undefined;
      renderer.setBackgroundColor(inks.text.bg);
      const isMouseUsed = wishes.mouse ?? true;
      if (renderer.useMouse !== isMouseUsed) renderer.useMouse = isMouseUsed;
      changed();
    },
    invalidate: () => canvas.requestRender(),
    pictureFrom: ({ data, width, height }) =>
      new Picture(NativeImage.fromRgba(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height)),
    decodePicture(bytes, mostPixels = Number.MAX_SAFE_INTEGER) {
      const whole = NativeImage.decode(bytes);
      const scale = mostPixels / Math.max(whole.width, whole.height);
      if (scale >= 1) return new Picture(whole);
      const width = Math.max(1, Math.round(whole.width * scale));
      const height = Math.max(1, Math.round(whole.height * scale));
      const small = whole.resize({ width, height, kernel: "area" });
      whole.dispose();
      return new Picture(small);
    },
    async close() {
      handlers = undefined;
      if (!renderer.isDestroyed) renderer.destroy();
      await renderer.closed;
    },
  };

  function paint(buffer: OptimizedBuffer, { paint: paintAll }: Handlers): void {
    hits.clear();
    const { cellPixels, pictures } = facts;
    const hasPixels = (pictures === "kitty" || pictures === "sixel") && cellPixels !== undefined;
    const frame: Frame = {
      buffer,
      inks,
      inkOver,
      colorOf,
      glyphs: facts.hasUnicode ? unicodeGlyphs : asciiGlyphs,
      isAscii: !facts.hasUnicode,
      hasColor: facts.colors !== "none",
      pictures: {
        mode: pictures,
        cell: hasPixels ? cellPixels : { width: 1, height: 2 },
        ground: pictures === "sixel" ? ground : undefined,
      },
      hits,
      cursor: undefined,
    };
    paintAll(new Surface(frame, 0, 0, renderer.width, renderer.height));
    const { cursor } = frame as { cursor: Frame["cursor"] };
    if (cursor === undefined) renderer.setCursorPosition(0, 0, false);
    else renderer.setCursorPosition(cursor.x + 1, cursor.y + 1, true);
  }

  function deliver(pointer: Pointer): void {
    guarded(() => {
      if (hits.deliver(pointer)) canvas.requestRender();
    });
  }

  function guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      handlers?.crash(error);
    }
  }

  function changed(): void {
    detected = detect();
    facts = wished(detected, wishes);
    guarded(() => handlers?.change());
    canvas.requestRender();
  }

  function detect(): TerminalFacts {
    const known = renderer.capabilities;
    const { resolution } = renderer;
    const cellPixels =
      resolution && resolution.width > 0 && resolution.height > 0
        ? {
            width: Math.max(1, Math.floor(resolution.width / renderer.terminalWidth)),
            height: Math.max(1, Math.floor(resolution.height / renderer.terminalHeight)),
          }
        : undefined;
    const multiplexer = known?.multiplexer ?? "none";
    const hasPixels = cellPixels !== undefined && multiplexer !== "tmux";
    const isTrue = known?.rgb === true || /^(truecolor|24bit)$/.test(environment.COLORTERM ?? "");
    return {
      name: `${known?.terminal.name || environment.TERM || "unknown"} ${known?.terminal.version ?? ""}`.trim(),
      colors: colorDepth(environment, isTrue),
      pictures: hasPixels && known?.kitty_graphics ? "kitty" : hasPixels && known?.sixel ? "sixel" : "blocks",
      hasUnicode: speaksUnicode(environment),
      hasMouse: environment.TERM !== "dumb" && environment.TERM !== "linux",
      multiplexer,
      hasSynchronizedOutput: known?.sync ?? false,
      hasKittyKeyboard: known?.kitty_keyboard ?? false,
      cellPixels,
    };
  }

  function inkOf({ fg, bg, bold, dim, underline, inverse }: InkStyle): Ink {
    const attributes =
      (bold === true ? TextAttributes.BOLD : 0) |
      (dim === true ? TextAttributes.DIM : 0) |
      (underline === true ? TextAttributes.UNDERLINE : 0) |
      (inverse === true ? TextAttributes.INVERSE : 0);
    return {
      fg: fg === "default" ? RGBA.defaultForeground() : colorOf(fg),
      bg: bg === "default" ? RGBA.defaultBackground() : colorOf(bg),
      attributes,
    };
  }

  function inkOver(role: Role, ground: Role): Ink {
    if (ground === "text" || role === ground || ownGround.has(role)) return inks[role];
    const key = `${role} ${ground}`;
    const known = mixed.get(key);
    if (known !== undefined) return known;
    const { fg, attributes } = inks[role];
    const under = inks[ground];
    // Without colours a row is told by its attributes, and they must stay.
    const ink: Ink = { fg, bg: under.bg, attributes: attributes | (under.attributes & TextAttributes.INVERSE) };
    mixed.set(key, ink);
    return ink;
  }

  function colorOf(color: Color): RGBA {
    const known = colors.get(color);
    if (known !== undefined) return known;
    const made =
      color === "default"
        ? RGBA.defaultBackground()
        : typeof color === "number"
          ? RGBA.fromIndex(color)
          : RGBA.fromHex(color);
    if (colors.size < 4096) colors.set(color, made);
    return made;
  }
}

const resolutionLooksMs = [50, 150, 400, 1000, 3000];

/** Roles that are fields or marks with a ground of their own, wherever they stand. */
const ownGround: ReadonlySet<Role> = new Set(["selected", "input", "inputFocused", "tabActive"]);

function wished(detected: TerminalFacts, wishes: TerminalWishes): TerminalFacts {
  const colors = wishes.colors ?? detected.colors;
  const hasUnicode = wishes.unicode ?? detected.hasUnicode;
  const wanted = wishes.pictures ?? detected.pictures;
  const hasPixels = wanted === "kitty" || wanted === "sixel";
  // True pixels need the size of a cell; blocks need Unicode and colours; cells need colours.
  const best = hasPixels && detected.cellPixels === undefined ? "blocks" : wanted;
  const inUnicode = best === "blocks" && !hasUnicode ? "cells" : best;
  const isColored = colors === "truecolor" || colors === "256" || inUnicode === "kitty" || inUnicode === "sixel";
  const pictures = isColored || inUnicode === "none" ? inUnicode : colors === "16" && hasUnicode ? inUnicode : "shades";
  return { ...detected, colors, hasUnicode, pictures, hasMouse: wishes.mouse ?? detected.hasMouse };
}

function colorDepth({ NO_COLOR, TERM }: Environment, isTrue: boolean): ColorDepth {
  if ((NO_COLOR !== undefined && NO_COLOR !== "") || TERM === "dumb" || TERM === "vt100") return "none";
  if (isTrue) return "truecolor";
  return TERM === "linux" || TERM === "ansi" || TERM === "xterm-color" ? "16" : "256";
}

/** By the locale: a terminal does not tell, and without a locale nearly all of today's speak UTF-8. */
function speaksUnicode({ LC_ALL, LC_CTYPE, LANG, TERM }: Environment): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG;
  if (TERM === "dumb" || TERM === "vt100") return false;
  return locale === undefined || locale === "" || /utf-?8/i.test(locale);
}
