import type { CliContext } from "../context.ts";

export type EvaluateFlags = {
  readonly dataset?: string;
  readonly out?: string;
  readonly name?: string;
  readonly sheet?: string;
  readonly seeds?: number;
  readonly prompts?: number;
  readonly captions?: number;
  readonly json: boolean;
};

export default async function evaluate(
  this: CliContext,
  { json, ...options }: EvaluateFlags,
  generator: string,
): Promise<void> {
  const { stdout, stderr } = this.process;
  const studio = await this.studio();
  const isShown = stderr.isTTY === true && !json;
  const figures = await studio.evaluate(generator, {
    ...options,
    signal: this.signal,
    onDrawn: isShown ? (drawn, all) => stderr.write(`\r\u001b[Ksprite ${drawn} of ${all}`) : undefined,
  });
  if (isShown) stderr.write("\r\u001b[K");
  if (json) {
    stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  const { byCategory, ...overall } = figures;
  for (const [name, figure] of Object.entries(overall)) stdout.write(`${name.padEnd(22)} ${figure}\n`);
  stdout.write("\ncategory       accuracy  of real  color  diversity\n");
  const cell = (value: number | undefined, width: number) => (value?.toFixed(2) ?? "-").padStart(width);
  for (const [name, own] of Object.entries(byCategory))
    stdout.write(
      `${name.padEnd(14)} ${cell(own.categoryAccuracy, 8)} ${cell(own.categoryAccuracyReal, 8)} ` +
        `${cell(own.colorAccuracy, 6)} ${cell(own.diversity, 10)}\n`,
    );
}
