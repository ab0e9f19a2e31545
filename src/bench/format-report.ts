import type { BenchReport } from "./suite.ts";

/** The report as lines for a person: a heading, then name and figure in two columns. Ends with a line break. */
export function formatReport({ suite, environment, ...figures }: BenchReport): string {
  const rows = Object.entries(figures).map(([name, value]) => ({ name, text: formatFigure(value) }));
  const nameWidth = Math.max(0, ...rows.map(({ name }) => name.length));
  const textWidth = Math.max(0, ...rows.map(({ text }) => text.length));
  const lines = rows.map(({ name, text }) => `  ${name.padEnd(nameWidth)}  ${text.padStart(textWidth)}`);
  return [`${suite} on ${environment}`, ...lines, ""].join("\n");
}

/** Four digits that count, without an exponent; whole numbers as they are. */
function formatFigure(value: number | string): string {
  if (typeof value === "string" || Number.isInteger(value)) return String(value);
  const decimals = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 12));
}
