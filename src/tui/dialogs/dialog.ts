import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";

/** Something that lies over the screen and has all keys until it is closed. */
export interface Dialog {
  readonly title: string;
  /** Cells that it would like to have, border included. */
  readonly size: { readonly width: number; readonly height: number };
  paint(surface: Surface): void;
  key(key: Key): void;
  paste?(text: string): void;
}

/** What a dialog needs of whoever shows it. */
export type DialogHost = {
  readonly closeDialog: () => void;
  /** Draws again, when a dialog learnt something without a key. */
  invalidate(): void;
};

/** Paints a dialog in the middle of the screen and answers the area it has. */
export function paintDialog(surface: Surface, dialog: Dialog): void {
  const width = Math.min(surface.width, Math.max(20, dialog.size.width));
  const height = Math.min(surface.height, Math.max(4, dialog.size.height));
  // What lies under a dialog answers to nothing.
  surface.hit(() => {});
  const area = surface.part((surface.width - width) >> 1, (surface.height - height) >> 1, width, height);
  area.fill();
  dialog.paint(area.box(dialog.title, { isFocused: true }));
}
