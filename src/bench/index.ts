/**
 * Benchmarks that anyone can run: a harness (warm-up, repetitions, medians, ratios in one run), suites and a report.
 *
 *     const [suite] = benchSuites({ config });
 *     const report = await runSuite(suite, { signal, log: console.error });
 *     console.log(formatReport(report));
 */
export { BenchError } from "./bench-error.ts";
export { formatReport } from "./format-report.ts";
export { type BenchOptions, type BenchSuite, runSuite } from "./suite.ts";
export { benchSuites } from "./suites.ts";
