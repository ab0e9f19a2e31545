/** The process that the tui suite looks at: the terminal's library under load, without studio, model or library. */
import { runTuiStress } from "#tui";

const environment = { TERM: "xterm-256color", COLORTERM: "truecolor", LANG: "C.UTF-8" };
await runTuiStress({ stdin: process.stdin, stdout: process.stdout, environment }, new AbortController().signal);
