import type { CliContext } from "../context.ts";
import { exitCodes } from "../failure.ts";

export type DoctorFlags = { readonly json: boolean };

const marks = { ok: "ok     ", warning: "warning", problem: "PROBLEM" } as const;

export default async function doctor(this: CliContext, { json }: DoctorFlags): Promise<void> {
  const { stdout } = this.process;
  const studio = await this.studio();
  const checks = await studio.diagnose(this.signal);
  if (json) stdout.write(`${JSON.stringify(checks)}\n`);
  else
    for (const check of checks) {
      stdout.write(`${marks[check.status]}  ${check.title}: ${check.detail}\n`);
      if (check.status !== "ok") stdout.write(`         ${check.remedy}\n`);
    }
  if (checks.some(({ status }) => status === "problem")) this.process.exitCode = exitCodes.failed;
}
