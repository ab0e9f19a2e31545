import type { CliContext } from "../context.ts";

export default async function tui(this: CliContext): Promise<void> {
  this.process.exitCode = await this.tui();
}
