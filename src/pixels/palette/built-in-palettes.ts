import type { Palette } from "./palette.ts";

type BuiltInPalette = Palette & {
  /** Other names that people use. Case, blanks and punctuation never matter (see `findPalette`). */
  readonly aliases: readonly string[];
};

/**
 * Palettes by the names under which pixel artists know them, the colours in their authors' order. Sources: lospec.com,
 * Aseprite's palettes, and for machines the values most in use (C64: Philip "Pepto" Timmermann, 2001). Such
 * machines put out voltages, not RGB, so there are other lists of them too; a file can hold those.
 */
export const builtInPalettes: readonly BuiltInPalette[] = [
  palette("1-bit", ["black-and-white"], "000000 ffffff"),
  palette("grayscale-4", ["2-bit-grayscale"], "000000 555555 aaaaaa ffffff"),
  palette(
    "grayscale-16",
    ["4-bit-grayscale"],
    "000000 111111 222222 333333 444444 555555 666666 777777 888888 999999 aaaaaa bbbbbb cccccc dddddd eeeeee ffffff",
  ),
  palette("3-bit", ["rgb-8", "teletext", "bbc-micro"], "000000 0000ff ff0000 ff00ff 00ff00 00ffff ffff00 ffffff"),

  palette("gameboy", ["gb", "dmg"], "0f380f 306230 8bac0f 9bbc0f"),
  palette("kirokaze-gameboy", ["kirokaze"], "332c50 46878f 94e344 e2f3e4"),
  palette("ice-cream-gb", ["ice-cream"], "7c3f58 eb6b6f f9a875 fff6d3"),

  palette("slso8", [], "0d2b45 203c56 544e68 8d697a d08159 ffaa5e ffd4a3 ffecd6"),
  palette("nyx8", [], "08141e 0f2a3f 20394f f6d6bd c3a38a 997577 816271 4e495f"),

  palette(
    "pico-8",
    [],
    "000000 1d2b53 7e2553 008751 ab5236 5f574f c2c3c7 fff1e8 ff004d ffa300 ffec27 00e436 29adff 83769c ff77a8 ffccaa",
  ),
  palette(
    "sweetie-16",
    ["tic-80"],
    "1a1c2c 5d275d b13e53 ef7d57 ffcd75 a7f070 38b764 257179 29366f 3b5dc9 41a6f6 73eff7 f4f4f4 94b0c2 566c86 333c57",
  ),
  palette(
    "dawnbringer-16",
    ["db16"],
    "140c1c 442434 30346d 4e4a4e 854c30 346524 d04648 757161 597dce d27d2c 8595a1 6daa2c d2aa99 6dc2ca dad45e deeed6",
  ),
  palette(
    "arne-16",
    ["arne"],
    "000000 9d9d9d ffffff be2633 e06f8b 493c2b a46422 eb8931 f7e26b 2f484e 44891a a3ce27 1b2632 005784 31a2f2 b2dcef",
  ),
  palette(
    "endesga-16",
    ["edg16"],
    "e4a672 b86f50 743f39 3f2832 9e2835 e53b44 fb922b ffe762 63c64d 327345 193d3f 4f6781 afbfd2 ffffff 2ce8f4 0484d1",
  ),
  palette(
    "bubblegum-16",
    [],
    "16171a 7f0622 d62411 ff8426 ffd100 fafdff ff80a4 ff2674 94216a 430067 234975 68aed4 bfff3c 10d275 007899 002859",
  ),

  palette(
    "dawnbringer-32",
    ["db32"],
    `000000 222034 45283c 663931 8f563b df7126 d9a066 eec39a fbf236 99e550 6abe30 37946e 4b692f 524b24 323c39 3f3f74
     306082 5b6ee1 639bff 5fcde4 cbdbfc ffffff 9badb7 847e87 696a6a 595652 76428a ac3232 d95763 d77bba 8f974a 8a6f30`,
  ),
  palette(
    "endesga-32",
    ["edg32"],
    `be4a2f d77643 ead4aa e4a672 b86f50 733e39 3e2731 a22633 e43b44 f77622 feae34 fee761 63c74d 3e8948 265c42 193c3e
     124e89 0099db 2ce8f5 ffffff c0cbdc 8b9bb4 5a6988 3a4466 262b44 181425 ff0044 68386c b55088 f6757a e8b796 c28569`,
  ),
  palette(
    "zughy-32",
    [],
    `472d3c 5e3643 7a444a a05b53 bf7958 eea160 f4cca1 b6d53c 71aa34 397b44 3c5956 302c2e 5a5353 7d7071 a0938e cfc6b8
     dff6f5 8aebf1 28ccdf 3978a8 394778 39314b 564064 8e478c cd6093 ffaeb6 f4b41b f47e1b e6482e a93b3b 827094 4f546b`,
  ),
  palette(
    "apollo",
    ["apollo-46"],
    `172038 253a5e 3c5e8b 4f8fba 73bed3 a4dddb 19332d 25562e 468232 75a743 a8ca58 d0da91 4d2b32 7a4841 ad7757 c09473
     d7b594 e7d5b3 341c27 602c2c 884b2b be772b de9e41 e8c170 241527 411d31 752438 a53030 cf573c da863e 1e1d39 402751
     7a367b a23e8c c65197 df84a5 090a14 10141f 151d28 202e37 394a50 577277 819796 a8b5b2 c7cfcc ebede9`,
  ),

  palette(
    "aap-64",
    ["adigun-polack-64"],
    `060608 141013 3b1725 73172d b4202a df3e23 fa6a0a f9a31b ffd541 fffc40 d6f264 9cdb43 59c135 14a02e 1a7a3e 24523b
     122020 143464 285cc4 249fde 20d6c7 a6fcdb ffffff fef3c0 fad6b8 f5a097 e86a73 bc4a9b 793a80 403353 242234 221c1a
     322b28 71413b bb7547 dba463 f4d29c dae0ea b3b9d1 8b93af 6d758d 4a5462 333941 422433 5b3138 8e5252 ba756a e9b5a3
     e3e6ff b9bffb 849be4 588dbe 477d85 23674e 328464 5daf8d 92dcba cdf7e2 e4d2aa c7b08b a08662 796755 5a4e44 423934`,
  ),
  palette(
    "endesga-64",
    ["edg64"],
    `ff0040 131313 1b1b1b 272727 3d3d3d 5d5d5d 858585 b4b4b4 ffffff c7cfdd 92a1b9 657392 424c6e 2a2f4e 1a1932 0e071b
     1c121c 391f21 5d2c28 8a4836 bf6f4a e69c69 f6ca9f f9e6cf edab50 e07438 c64524 8e251d ff5000 ed7614 ffa214 ffc825
     ffeb57 d3fc7e 99e65f 5ac54f 33984b 1e6f50 134c4c 0c2e44 00396d 0069aa 0098dc 00cdf9 0cf1ff 94fdff fdd2ed f389f5
     db3ffd 7a09fa 3003d9 0c0293 03193f 3b1443 622461 93388f ca52c9 c85086 f68187 f5555d ea323c c42430 891e2b 571c27`,
  ),
  palette(
    "famicube",
    [],
    `000000 00177d 024aca 0084ff 5ba8ff 98dcff 9ba0ef 6264dc 3d34a5 211640 5a1991 6a31ca a675fe e2c9ff fec9ed d59cfc
     cc69e4 a328b3 871646 cf3c71 ff82ce ffe9c5 f5b784 e18289 da655e 823c3d 4f1507 e03c28 e2d7b5 c59782 ae6c37 5c3c0d
     231712 ad4e1a f68f37 ffe737 ffbb31 cc8f15 939717 b6c121 eeffa9 beeb71 8cd612 6ab417 376d03 172808 004e00 139d08
     58d332 20b562 00604b 005280 0a98ac 25e2cd bdffca 71a6a1 415d66 0d2030 151515 343434 7b7b7b a8a8a8 d7d7d7 ffffff`,
  ),
  palette(
    "resurrect-64",
    [],
    `2e222f 3e3546 625565 966c6c ab947a 694f62 7f708a 9babb2 c7dcd0 ffffff 6e2727 b33831 ea4f36 f57d4a ae2334 e83b3b
     fb6b1d f79617 f9c22b 7a3045 9e4539 cd683d e6904e fbb954 4c3e24 676633 a2a947 d5e04b fbff86 165a4c 239063 1ebc73
     91db69 cddf6c 313638 374e4a 547e64 92a984 b2ba90 0b5e65 0b8a8f 0eaf9b 30e1b9 8ff8e2 323353 484a77 4d65b4 4d9be6
     8fd3ff 45293f 6b3e75 905ea9 a884f3 eaaded 753c54 a24b6f cf657f ed8099 831c5d c32454 f04f78 f68181 fca790 fdcbb0`,
  ),

  palette(
    "amstrad-cpc",
    ["cpc"],
    `000000 000080 0000ff 800000 800080 8000ff ff0000 ff0080 ff00ff 008000 008080 0080ff 808000 808080 8080ff ff8000
     ff8080 ff80ff 00ff00 00ff80 00ffff 80ff00 80ff80 80ffff ffff00 ffff80 ffffff`,
  ),
  palette(
    "apple-ii",
    ["apple-2"],
    "000000 6c2940 403578 d93cf0 135740 808080 2697f0 bfb4f8 404b07 d9680f eca8bf 26c30f bfca87 93d6bf ffffff",
  ),
  palette(
    "c64",
    ["commodore-64", "pepto"],
    "000000 ffffff 68372b 70a4b2 6f3d86 588d43 352879 b8c76f 6f4f25 433900 9a6759 444444 6c6c6c 9ad284 6c5eb5 959595",
  ),
  palette(
    "cga",
    ["cga-16", "ega", "ega-16"],
    "000000 0000aa 00aa00 00aaaa aa0000 aa00aa aa5500 aaaaaa 555555 5555ff 55ff55 55ffff ff5555 ff55ff ffff55 ffffff",
  ),
  palette("cga-0", ["cga-palette-0"], "000000 00aa00 aa0000 aa5500"),
  palette("cga-0-high", ["cga-palette-0-high"], "000000 55ff55 ff5555 ffff55"),
  palette("cga-1", ["cga-palette-1"], "000000 00aaaa aa00aa aaaaaa"),
  palette("cga-1-high", ["cga-palette-1-high"], "000000 55ffff ff55ff ffffff"),
  palette(
    "master-system",
    ["sega-master-system", "sms", "ega-64", "6-bit-rgb"],
    `000000 550000 aa0000 ff0000 005500 555500 aa5500 ff5500 00aa00 55aa00 aaaa00 ffaa00 00ff00 55ff00 aaff00 ffff00
     000055 550055 aa0055 ff0055 005555 555555 aa5555 ff5555 00aa55 55aa55 aaaa55 ffaa55 00ff55 55ff55 aaff55 ffff55
     0000aa 5500aa aa00aa ff00aa 0055aa 5555aa aa55aa ff55aa 00aaaa 55aaaa aaaaaa ffaaaa 00ffaa 55ffaa aaffaa ffffaa
     0000ff 5500ff aa00ff ff00ff 0055ff 5555ff aa55ff ff55ff 00aaff 55aaff aaaaff ffaaff 00ffff 55ffff aaffff ffffff`,
  ),
  palette(
    "msx",
    ["msx-1", "tms9918"],
    "000000 3eb849 74d07d 5955e0 8076f1 b95e51 65dbef db6559 ff897d ccc35e ded087 3aa241 b766b5 cccccc ffffff",
  ),
  palette(
    "nes",
    ["nintendo-entertainment-system", "famicom"],
    `7c7c7c 0000fc 0000bc 4428bc 940084 a80020 a81000 881400 503000 007800 006800 005800 004058 000000 bcbcbc 0078f8
     0058f8 6844fc d800cc e40058 f83800 e45c10 ac7c00 00b800 00a800 00a844 008888 f8f8f8 3cbcfc 6888fc 9878f8 f878f8
     f85898 f87858 fca044 f8b800 b8f818 58d854 58f898 00e8d8 787878 fcfcfc a4e4fc b8b8f8 d8b8f8 f8b8f8 f8a4c0 f0d0b0
     fce0a8 f8d878 d8f878 b8f8b8 b8f8d8 00fcfc f8d8f8`,
  ),
  palette(
    "zx-spectrum",
    ["spectrum"],
    "000000 0000d8 0000ff d80000 ff0000 d800d8 ff00ff 00d800 00ff00 00d8d8 00ffff d8d800 ffff00 d8d8d8 ffffff",
  ),
];

/** `colors` is "rrggbb" separated by white space. */
function palette(name: string, aliases: readonly string[], colors: string): BuiltInPalette {
  return { name, aliases, colors: colors.split(/\s+/).map((color) => `#${color}`) };
}
