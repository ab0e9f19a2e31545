/** What pictures of one style have in common. Shares are parts of 1. */
export type Style = {
  /** How many pictures it was learned from. */
  readonly pictures: number;
  readonly palette: {
    /** The colours, the most frequent first; each picture counts the same, whatever its size. */
    readonly colors: readonly { readonly color: string; readonly share: number }[];
    /**
     * How far, in OKLab, a colour may be from the nearest of these: 0 where the pictures share one palette exactly.
     * Null where every picture has colours of its own, so that none is off the palette.
     */
    readonly tolerance: number | null;
    /** The share of a picture's pixels that may be farther off. */
    readonly strayShare: number;
  };
  /** Different colours a picture. */
  readonly colors: Range;
  readonly sizes: readonly SizeShare[];
  /** Cells of sheets and tilesets, by the share of all pictures that consist of them. */
  readonly tiles: readonly SizeShare[];
  readonly outline: {
    /** Null where no silhouettes were seen or they have no common habit. */
    readonly habit: OutlineHabit | null;
    /** Mean shares of the silhouettes' edge pixels. */
    readonly black: number;
    readonly darker: number;
    readonly none: number;
    readonly corners: 4 | 8 | null;
    /** The share of the pictures that have the habit. */
    readonly agreement: number;
  };
  readonly light: {
    /** Towards the light, counted counterclockwise from the right: 90 is from above. Null where there is no habit. */
    readonly degrees: number | null;
    /** 1 when all pictures are lit from one direction, near 0 when from anywhere. */
    readonly agreement: number;
  };
  readonly alpha: {
    readonly habit: "opaque" | "binary" | "soft" | null;
    readonly agreement: number;
  };
  /** Lightnesses that a material is shaded in; null where the pictures are too small to tell. */
  readonly shades: Range | null;
  /** The side of the blocks that pictures consist of, 1 at native size; null where they do not agree. */
  readonly block: number | null;
  /** What the pictures do not have in common, in sentences for people. */
  readonly notes: readonly string[];
};

export type Range = { readonly low: number; readonly median: number; readonly high: number };

export type SizeShare = { readonly width: number; readonly height: number; readonly share: number };

/** "black": a near black line; "darker": a line darker than what it encloses; "partial": on some sides; "none". */
export type OutlineHabit = "black" | "darker" | "partial" | "none";
