import { extname } from "node:path";
import { CsvError, parse } from "csv-parse/sync";
import { z } from "zod";
import { describeIssue } from "#asset";
import { type OrderInput, orderSchema } from "./order.ts";
import { StudioError } from "./studio-error.ts";

/** One row of a batch file; `line` counts from 1. */
export type BatchRow =
  | { readonly line: number; readonly order: OrderInput; readonly name: string | undefined }
  | { readonly line: number; readonly error: string };

const rowSchema = orderSchema.extend({ name: z.string().optional() });
const numberColumns = new Set(["count", "seed", "size", "steps", "guidance", "colors", "strength"]);

/**
 * Reads the rows of a batch file: `.txt` has a prompt a line (blank lines and lines that start with # are skipped),
 * `.csv` a header of option names, `.jsonl` an object a line. A bad row is returned as such, with its line and why.
 */
export function parseBatchRows(text: string, file: string): readonly BatchRow[] {
  const content = text.replace(/^\uFEFF/, "");
  switch (extname(file).toLowerCase()) {
    case ".txt":
      return lines(content).flatMap(({ line, text }) =>
        text.trim() === "" || text.startsWith("#") ? [] : [row(line, { prompt: text.trim() })],
      );
    case ".jsonl":
      return lines(content).flatMap(({ line, text }) => (text.trim() === "" ? [] : [jsonRow(line, text)]));
    case ".csv":
      return csvRows(content, file);
    default:
      throw new StudioError("unsupported", `Cannot read the batch ${file}: name a .txt, .csv or .jsonl file`);
  }
}

function lines(content: string): { line: number; text: string }[] {
  return content.split(/\r?\n/).map((text, index) => ({ line: index + 1, text }));
}

function jsonRow(line: number, text: string): BatchRow {
  try {
    return row(line, JSON.parse(text));
  } catch (error) {
    return { line, error: `Cannot read the row: it is not JSON (${(error as Error).message})` };
  }
}

function csvRows(content: string, file: string): readonly BatchRow[] {
  let records: readonly { record: string[]; info: { lines: number } }[];
  try {
    records = parse(content, { info: true, relax_column_count: true, skip_empty_lines: true, trim: true }) as never;
  } catch (cause) {
    const line = cause instanceof CsvError ? ` at line ${cause.lines}` : "";
    throw new StudioError("unreadable-file", `Cannot read the batch ${file}${line}: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (records.length === 0) return [];
  const header = records[0].record.map((column) => column.toLowerCase());
  const known = Object.keys(rowSchema.shape);
  const stranger = header.find((column) => !known.includes(column));
  if (stranger !== undefined || !header.includes("prompt"))
    throw new StudioError(
      "unreadable-file",
      `Cannot read the batch ${file}: its first line ${stranger === undefined ? 'has no column "prompt"' : `names a column "${stranger}"`}; ` +
        `use columns of ${known.join(", ")}`,
    );
  return records.slice(1).map(({ record, info }) => {
    if (record.length > header.length)
      return {
        line: info.lines,
        error: `Cannot read the row: it has ${record.length} fields for ${header.length} columns`,
      };
    const fields = header.map((column, index) => [column, fieldValue(column, record[index] ?? "")] as const);
    return row(info.lines, Object.fromEntries(fields.filter(([, value]) => value !== undefined)));
  });
}

/** A CSV field as its option's type; what is no number or truth value is left as text for the schema to refuse. */
function fieldValue(column: string, text: string): unknown {
  if (text === "" && column !== "prompt") return undefined;
  if (numberColumns.has(column)) return Number.isNaN(Number(text)) ? text : Number(text);
  if (column === "tile" && /^(true|yes|1)$/i.test(text)) return true;
  if (column === "tile" && /^(false|no|0)$/i.test(text)) return false;
  return text;
}

function row(line: number, value: unknown): BatchRow {
  const result = rowSchema.safeParse(value);
  if (!result.success) return { line, error: describeIssue(result.error.issues[0], value) };
  const { name, ...order } = result.data;
  return { line, order, name };
}
