import { z } from "zod";

const threadLimits = { least: 1, most: 64 } as const;

const folder = z.string({ error: "give a folder" }).refine((path) => path.trim() !== "" && !path.includes("\0"), {
  error: "give a folder",
});

const comfyuiUrl = z
  .string({ error: comfyuiRemedy() })
  .refine((text) => ["http:", "https:"].includes(parseUrl(text)?.protocol ?? ""), {
    error: comfyuiRemedy(),
    abort: true,
  })
  .refine((text) => parseUrl(text)?.username === "" && parseUrl(text)?.password === "", {
    error: "give a URL without a user name or password; DGX_PIXELS_COMFYUI_TOKEN is the place for a secret",
  })
  .transform((text) => text.replace(/\/+$/, ""));

/** One URL, several with commas between, or a list of them. */
const comfyuiUrls = z.preprocess(
  (value) => (typeof value === "string" ? value.split(",").map((url) => url.trim()) : value),
  z
    .array(comfyuiUrl, { error: comfyuiRemedy() })
    .min(1, { error: comfyuiRemedy() })
    .transform((urls): readonly string[] => [...new Set(urls)]),
);

const token = z
  .string({ error: "give the secret that the servers ask for, as text" })
  .refine((text) => /^[\x21-\x7e]+(?: [\x21-\x7e]+)?$/.test(text), {
    error: "give the secret that the servers ask for, without line breaks or characters beyond ASCII",
  });

const wholeNumber = ({ least, most }: { readonly least: number; readonly most: number }) => {
  const error = `give a whole number from ${least} to ${most}`;
  return z.number({ error }).refine((value) => Number.isInteger(value) && value >= least && value <= most, { error });
};

const endpointRemedy = "give ipc:///path/to/socket or tcp://host:port";
const endpoint = z.string({ error: endpointRemedy }).regex(/^(ipc:\/\/\/.|tcp:\/\/.+:\d+$)/, { error: endpointRemedy });

const queueRemedy = "give a file or a URL such as redis://127.0.0.1:6379";
const queue = z
  .string({ error: queueRemedy })
  .refine((text) => text.trim() !== "" && !text.includes("\0"), { error: queueRemedy });

const jobsPerClient = wholeNumber({ least: 1, most: 1_000_000 });

const terminalRemedy = 'give an object such as {"theme": "light"}';

/** How the studio on a terminal looks and listens, over what it finds out by itself. */
const terminal = z.preprocess(
  (value) => (typeof value === "string" ? parseJson(value) : value),
  z.strictObject(
    {
      theme: z
        .enum(["dark", "light", "contrast", "16-color", "mono"], {
          error: "give dark, light, contrast, 16-color or mono as its theme",
        })
        .optional(),
      colors: z
        .enum(["truecolor", "256", "16", "none"], { error: "give truecolor, 256, 16 or none as its colors" })
        .optional(),
      pictures: z
        .enum(["kitty", "sixel", "blocks", "cells", "shades", "none"], {
          error: "give kitty, sixel, blocks, cells, shades or none as its pictures",
        })
        .optional(),
      unicode: z.boolean({ error: "give true or false for unicode" }).optional(),
      mouse: z.boolean({ error: "give true or false for mouse" }).optional(),
      /** Keys by action, such as { "gallery.delete": ["x"] }. */
      keys: z.record(z.string(), z.array(z.string()), { error: "give lists of keys by action" }).optional(),
    },
    { error: terminalRemedy },
  ),
);

export type TerminalSettings = z.infer<typeof terminal>;

/**
 * The settings a person can give, each checked alone. An issue's message is the remedy only; whoever parses knows the
 * value and where it came from.
 */
export const settingSchemas = {
  library: folder,
  comfyui: comfyuiUrls,
  comfyuiToken: token,
  workflows: folder,
  models: folder,
  training: folder,
  threads: wholeNumber(threadLimits),
  endpoint,
  clientKeys: folder,
  daemonKeys: folder,
  queue,
  queuedPerClient: jobsPerClient,
  runningPerClient: jobsPerClient,
  terminal,
} as const;

export type SettingName = keyof typeof settingSchemas;

export const settingNames = Object.keys(settingSchemas) as readonly SettingName[];

/** What the program runs with; every folder is absolute. */
export type Config = {
  /** Folder that holds what was made. */
  readonly library: string;
  /** Base URLs of ComfyUI servers, without a slash at the end; one at least. */
  readonly comfyui: readonly string[];
  /** What the servers ask for in an Authorization header; a secret: it goes nowhere else. */
  readonly comfyuiToken: string | undefined;
  /** Folder of the person's own ComfyUI workflows. */
  readonly workflows: string;
  /** Folder of the embedded models, one folder a model. */
  readonly models: string;
  /** Folder of training runs, whose losses the terminal studio draws. */
  readonly training: string;
  /** CPU threads of the embedded model. */
  readonly threads: number;
  /** Where the daemon listens, and where it is looked for. */
  readonly endpoint: string;
  /** Whether somebody has named the endpoint; otherwise it belongs to this library alone. */
  readonly isEndpointGiven: boolean;
  /** A client's key file, for a daemon on another machine. */
  readonly clientKeys: string | undefined;
  /** Folder of the daemon's keys and those of its clients. */
  readonly daemonKeys: string;
  /** A file of SQLite, or the URL of a Redis that many machines share. */
  readonly queue: string;
  /** Most jobs of one client that wait, and that run at a time; undefined: as many as it likes. */
  readonly queuedPerClient: number | undefined;
  readonly runningPerClient: number | undefined;
  readonly terminal: TerminalSettings;
};

function comfyuiRemedy(): string {
  return "give a URL such as http://127.0.0.1:8188, or several with commas between";
}

/** What an environment variable says; text that is no JSON is left for the schema to refuse. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
