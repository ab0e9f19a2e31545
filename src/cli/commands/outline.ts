import type { CliContext } from "../context.ts";
import type { EditFlags } from "../edit-flags.ts";
import { reportEdits } from "../edit-report.ts";

type NeighborsFlag = { readonly neighbors?: "4" | "8" };

export type AddFlags = EditFlags & NeighborsFlag & { readonly color?: string; readonly grow: boolean };

export async function add(
  this: CliContext,
  { json, neighbors, ...options }: AddFlags,
  ...images: readonly string[]
): Promise<void> {
  const { addOutlines } = await import("#studio");
  const events = addOutlines(images, { ...options, neighbors: neighborsOf(neighbors), signal: this.signal });
  await reportEdits(this, events, json, ({ outlinePixels }) => `${outlinePixels} pixels of outline`);
}

export type RemoveFlags = EditFlags & NeighborsFlag & { readonly color?: string; readonly tolerance?: number };

export async function remove(
  this: CliContext,
  { json, neighbors, ...options }: RemoveFlags,
  ...images: readonly string[]
): Promise<void> {
  const { removeOutlines } = await import("#studio");
  const events = removeOutlines(images, { ...options, neighbors: neighborsOf(neighbors), signal: this.signal });
  await reportEdits(this, events, json, ({ removedPixels, color }) => `${removedPixels} pixels of ${color} removed`);
}

function neighborsOf(flag: "4" | "8" | undefined): 4 | 8 | undefined {
  if (flag === undefined) return undefined;
  return flag === "4" ? 4 : 8;
}
