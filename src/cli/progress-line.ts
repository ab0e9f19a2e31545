import type { RunOptions } from "#studio";
import type { Output } from "./context.ts";

/** One line on a terminal that is written over and over; nothing in a pipe. */
export type ProgressLine = {
  readonly onProgress: RunOptions["onProgress"];
  /** Takes the line away, before something else is printed. */
  readonly clear: () => void;
};

export function progressLine(output: Output, isQuiet: boolean): ProgressLine {
  if (output.isTTY !== true || isQuiet) return { onProgress: undefined, clear: () => {} };
  let isShown = false;
  const clear = () => {
    if (isShown) output.write("\r\u001b[K");
    isShown = false;
  };
  return {
    clear,
    onProgress(progress) {
      const count = progress.images > 1 ? `sprite ${progress.image} of ${progress.images}: ` : "";
      const doing =
        progress.kind === "loading" ? `loading the ${progress.what}` : `step ${progress.step} of ${progress.steps}`;
      output.write(`\r\u001b[K${count}${doing}`);
      isShown = true;
    },
  };
}
