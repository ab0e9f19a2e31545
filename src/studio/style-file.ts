import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { filesErrorFrom } from "#files";
import type { Style } from "#pixels";
import { StudioError } from "./studio-error.ts";

const share = z.number().min(0).max(1);
const range = z.object({ low: z.number(), median: z.number(), high: z.number() });
const sizes = z.array(z.object({ width: z.int().positive(), height: z.int().positive(), share }));

const styleFileSchema = z.object({
  format: z.literal(1),
  pictures: z.int().positive(),
  palette: z.object({
    colors: z.array(z.object({ color: z.string().regex(/^#[0-9a-f]{6}$/), share })).min(1),
    tolerance: z.number().min(0).max(1).nullable(),
    strayShare: share,
  }),
  colors: range,
  sizes,
  tiles: sizes,
  outline: z.object({
    habit: z.enum(["black", "darker", "partial", "none"]).nullable(),
    black: share,
    darker: share,
    none: share,
    corners: z.union([z.literal(4), z.literal(8)]).nullable(),
    agreement: share,
  }),
  light: z.object({ degrees: z.number().min(0).max(360).nullable(), agreement: share }),
  alpha: z.object({ habit: z.enum(["opaque", "binary", "soft"]).nullable(), agreement: share }),
  shades: range.nullable(),
  block: z.int().positive().nullable(),
  notes: z.array(z.string()),
}) satisfies z.ZodType<Style & { readonly format: 1 }>;

/** A style as the text of a file: JSON with a format number, fit to be read and changed by hand. */
export function formatStyleFile(style: Style): string {
  return `${JSON.stringify({ format: 1, ...style }, undefined, 2)}\n`;
}

/** Reads a style file. Throws FilesError or StudioError. */
export async function readStyleFile(path: string): Promise<Style> {
  const file = resolve(path);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw filesErrorFrom(cause, "read", file);
  });
  const refuse = (reason: string, cause?: unknown) =>
    new StudioError(
      "unreadable-file",
      `Cannot use ${file} as a style: ${reason}; make one with style learn`,
      cause === undefined ? undefined : { cause },
    );
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw refuse("it is no JSON", cause);
  }
  const parsed = styleFileSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse(`${issue.path.join(".") || "it"}: ${issue.message}`, parsed.error);
  }
  const { format: _, ...style } = parsed.data;
  return style;
}
