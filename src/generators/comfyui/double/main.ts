/**
 * The double as a process of its own, to be killed in tests: `node main.ts PORT STEP_MS`. Prints its URL when it listens.
 */
import { startComfyuiDouble } from "./comfyui-double.ts";

const [port = "0", stepMs = "0"] = process.argv.slice(2);
const double = await startComfyuiDouble({ port: Number(port), stepMs: Number(stepMs) });
process.stdout.write(`${double.url}\n`);
