import type { AnimationFormat, AnimationKindName } from "#studio";
import type { CliContext } from "../context.ts";
import type { EditFlags } from "../edit-flags.ts";
import { reportFailedPicture } from "../edit-report.ts";
import { exitCodes } from "../failure.ts";
import { terminalPicture } from "../terminal-picture.ts";

export type AnimateFlags = EditFlags & {
  readonly kind?: readonly AnimationKindName[];
  readonly format?: readonly AnimationFormat[];
  readonly frames?: number;
  readonly duration?: number;
  readonly strength?: number;
  readonly facing?: "left" | "right";
  readonly seed?: number;
  readonly plays?: number;
  readonly scale?: number;
  readonly columns?: number;
};

export async function make(
  this: CliContext,
  { kind, format, duration, json, ...options }: AnimateFlags,
  ...paths: readonly string[]
): Promise<void> {
  const { animateFiles } = await import("#studio");
  const { stdout } = this.process;
  const events = animateFiles(paths, {
    ...options,
    kinds: kind ?? ["idle"],
    formats: format,
    durationMs: duration,
    signal: this.signal,
  });
  for await (const event of events) {
    if (event.kind === "failed") {
      reportFailedPicture(this, event, json);
      continue;
    }
    const { source, files, animation, origin } = event;
    const { frames, durationsMs, tags = [] } = animation;
    const [{ width, height }] = frames;
    if (json) {
      const described = { source, files, frames: frames.length, width, height, durationsMs, tags, origin };
      stdout.write(`${JSON.stringify(described)}\n`);
      continue;
    }
    if (stdout.isTTY)
      stdout.write(terminalPicture(frames[0], stdout.columns ?? 80, stdout.getColorDepth?.() ?? 1) ?? "");
    const seconds = durationsMs.reduce((sum, duration) => sum + duration, 0) / 1000;
    stdout.write(
      `${files.join(", ")}  ${tags.map(({ name }) => name).join(", ")}: ${frames.length} frames of ` +
        `${width} x ${height} px, ${seconds.toFixed(1)} s\n`,
    );
  }
}

export type CheckFlags = {
  readonly maxDrift?: number;
  readonly maxClosure?: number;
  readonly once: boolean;
  readonly json: boolean;
};

export async function check(
  this: CliContext,
  { maxDrift, maxClosure, once, json }: CheckFlags,
  ...paths: readonly string[]
): Promise<void> {
  const { checkAnimations } = await import("#studio");
  const { stdout } = this.process;
  const checked = checkAnimations(paths, { maxDriftPx: maxDrift, maxClosure, once, signal: this.signal });
  for await (const result of checked) {
    if ("error" in result) {
      reportFailedPicture(this, { kind: "failed", ...result }, json);
      continue;
    }
    if (result.faults.length > 0) this.process.exitCode = exitCodes.failed;
    if (json) {
      stdout.write(`${JSON.stringify({ ok: result.faults.length === 0, ...result })}\n`);
      continue;
    }
    const { source, frames, width, height, paletteColors, drift, loops, faults } = result;
    if (faults.length > 0) {
      stdout.write(`${source}  fails\n${faults.map(({ check, message }) => `  ${check}: ${message}\n`).join("")}`);
      continue;
    }
    const closures = loops.flatMap(({ closure }) => (closure === null ? [] : [closure]));
    const facts = [
      `${frames} frames of ${width} x ${height} px`,
      `${paletteColors} colors locked`,
      `moves ${drift?.px ?? 0} px a frame at most`,
      ...(closures.length > 0 ? [`loops close within ${Math.max(...closures)} steps`] : []),
    ];
    stdout.write(`${source}  passes: ${facts.join(", ")}\n`);
  }
}
