import type { Surface } from "../terminal/surface.ts";

const mostShown = 6;
const leastLetters = 2;

/** Words that begin as the unfinished one does, the most telling first. */
export class WordSuggestions {
  #words: readonly string[] = [];
  #selected = 0;
  #shown: readonly string[] = [];
  #for = "";
  #isDismissed = false;

  /** They may come after the first letters were typed. */
  learn(words: readonly string[]): void {
    this.#words = words;
    if (this.#isDismissed) return;
    const unfinished = this.#for;
    this.#for = "";
    this.update(unfinished);
  }

  get isOpen(): boolean {
    return this.#shown.length > 0;
  }

  get word(): string | undefined {
    return this.#shown[this.#selected];
  }

  update(unfinished: string): void {
    const start = unfinished.toLowerCase();
    if (start === this.#for) return;
    this.#for = start;
    this.#isDismissed = false;
    this.#selected = 0;
    const found: string[] = [];
    if (start.length >= leastLetters)
      for (const word of this.#words) {
        if (word.startsWith(start) && word !== start) found.push(word);
        if (found.length === mostShown) break;
      }
    this.#shown = found;
  }

  /** Until the next letter. */
  dismiss(): void {
    this.#isDismissed = true;
    this.#shown = [];
  }

  move(step: number): void {
    this.#selected = (this.#selected + step + this.#shown.length) % this.#shown.length;
  }

  paint(surface: Surface, pick: (word: string) => void): void {
    const width = Math.max(...this.#shown.map((word) => word.length)) + 8;
    const area = surface.part(0, 0, Math.min(width, surface.width), this.#shown.length, "input");
    area.fill("input");
    for (const [y, word] of this.#shown.entries()) {
      const isSelected = y === this.#selected;
      const row = area.part(0, y, area.width, 1, isSelected ? "selected" : "input");
      row.fill();
      row.text(1, 0, word);
      if (isSelected) row.textRight(0, "tab ");
      row.hit(({ kind }) => {
        if (kind === "press") pick(word);
      });
    }
  }
}
