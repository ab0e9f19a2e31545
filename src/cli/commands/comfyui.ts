import { resolve } from "node:path";
import type { SetupTarget } from "#studio";
import type { CliContext } from "../context.ts";
import { exitCodes } from "../failure.ts";

export async function status(this: CliContext, { json }: { readonly json: boolean }): Promise<void> {
  const { stdout } = this.process;
  const { comfyuiStatus } = await import("#studio");
  const servers = await comfyuiStatus(await this.comfyui(), this.signal);
  for (const server of servers) {
    if (json) stdout.write(`${JSON.stringify(server)}\n`);
    else if (!server.isReachable) stdout.write(`${server.url}  ${server.why}\n`);
    else {
      const { version = "not known", pytorch = "not known", queued, checkpoints, loras, devices } = server;
      stdout.write(`${server.url}  ComfyUI ${version}, PyTorch ${pytorch}, ${queued} in the queue\n`);
      for (const { name, memoryBytes, freeBytes } of devices)
        stdout.write(`  ${name}: ${gigabytes(freeBytes)} of ${gigabytes(memoryBytes)} free\n`);
      stdout.write(`  ${checkpoints} checkpoints, ${loras} LoRAs\n`);
    }
  }
  if (servers.every(({ isReachable }) => !isReachable)) this.process.exitCode = exitCodes.failed;
}

export async function models(this: CliContext, { json }: { readonly json: boolean }): Promise<void> {
  const { stdout } = this.process;
  const { knownModels, listModels } = await import("#studio");
  const { models: found, problems } = await listModels(await this.comfyui(), this.signal);
  for (const model of knownModels) {
    const places = found.filter(({ name }) => name.split(/[\\/]/).at(-1) === model.name).map(({ place }) => place);
    if (json)
      stdout.write(
        `${JSON.stringify({ ...model, bytes: model.bytes ?? null, sha256: model.sha256 ?? null, places })}\n`,
      );
    else
      stdout.write(
        `${model.name}\n  ${model.purpose}\n` +
          `  from ${model.source}, into models/${model.folder}\n` +
          `  ${model.bytes === undefined ? "size unknown" : gigabytes(model.bytes)}, ${model.license}\n` +
          `  SHA-256 ${model.sha256 ?? "unknown"}\n` +
          `  ${places.length === 0 ? "on no server" : `on ${places.join(", ")}`}\n`,
      );
  }
  if (!json) for (const problem of problems) this.process.stderr.write(`${problem}\n`);
}

export type SetupFlags = {
  readonly run: boolean;
  readonly target?: SetupTarget;
  readonly port?: number;
  readonly json: boolean;
};

export async function setup(this: CliContext, { run, target, port, json }: SetupFlags, folder: string): Promise<void> {
  const { stdout, stderr } = this.process;
  const { knownModels, planSetup, runSetup, setupTarget, shellWords } = await import("#studio");
  const plan = planSetup(resolve(folder), { target: target ?? (await setupTarget()), port });
  if (json && !run) {
    stdout.write(`${JSON.stringify({ ...plan, models: knownModels })}\n`);
    return;
  }
  if (run) {
    await runSetup(plan, {
      signal: this.signal,
      onStep: (title) => stderr.write(`# ${title}\n`),
      onOutput: (text) => stderr.write(text),
    });
    stdout.write(json ? `${JSON.stringify(plan)}\n` : `Installed. Start it with ${plan.startScript.file}\n`);
    if (json) return;
  } else {
    stdout.write(`# ComfyUI on ${targetNames[plan.target]}\nmkdir -p ${plan.folder}\n`);
    for (const { title, command } of plan.steps) stdout.write(`# ${title}\n${shellWords(command)}\n`);
    stdout.write(`# to start it\n${shellWords(plan.start)}\n\n`);
  }
  for (const note of plan.notes) stdout.write(`${note}.\n`);
  stdout.write(`\nModel files to add under ${plan.start.folder}/models (dgx-pixels comfyui models tells more):\n`);
  for (const { name, folder: place, bytes, license, purpose } of knownModels)
    stdout.write(
      `  ${place}/${name}  ${bytes === undefined ? "size unknown" : gigabytes(bytes)}, ${license}: ${purpose}\n`,
    );
}

const targetNames: Readonly<Record<SetupTarget, string>> = {
  gb10: "a DGX Spark (GB10)",
  gpu: "a graphics card",
  cpu: "the processor alone",
};

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e9 ? 2 : 1)} GB`;
}
