import { posix, win32 } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError, type SettingOrigin } from "./config-error.ts";
import { type Config, type SettingName, settingNames, settingSchemas, type TerminalSettings } from "./settings.ts";
import { defaultEndpoint } from "./default-endpoint.ts";
import { standardFolders } from "./standard-folders.ts";

export type ConfigSources = {
  /** Environment variables, such as process.env; an empty one counts as unset. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The person's home folder; a leading `~/` in a setting stands for it. */
  readonly home: string;
  /** The folder that relative paths of flags and environment variables are relative to. */
  readonly workingFolder: string;
  /** Settings given on the command line; `undefined` means not given. */
  readonly flags: { readonly [Name in SettingName]?: Config[Name] | string | undefined };
  /** Fast cores of this machine; the default of `threads` is this, up to 8. */
  readonly performanceCores: number;
  readonly platform?: NodeJS.Platform;
  /** Where the system keeps what may be lost, such as os.tmpdir(). */
  readonly temporaryFolder?: string | undefined;
  /** The person's number, where the system has such. */
  readonly userId?: number | undefined;
  /** Reads a UTF-8 file whole, as readFileSync does: throws an error with code ENOENT when there is none. */
  readonly readTextFile: (path: string) => string;
};

/** The embedded model is small: more threads than this are for a person to try and measure. */
const mostDefaultThreads = 8;

type SettingValue = string | number | readonly string[] | TerminalSettings | undefined;

/** Values that no message may repeat. */
const secretSettings: ReadonlySet<SettingName> = new Set(["comfyuiToken"]);

const variables: Readonly<Record<SettingName, string>> = {
  library: "DGX_PIXELS_LIBRARY",
  comfyui: "DGX_PIXELS_COMFYUI",
  comfyuiToken: "DGX_PIXELS_COMFYUI_TOKEN",
  workflows: "DGX_PIXELS_WORKFLOWS",
  models: "DGX_PIXELS_MODELS",
  training: "DGX_PIXELS_TRAINING",
  threads: "DGX_PIXELS_THREADS",
  endpoint: "DGX_PIXELS_ENDPOINT",
  clientKeys: "DGX_PIXELS_CLIENT_KEYS",
  daemonKeys: "DGX_PIXELS_DAEMON_KEYS",
  queue: "DGX_PIXELS_QUEUE",
  queuedPerClient: "DGX_PIXELS_QUEUED_PER_CLIENT",
  runningPerClient: "DGX_PIXELS_RUNNING_PER_CLIENT",
  terminal: "DGX_PIXELS_TERMINAL",
};

/** Flags that have another name than their setting. */
const flagNames: { readonly [Name in SettingName]?: string } = { endpoint: "listen" };

const pathSettings: ReadonlySet<SettingName> = new Set([
  "library",
  "models",
  "workflows",
  "training",
  "clientKeys",
  "daemonKeys",
  "queue",
]);
const numberSettings: ReadonlySet<SettingName> = new Set(["threads", "queuedPerClient", "runningPerClient"]);

/**
 * The settings this run works with: defaults < settings file < environment < flags. The file is $DGX_PIXELS_CONFIG, or
 * config.json in the person's settings folder when there is one; relative folders in it are relative to it.
 *
 * Throws ConfigError for a file that cannot be read or is not a JSON object, for unknown settings and for bad values,
 * even for values that a stronger source would replace.
 */
export function loadConfig(sources: ConfigSources): Config {
  return resolveConfig(sources).config;
}

/** Absolute path of the settings file, whether there is one or not. */
export function settingsFileOf({
  environment,
  home,
  workingFolder,
  platform = process.platform,
}: ConfigSources): string {
  const rules = platform === "win32" ? win32 : posix;
  const given = environment.DGX_PIXELS_CONFIG || undefined;
  return given === undefined
    ? rules.join(standardFolders({ environment, home, platform }).settings, "config.json")
    : rules.resolve(workingFolder, expandHome(given, home, rules));
}

export type ExplainedSetting = {
  readonly name: SettingName;
  /** As a person reads it; a secret is not told. */
  readonly value: string;
  /** Where it comes from, in a few words. */
  readonly origin: string;
  /** Something stronger than the settings file decides, so that a change of the file would change nothing. */
  readonly isOverruled: boolean;
};

/** Every setting with its value and where that comes from. Throws as loadConfig does. */
export function explainConfig(sources: ConfigSources): readonly ExplainedSetting[] {
  const { config, origins } = resolveConfig(sources);
  return settingNames.map((name): ExplainedSetting => {
    const value = config[name];
    const origin = origins[name];
    return {
      name,
      value: value === undefined ? "" : secretSettings.has(name) ? "(given)" : inWords(value),
      origin: origin === undefined ? "default" : described(origin),
      isOverruled: origin !== undefined && origin.kind !== "file",
    };
  });
}

/**
 * The content of a settings file with one setting changed, or taken out for `undefined`; everything else in it stays.
 * Throws ConfigError for a value that cannot be used, and for a file that is no settings file.
 */
export function changeSettings(content: string | undefined, file: string, name: SettingName, value: unknown): string {
  const readTextFile = () => {
    if (content === undefined) throw Object.assign(new Error("none"), { code: "ENOENT" });
    return content;
  };
  const settings = readSettingsFile(file, readTextFile, false);
  const given =
    typeof value === "string" && numberSettings.has(name) && /^[0-9]+$/.test(value.trim()) ? Number(value) : value;
  if (given !== undefined) parseSetting(name, given, { kind: "file", path: file });
  const { [name]: _, ...others } = settings;
  return `${JSON.stringify(given === undefined ? others : { ...others, [name]: given }, null, 2)}\n`;
}

function inWords(value: NonNullable<SettingValue>): string {
  if (typeof value !== "object") return String(value);
  return Array.isArray(value) ? value.join(", ") : JSON.stringify(value);
}

function resolveConfig(sources: ConfigSources) {
  const platform = sources.platform ?? process.platform;
  const rules = platform === "win32" ? win32 : posix;
  const folders = standardFolders({ environment: sources.environment, home: sources.home, platform });
  const config: Record<SettingName, SettingValue> = {
    library: folders.data,
    comfyui: ["http://127.0.0.1:8188"],
    comfyuiToken: undefined,
    workflows: rules.join(folders.settings, "workflows"),
    models: fileURLToPath(new URL("../../models", import.meta.url)),
    training: rules.join(folders.data, "training"),
    threads: Math.min(Math.max(1, Math.floor(sources.performanceCores)), mostDefaultThreads),
    endpoint: undefined,
    clientKeys: undefined,
    daemonKeys: rules.join(folders.settings, "keys"),
    queue: undefined,
    queuedPerClient: undefined,
    runningPerClient: undefined,
    terminal: {},
  };
  const origins: { [Name in SettingName]?: SettingOrigin } = {};

  const set = (name: SettingName, value: unknown, origin: SettingOrigin, folder: string) => {
    const parsed = parseSetting(name, value, origin);
    origins[name] = origin;
    if (!pathSettings.has(name) || isRedis(parsed)) config[name] = parsed;
    else config[name] = rules.resolve(folder, expandHome(String(parsed), sources.home, rules));
  };

  const explicitFile = sources.environment.DGX_PIXELS_CONFIG || undefined;
  const file = settingsFileOf(sources);
  const inFile = readSettingsFile(file, sources.readTextFile, explicitFile !== undefined);
  for (const [name, value] of Object.entries(inFile))
    set(knownSetting(name, file), value, { kind: "file", path: file }, rules.dirname(file));

  for (const name of settingNames) {
    const variable = variables[name];
    const text = sources.environment[variable];
    if (text === undefined || text === "") continue;
    const value = numberSettings.has(name) && /^[0-9]+$/.test(text) ? Number(text) : text;
    set(name, value, { kind: "environment", variable }, sources.workingFolder);
  }

  for (const name of settingNames) {
    const value = sources.flags[name];
    if (value !== undefined)
      set(name, value, { kind: "flag", flag: `--${flagNames[name] ?? name}` }, sources.workingFolder);
  }
  const isEndpointGiven = config.endpoint !== undefined;
  config.endpoint ??= defaultEndpoint(String(config.library), { ...sources, platform });
  config.queue ??= rules.join(String(config.library), "jobs.db");
  return { config: { ...config, isEndpointGiven } as Config, origins };
}

function isRedis(value: SettingValue): boolean {
  return typeof value === "string" && /^(rediss?|unix):\/\//.test(value);
}

function readSettingsFile(
  path: string,
  readTextFile: ConfigSources["readTextFile"],
  isRequired: boolean,
): Record<string, unknown> {
  const origin: SettingOrigin = { kind: "file", path };
  const remedy = isRequired ? "correct or unset DGX_PIXELS_CONFIG" : "make it readable or remove it";
  let text: string;
  try {
    text = readTextFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" && !isRequired) return {};
    const why = code === "ENOENT" ? "there is no such file" : (cause as Error).message;
    throw new ConfigError(
      "unreadable-file",
      `Cannot read the settings file ${path}: ${why}; ${remedy}`,
      { origin },
      { cause },
    );
  }
  let parsed: unknown;
  try {
    // Editors on Windows put a byte order mark first, which JSON does not know.
    parsed = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new ConfigError(
      "bad-file",
      `Cannot read the settings file ${path}: it is not JSON (${(cause as Error).message}); correct it or remove it`,
      { origin },
      { cause },
    );
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new ConfigError(
      "bad-file",
      `Cannot use the settings file ${path}: it holds ${shown(parsed)}; give an object such as {"threads": 4}`,
      { origin },
    );
  return parsed as Record<string, unknown>;
}

function knownSetting(name: string, path: string): SettingName {
  const known = settingNames.find((candidate) => candidate === name);
  if (known !== undefined) return known;
  throw new ConfigError(
    "unknown-setting",
    `Cannot use the setting ${shown(name)} in the file ${path}: ` +
      `there is none of that name; use ${settingNames.slice(0, -1).join(", ")} or ${settingNames.at(-1)}`,
    { origin: { kind: "file", path }, setting: name },
  );
}

function parseSetting(name: SettingName, value: unknown, origin: SettingOrigin): SettingValue {
  const result = settingSchemas[name].safeParse(value);
  if (result.success) return result.data;
  const told = secretSettings.has(name) ? "" : ` ${withoutPassword(shown(value))}`;
  throw new ConfigError(
    "bad-value",
    `Cannot use ${name}${told} from ${described(origin)}: ${result.error.issues[0].message}`,
    { origin, setting: name },
  );
}

function described(origin: SettingOrigin): string {
  switch (origin.kind) {
    case "file":
      return `the file ${origin.path}`;
    case "environment":
      return `the environment variable ${origin.variable}`;
    case "flag":
      return `the flag ${origin.flag}`;
  }
}

function expandHome(path: string, home: string, rules: typeof posix): string {
  return /^~(?:$|[/\\])/.test(path) ? rules.join(home, path.slice(1)) : path;
}

/** A value as JSON, cut to a length that fits a sentence. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function withoutPassword(text: string): string {
  return text.replace(/\/\/[^/@]*@/, "//…@");
}
