/**
 * The studio on a terminal: eight screens over what the studio and the queue can do.
 *
 *     await runTui({ backend, stdin, stdout, environment, preferences, stateFile, signal });
 */
export { needsOwnProcess, superviseTui } from "./supervise.ts";
export { localBackend } from "./local-backend.ts";
export { runTui } from "./run-tui.ts";
export { TuiError } from "./tui-error.ts";
