import { readFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type GenerationRequest, type Recipe, readRecipe } from "#asset";
import { slugOf } from "#files";
import type { FinishStep } from "#pixels";
import { parseBatchRows } from "./batch-rows.ts";
import { prepareOrder } from "./order.ts";
import { StudioError } from "./studio-error.ts";

/** One sprite that a batch is to make: its row and where it goes. */
export type BatchItem = {
  readonly line: number;
  readonly file: string;
  readonly request: GenerationRequest;
  readonly finishing: readonly FinishStep[];
};

export type BatchPlan = {
  readonly items: readonly BatchItem[];
  readonly failures: readonly { readonly line: number; readonly error: string }[];
};

/**
 * Reads a batch file and plans its sprites into `folder`. Paths in rows are relative to the batch file. A row without a
 * seed gets one from its prompt, so that the same file gives the same sprites each time, which is what makes a batch
 * resumable.
 */
export async function planBatch(file: string, folder: string): Promise<BatchPlan> {
  const rows = parseBatchRows(await readBatchFile(file), file);
  const items: BatchItem[] = [];
  const failures: { line: number; error: string }[] = [];
  const taken = new Set<string>();
  const occurrences = new Map<string, number>();
  for (const row of rows) {
    if ("error" in row) {
      failures.push(row);
      continue;
    }
    const occurrence = occurrences.get(row.order.prompt) ?? 0;
    occurrences.set(row.order.prompt, occurrence + 1);
    try {
      const order = await prepareOrder(withPathsFrom(dirname(file), row.order), () =>
        seedFromText(`${row.order.prompt}\n${occurrence}`),
      );
      const stem = freeStem(slugOf(row.name ?? row.order.prompt, 80), taken);
      for (const [index, request] of order.requests.entries()) {
        const suffix = order.requests.length === 1 ? "" : `-${index + 1}`;
        items.push({ line: row.line, file: join(folder, `${stem}${suffix}.png`), request, finishing: order.finishing });
      }
    } catch (error) {
      failures.push({ line: row.line, error: (error as Error).message });
    }
  }
  return { items, failures };
}

/**
 * What lies at an item's place: nothing, the very sprite that is asked for, an older sprite of ours (may be replaced),
 * or something that is not ours and must be left alone.
 */
export async function findExisting(item: BatchItem, wanted: Recipe): Promise<"none" | "same" | "older" | "foreign"> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(item.file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "none";
    return "foreign";
  }
  try {
    return isDeepStrictEqual(readRecipe(bytes), wanted) ? "same" : "older";
  } catch {
    return "foreign";
  }
}

/** The folder a batch goes to unless another is named: the batch file's name without its ending, where one stands. */
export function defaultBatchFolder(file: string): string {
  return resolve(basename(file, extname(file)));
}

async function readBatchFile(file: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === "EISDIR"
        ? "it is a folder"
        : code === "ENOENT"
          ? "there is no such file"
          : code === "ERR_ENCODING_INVALID_ENCODED_DATA"
            ? "it is not UTF-8 text"
            : code;
    throw new StudioError(
      "unreadable-file",
      `Cannot read the batch ${file}: ${why}; name a .txt, .csv or .jsonl file`,
      {
        cause,
      },
    );
  }
}

function withPathsFrom<
  Order extends { from?: string | undefined; mask?: string | undefined; palette?: string | undefined },
>(folder: string, order: Order): Order {
  const paths: { from?: string; mask?: string; palette?: string } = {};
  if (order.from !== undefined) paths.from = resolve(folder, order.from);
  if (order.mask !== undefined) paths.mask = resolve(folder, order.mask);
  // A palette without a slash or an ending is one of the built-in names.
  if (order.palette !== undefined && /[\\/.]/.test(order.palette)) paths.palette = resolve(folder, order.palette);
  return { ...order, ...paths };
}

function freeStem(wanted: string, taken: Set<string>): string {
  let stem = wanted;
  for (let count = 2; taken.has(stem); count++) stem = `${wanted}-${count}`;
  taken.add(stem);
  return stem;
}

/** FNV-1a over the text's UTF-8 bytes: 32 bits. */
function seedFromText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
