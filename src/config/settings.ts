import { z } from "zod";

const threadLimits = { least: 1, most: 64 } as const;

const folder = z.string({ error: "give a folder" }).refine((path) => path.trim() !== "" && !path.includes("\0"), {
  error: "give a folder",
});

const comfyuiUrl = z
  .string({ error: "give a URL such as http://127.0.0.1:8188" })
  .refine((text) => ["http:", "https:"].includes(parseUrl(text)?.protocol ?? ""), {
    error: "give a URL such as http://127.0.0.1:8188",
    abort: true,
  })
  .refine((text) => parseUrl(text)?.username === "" && parseUrl(text)?.password === "", {
    error: "give a URL without a user name or password",
  })
  .transform((text) => text.replace(/\/+$/, ""));

const threads = z
  .number({ error: wholeThreads() })
  .refine((count) => Number.isInteger(count) && count >= threadLimits.least && count <= threadLimits.most, {
    error: wholeThreads(),
  });

/**
 * The settings a person can give, each checked alone. An issue's message is the remedy only; whoever parses knows the
 * value and where it came from.
 */
export const settingSchemas = { library: folder, comfyui: comfyuiUrl, models: folder, threads } as const;

export type SettingName = keyof typeof settingSchemas;

export const settingNames = Object.keys(settingSchemas) as readonly SettingName[];

/** What the program runs with; every folder is absolute. */
export type Config = {
  /** Folder that holds what was made. */
  readonly library: string;
  /** Base URL of a ComfyUI server, without a slash at the end. */
  readonly comfyui: string;
  /** Folder of the embedded models, one folder a model. */
  readonly models: string;
  /** CPU threads of the embedded model. */
  readonly threads: number;
};

function wholeThreads(): string {
  return `give a whole number from ${threadLimits.least} to ${threadLimits.most}`;
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
