import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { makeFolder, writeFileAtomically } from "#files";

const draftSchema = z.object({
  prompt: z.string(),
  negative: z.string(),
  generator: z.string(),
  workflow: z.string().optional(),
  model: z.string().optional(),
  /** "NAME:STRENGTH" each; none where empty, the workflow's own where absent. */
  lora: z.array(z.string()).optional(),
  style: z.string().optional(),
  size: z.number().optional(),
  steps: z.number().optional(),
  guidance: z.number().optional(),
  seed: z.number().optional(),
  count: z.number(),
  colors: z.number().optional(),
  palette: z.string().optional(),
  background: z.enum(["auto", "transparent", "opaque"]),
  tile: z.boolean(),
});

/** What stands in the fields of Generate. */
export type Draft = z.infer<typeof draftSchema>;

/** Takes another generator, without what only the one before could do. */
export function withGenerator(draft: Draft, generator: string): Draft {
  return {
    ...draft,
    generator,
    workflow: undefined,
    model: undefined,
    lora: undefined,
    style: undefined,
    size: undefined,
  };
}

export const emptyDraft: Draft = {
  prompt: "",
  negative: "",
  generator: "sprite",
  count: 1,
  background: "auto",
  tile: false,
};

const stateSchema = z.object({
  draft: draftSchema.catch(emptyDraft),
  /** Prompts that were drawn, the newest first. */
  history: z.array(z.string()).catch([]),
  /** Where deployed sprites go. */
  gameFolder: z.string().catch(""),
});

type State = z.infer<typeof stateSchema>;

const mostPrompts = 500;

/** What the studio remembers from one run to the next, in a file of its own. A file that cannot be read is no loss. */
export class StudioState {
  draft: Draft;
  history: readonly string[];
  gameFolder: string;
  readonly #file: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #saved: string;

  constructor(file?: string) {
    this.#file = file;
    const state = file === undefined ? undefined : readState(file);
    this.draft = state?.draft ?? emptyDraft;
    this.history = state?.history ?? [];
    this.gameFolder = state?.gameFolder ?? "";
    this.#saved = this.#text();
  }

  remember(prompt: string): void {
    this.history = [prompt, ...this.history.filter((older) => older !== prompt)].slice(0, mostPrompts);
    this.touch();
  }

  /** Saves a moment later, once for many changes. */
  touch(): void {
    if (this.#file === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.save().catch(() => undefined), 500);
    this.#timer.unref();
  }

  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#text();
    if (this.#file === undefined || text === this.#saved) return;
    await makeFolder(dirname(this.#file));
    await writeFileAtomically(this.#file, text);
    this.#saved = text;
  }

  #text(): string {
    const state: State = { draft: this.draft, history: [...this.history], gameFolder: this.gameFolder };
    return `${JSON.stringify(state, null, 2)}\n`;
  }
}

function readState(file: string): State | undefined {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
