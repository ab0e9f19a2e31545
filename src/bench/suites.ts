import { animateSuite } from "./animate-suite.ts";
import { compareSuite } from "./compare-suite.ts";
import { type ComfyuiSuiteOptions, comfyuiSuite } from "./comfyui-suite.ts";
import type { Config } from "#config";
import { gridSuite } from "./grid-suite.ts";
import { ipcSuite } from "./ipc-suite.ts";
import { librarySuite } from "./library-suite.ts";
import { pixelsSuite } from "./pixels-suite.ts";
import { queueSuite } from "./queue-suite.ts";
import { spriteSuite } from "./sprite-suite.ts";
import { styleSuite } from "./style-suite.ts";
import type { BenchSuite } from "./suite.ts";
import { tuiSuite } from "./tui-suite.ts";

/** Every suite that `bench` offers, in the order it lists them. */
export function benchSuites({
  config,
  comfyui,
}: {
  readonly config: Pick<Config, "models" | "threads">;
  readonly comfyui: ComfyuiSuiteOptions["servers"];
}): readonly BenchSuite[] {
  return [
    spriteSuite(config),
    librarySuite(),
    pixelsSuite(config),
    gridSuite(),
    animateSuite(),
    styleSuite(),
    queueSuite(),
    ipcSuite(),
    comfyuiSuite({ servers: comfyui }),
    compareSuite(config),
    tuiSuite(config),
  ];
}
