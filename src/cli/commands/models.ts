import type { ModelEntry } from "#studio";
import type { CliContext } from "../context.ts";
import { exitCodes } from "../failure.ts";

export async function list(this: CliContext, { json }: { readonly json: boolean }): Promise<void> {
  const { stdout, stderr } = this.process;
  const { listModels } = await import("#studio");
  const { models, problems } = await listModels(await this.comfyui(), this.signal);
  for (const model of models) stdout.write(json ? `${JSON.stringify(model)}\n` : `${described(model)}\n`);
  for (const problem of problems) stderr.write(json ? `${JSON.stringify({ problem })}\n` : `${problem}\n`);
}

export async function info(this: CliContext, { json }: { readonly json: boolean }, name: string): Promise<void> {
  const { stdout } = this.process;
  const { modelInfo } = await import("#studio");
  for (const model of await modelInfo(await this.comfyui(), name, this.signal)) {
    if (json) {
      stdout.write(`${JSON.stringify(model)}\n`);
      continue;
    }
    stdout.write(
      `${described(model)}\n  SHA-256 ${model.hash ?? "unknown"}\n  license ${model.license ?? "unknown"}\n`,
    );
    for (const [key, value] of Object.entries(model.metadata))
      stdout.write(`  ${key}: ${value.length > 100 ? `${value.slice(0, 99)}…` : value}\n`);
  }
}

export async function verify(
  this: CliContext,
  { folder, json }: { readonly folder?: string; readonly json: boolean },
): Promise<void> {
  const { stdout } = this.process;
  const { verifyModels } = await import("#studio");
  for await (const model of verifyModels(await this.comfyui(), folder, this.signal)) {
    if (model.verdict === "altered") this.process.exitCode = exitCodes.failed;
    if (json) stdout.write(`${JSON.stringify(model)}\n`);
    else
      stdout.write(
        `${model.verdict.padEnd(8)} ${model.file}  ${model.sha256}${
          model.verdict === "altered" ? `, and should be ${model.expected ?? "there"}` : ""
        }\n`,
      );
  }
}

function described({ name, kind, place, bytes, baseModel }: ModelEntry): string {
  const size = bytes === undefined ? "size unknown" : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return `${name}  ${kind}, ${size}${baseModel === undefined ? "" : `, for ${baseModel}`}, ${place}`;
}
