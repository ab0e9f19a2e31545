import type { BenchOptions } from "#bench";
import type { CliContext } from "../context.ts";
import { UsageError } from "../failure.ts";

export type BenchFlags = BenchOptions & { readonly json: boolean };

export default async function bench(this: CliContext, { json, ...options }: BenchFlags, name?: string): Promise<void> {
  const { stdout, stderr } = this.process;
  const suites = await this.benchSuites();
  if (name === undefined) {
    for (const suite of suites) stdout.write(`${suite.name.padEnd(10)} ${suite.description}\n`);
    return;
  }
  const suite = suites.find((candidate) => candidate.name === name);
  if (suite === undefined)
    throw new UsageError(`Cannot run the suite ${name}: choose ${suites.map(({ name }) => name).join(" or ")}`);
  const { formatReport, runSuite } = await import("#bench");
  const report = await runSuite(suite, {
    signal: this.signal,
    options,
    ...(!json && { log: (text: string) => stderr.write(`${text}\n`) }),
  });
  stdout.write(json ? `${JSON.stringify(report)}\n` : formatReport(report));
}
