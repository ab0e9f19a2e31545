import { drawRaster } from "../draw-raster.ts";

/** Sprites drawn by hand, for tests. k is the dark line. */
export const figureInk = {
  k: "#101018",
  s: "#f0c8a0",
  h: "#803010",
  b: "#3060c0",
  l: "#5080e0",
  t: "#404858",
  w: "#d8e0f0",
};

/** 16 x 18: head, trunk, two legs, and a sword held to the right, with a line between it and the arm. */
export const swordsman = drawRaster(
  [
    "....kkkk.....k..",
    "...khhhhk...kwk.",
    "...khsshk...kwk.",
    "...kssssk...kwk.",
    "....kssk....kwk.",
    "...kkbbkk...kwk.",
    "..kblbbbbk..kwk.",
    "..kblbbbbbk.kwk.",
    "..kbbbbbbbbkkwk.",
    "..kskbbbbkskkwk.",
    "...kkbbbbkk.kwk.",
    "....kbbbbk..kkk.",
    "....kttttk......",
    "....kttttk......",
    "....ktkktk......",
    "....ktkktk......",
    "...kttk.kttk....",
    "...kkkk.kkkk....",
  ],
  figureInk,
);

/** 12 x 8: no legs, no neck. */
export const blob = drawRaster(
  [
    "....kkkk....",
    "..kkbbbbkk..",
    ".kbllbbbbbk.",
    ".kblbbbbbbk.",
    "kbbbbbbbbbbk",
    "kbbkbbbkbbbk",
    "kbbbbbbbbbbk",
    ".kkkkkkkkkk.",
  ],
  figureInk,
);

/** 14 x 10: a flier over its shadow. */
export const flier = drawRaster(
  [
    "bb..........bb",
    ".lbb..ss..bbl.",
    "..lbbsssbbll..",
    "...bbssssbb...",
    ".....ssss.....",
    "......ss......",
    "..............",
    "..............",
    "....kkkkkk....",
    ".....kkkk.....",
  ],
  figureInk,
);

/** 14 x 14, without lines: a spear to the left that the hand holds. */
export const spearman = drawRaster(
  [
    "ww....ssss....",
    "ww....ssss....",
    "ww....ssss....",
    "hh...bbbbbb...",
    "hh..bbbbbbbb..",
    "hh..bbbbbbbb..",
    "hhssbbbbbbbbs.",
    "hhssbbbbbbbbs.",
    "hh..bbbbbbbb..",
    "hh...tttttt...",
    "hh...tt..tt...",
    "hh...tt..tt...",
    "hh...tt..tt...",
    "hh...tt..tt...",
  ],
  figureInk,
);
