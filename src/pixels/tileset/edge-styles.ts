/**
 * How much lighter (positive) or darker a pixel becomes beside the boundary, in OKLab lightness. North, side and south
 * say where the other terrain lies as seen from the pixel. A line has one colour all along, that of the texture's mean
 * made lighter or darker; otherwise each pixel starts from its own colour and the texture shows through.
 */
export type Rim = {
  readonly north: number;
  readonly side: number;
  readonly south: number;
  readonly isLine?: boolean;
};

/** What is done along the boundary, as rows of data: the pixels beside it, and those one farther on. */
export type EdgeStyle = {
  readonly upper: Rim;
  readonly upperFar: Rim;
  readonly lower: Rim;
  readonly lowerFar: Rim;
  /** Which terrain has the line that a colour can be asked for; absent where there is none. */
  readonly line?: "upper" | "lower";
};

const none: Rim = { north: 0, side: 0, south: 0 };

export const edgeStyleNames = ["outline", "raised", "shore", "plain"] as const;

export type EdgeStyleName = (typeof edgeStyleNames)[number];

export const edgeStyles: Readonly<Record<EdgeStyleName, EdgeStyle>> = {
  /** A dark line round the upper terrain, lit inside from above, with a touch of shadow below: as drawn by hand. */
  outline: {
    upper: { north: -0.17, side: -0.2, south: -0.23, isLine: true },
    upperFar: { north: 0.09, side: 0.04, south: 0 },
    lower: { north: -0.08, side: 0, south: 0 },
    lowerFar: none,
    line: "upper",
  },
  /** The upper terrain lies higher: lit from above, and its shadow falls on the lower. */
  raised: {
    upper: { north: 0.14, side: -0.06, south: -0.2 },
    upperFar: none,
    lower: { north: -0.18, side: -0.08, south: 0 },
    lowerFar: { north: -0.1, side: 0, south: 0 },
  },
  /** The lower terrain washes against the upper: a dark bank and a light line of foam. */
  shore: {
    upper: { north: -0.14, side: -0.17, south: -0.22, isLine: true },
    upperFar: none,
    lower: { north: 0.32, side: 0.28, south: 0.24, isLine: true },
    lowerFar: { north: 0.1, side: 0.06, south: 0 },
    line: "lower",
  },
  /** The two textures meet as they are. */
  plain: { upper: none, upperFar: none, lower: none, lowerFar: none },
};
