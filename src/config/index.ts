/**
 * The settings a run works with, from defaults, the settings file, the environment and flags. Reads nothing by itself.
 *
 *     const config = loadConfig({
 *       environment: process.env,
 *       home: homedir(),
 *       workingFolder: process.cwd(),
 *       flags: { threads: 4 },
 *       performanceCores: availableParallelism(),
 *       readTextFile: (path) => readFileSync(path, "utf8"),
 *     });
 */
export { authorizationHeaders } from "./authorization.ts";
export { ConfigError } from "./config-error.ts";
export { changeSettings, type ExplainedSetting, explainConfig, loadConfig, settingsFileOf } from "./load-config.ts";
export type { Config, SettingName, TerminalSettings } from "./settings.ts";
export { standardFolders } from "./standard-folders.ts";
