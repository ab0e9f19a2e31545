import type { EditEvent, PictureFailure, StoredSprite } from "#studio";
import type { CliContext } from "./context.ts";
import { describeFailure, exitCodes, failureOf } from "./failure.ts";
import { terminalPicture } from "./terminal-picture.ts";

type Raster = StoredSprite["raster"];

/**
 * Prints what became of each picture as it comes: a JSON line with the facts, or the picture and a sentence for people.
 * Failures stand in their place; after one, the exit code is 1. `describe` gives the facts in a few words,
 * `show` another picture for the terminal.
 */
export async function reportEdits<Facts extends object>(
  context: CliContext,
  events: AsyncIterable<EditEvent<Facts>>,
  isJson: boolean,
  describe: (facts: Facts) => string = () => "",
  show: (raster: Raster) => Raster = (raster) => raster,
): Promise<void> {
  const { stdout } = context.process;
  for await (const event of events) {
    if (event.kind === "failed") {
      reportFailedPicture(context, event, isJson);
      continue;
    }
    const { source, file, raster, isChanged, recipe, facts } = event;
    const { width, height } = raster;
    if (isJson) {
      stdout.write(`${JSON.stringify({ source, file, width, height, changed: isChanged, recipe, ...facts })}\n`);
      continue;
    }
    if (stdout.isTTY)
      stdout.write(terminalPicture(show(raster), stdout.columns ?? 80, stdout.getColorDepth?.() ?? 1) ?? "");
    const remarks = [`${width} x ${height} px`, describe(facts)];
    if (!isChanged) remarks.push("unchanged");
    if (recipe === "left out") remarks.push("without its recipe");
    stdout.write(`${file}  ${remarks.filter((remark) => remark !== "").join(", ")}\n`);
  }
}

/** Prints why a picture was left out, and sets the exit code that says so. */
export function reportFailedPicture(context: CliContext, { source, error }: PictureFailure, isJson: boolean): void {
  const { stdout, stderr } = context.process;
  if (isJson) stdout.write(`${JSON.stringify({ source, error: failureOf(error) })}\n`);
  else stderr.write(`${describeFailure(error)}\n`);
  context.process.exitCode = exitCodes.failed;
}
