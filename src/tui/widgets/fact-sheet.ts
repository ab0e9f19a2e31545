import { wrapText } from "../terminal/grapheme.ts";
import type { Surface } from "../terminal/surface.ts";
import type { Role } from "../theme.ts";

/** A line of a sheet: a value under its label, or a text of its own. */
export type Fact = { readonly label?: string; readonly text: string; readonly role?: Role };

/** Facts below each other, broken into as many lines as they take; what does not fit is scrolled to. */
export class FactSheet {
  #of = "";
  #first = 0;
  #most = 0;

  scroll(lines: number): void {
    this.#first = Math.max(0, Math.min(this.#most, this.#first + lines));
  }

  /** `of` is what the facts are about: those of another begin at the top. */
  paint(surface: Surface, of: string, facts: readonly Fact[], labelWidth: number): void {
    if (of !== this.#of) this.#first = 0;
    this.#of = of;
    // The last column is for the signs that there is more.
    const width = Math.max(8, surface.width - 1);
    const lines = facts.flatMap(({ label, text, role = "text" }) => {
      const at = label === undefined ? 0 : labelWidth;
      const parts = wrapText(text, Math.max(8, width - at));
      return parts.map((part, index) => ({ label: index === 0 ? (label ?? "") : "", at, part, role }));
    });
    this.#most = Math.max(0, lines.length - surface.height);
    this.scroll(0);
    for (const [y, { label, at, part, role }] of lines.slice(this.#first, this.#first + surface.height).entries()) {
      surface.text(0, y, label, "muted", at);
      surface.text(at, y, part, role);
    }
    if (this.#first > 0) surface.text(surface.width - 1, 0, surface.glyphs.up, "key");
    if (this.#first < this.#most) surface.text(surface.width - 1, surface.height - 1, surface.glyphs.down, "key");
    surface.hit(({ kind, by }) => {
      if (kind === "scroll") this.scroll(by > 0 ? 1 : -1);
    });
  }
}
