import type { BenchReport, Figure, FigureTable } from "./suite.ts";

/** The report as lines for a person: a heading, then name and figure in two columns, then tables. Ends with a line break. */
export function formatReport({ suite, environment, ...figures }: BenchReport): string {
  const entries = Object.entries(figures);
  const plain = entries.flatMap(([name, value]) => (typeof value === "object" ? [] : [[name, formatFigure(value)]]));
  const tables = entries.flatMap(([name, value]) =>
    typeof value === "object" ? ["", `${name}:`, ...table(value)] : [],
  );
  return [`${suite} on ${environment}`, ...aligned(plain), ...tables, ""].join("\n");
}

function table(rows: FigureTable): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return aligned([
    names,
    ...rows.map((row) => names.map((name) => (row[name] === undefined ? "" : formatFigure(row[name])))),
  ]);
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => {
    const [first = "", ...others] = row.map((text, column) =>
      column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]),
    );
    return `  ${[first, ...others].join("  ")}`.trimEnd();
  });
}

/** Four digits that count, without an exponent; whole numbers as they are. */
function formatFigure(value: Figure): string {
  if (typeof value === "string" || Number.isInteger(value)) return String(value);
  const decimals = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 12));
}
