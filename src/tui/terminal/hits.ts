/** What the mouse did; `x` and `y` are cells within the area that it happened in. */
export type Pointer = {
  readonly kind: "press" | "double" | "drag" | "scroll";
  readonly x: number;
  readonly y: number;
  /** For "scroll": cells down, negative for up. */
  readonly by: number;
};

type Area = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly handle: (pointer: Pointer) => void;
};

/** The areas of the last frame that answer to the mouse; what was drawn later lies above. */
export class Hits {
  #areas: Area[] = [];

  clear(): void {
    this.#areas = [];
  }

  add(area: Area): void {
    this.#areas.push(area);
  }

  /** Hands a mouse event at a cell of the screen to the topmost area there; answers whether there was one. */
  deliver({ kind, x, y, by }: Pointer): boolean {
    const area = this.#areas.findLast(
      (candidate) =>
        x >= candidate.x && y >= candidate.y && x < candidate.x + candidate.width && y < candidate.y + candidate.height,
    );
    area?.handle({ kind, x: x - area.x, y: y - area.y, by });
    return area !== undefined;
  }
}
