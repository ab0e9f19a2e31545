/** A colour: "#rrggbb", a number of the terminal's own 16 colours, or whatever the terminal uses by itself. */
export type Color = `#${string}` | number | "default";

export type InkStyle = {
  readonly fg: Color;
  readonly bg: Color;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
};

/** What something is, whatever it looks like. */
export const roles = [
  "text",
  "muted",
  "title",
  "accent",
  "good",
  "warning",
  "bad",
  "border",
  "focus",
  "key",
  "selected",
  "input",
  "inputFocused",
  "bar",
  "tab",
  "tabActive",
  "chart1",
  "chart2",
  "chart3",
  "chart4",
] as const;

export type Role = (typeof roles)[number];
export type Theme = Readonly<Record<Role, InkStyle>>;

type Colors = {
  readonly ground: Color;
  readonly text: Color;
  readonly muted: Color;
  readonly accent: Color;
  readonly good: Color;
  readonly warning: Color;
  readonly bad: Color;
  readonly border: Color;
  readonly field: Color;
  readonly selection: Color;
  readonly onSelection: Color;
  readonly charts: readonly [Color, Color, Color, Color];
};

function themeOf(colors: Colors): Theme {
  const { ground: bg } = colors;
  const plain = (fg: Color): InkStyle => ({ fg, bg });
  const [chart1, chart2, chart3, chart4] = colors.charts;
  return {
    text: plain(colors.text),
    muted: plain(colors.muted),
    title: { fg: colors.text, bg, bold: true },
    accent: { fg: colors.accent, bg, bold: true },
    good: plain(colors.good),
    warning: plain(colors.warning),
    bad: plain(colors.bad),
    border: plain(colors.border),
    focus: plain(colors.accent),
    key: { fg: colors.accent, bg },
    selected: { fg: colors.onSelection, bg: colors.selection },
    input: { fg: colors.text, bg: colors.field },
    inputFocused: { fg: colors.text, bg: colors.field, underline: true },
    bar: plain(colors.accent),
    tab: plain(colors.muted),
    tabActive: { fg: colors.onSelection, bg: colors.selection, bold: true },
    chart1: plain(chart1),
    chart2: plain(chart2),
    chart3: plain(chart3),
    chart4: plain(chart4),
  };
}

/** No colours at all: the terminal's own two, told apart by weight and inversion. */
const mono: Theme = (() => {
  const plain: InkStyle = { fg: "default", bg: "default" };
  const every = Object.fromEntries(roles.map((role) => [role, plain])) as Record<Role, InkStyle>;
  const bold: InkStyle = { ...plain, bold: true };
  const inverse: InkStyle = { ...plain, inverse: true };
  return {
    ...every,
    muted: { ...plain, dim: true },
    border: { ...plain, dim: true },
    title: bold,
    accent: bold,
    warning: bold,
    bad: { ...bold, underline: true },
    focus: bold,
    key: bold,
    selected: inverse,
    input: { ...plain, underline: true },
    inputFocused: { ...bold, underline: true },
    tabActive: inverse,
  };
})();

export const themes = {
  dark: themeOf({
    ground: "#14161d",
    text: "#d5d9e5",
    muted: "#7f879d",
    accent: "#7cc4ff",
    good: "#86d992",
    warning: "#f2c463",
    bad: "#f2777a",
    border: "#3a4156",
    field: "#20242f",
    selection: "#2f5d8a",
    onSelection: "#ffffff",
    charts: ["#7cc4ff", "#86d992", "#f2c463", "#d59cf2"],
  }),
  light: themeOf({
    ground: "#fbfbf8",
    text: "#23262e",
    muted: "#686f80",
    accent: "#0a5fa8",
    good: "#1c7a33",
    warning: "#8a5a00",
    bad: "#b3202a",
    border: "#b9bfcc",
    field: "#ecedf0",
    selection: "#0a5fa8",
    onSelection: "#ffffff",
    charts: ["#0a5fa8", "#1c7a33", "#8a5a00", "#7a3fa0"],
  }),
  contrast: themeOf({
    ground: "#000000",
    text: "#ffffff",
    muted: "#d0d0d0",
    accent: "#ffff00",
    good: "#00ff66",
    warning: "#ffb000",
    bad: "#ff6b6b",
    border: "#ffffff",
    field: "#262626",
    selection: "#ffff00",
    onSelection: "#000000",
    charts: ["#ffff00", "#00ff66", "#00d7ff", "#ff8cff"],
  }),
  "16-color": themeOf({
    ground: 0,
    text: 15,
    muted: 7,
    accent: 14,
    good: 10,
    warning: 11,
    bad: 9,
    border: 8,
    field: 8,
    selection: 4,
    onSelection: 15,
    charts: [14, 10, 11, 13],
  }),
  mono,
} as const satisfies Readonly<Record<string, Theme>>;

export type ThemeName = keyof typeof themes;
export const themeNames = Object.keys(themes) as readonly ThemeName[];
