/**
 * The studio on a terminal: eight screens over what the studio and the queue can do.
 *
 *     await runTui({ backend, stdin, stdout, environment, preferences, stateFile, signal });
 */
export { needsOwnProcess, superviseTui } from "./supervise.ts";
export type { Backend } from "./backend.ts";
export { runTui } from "./run-tui.ts";
export { SettingsFile } from "./settings-file.ts";
export { TuiError } from "./tui-error.ts";
