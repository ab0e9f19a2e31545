/** A command's description with examples below, for `--help`. */
export function example(description: string, ...commands: readonly string[]): string {
  return `${description}\n\nEXAMPLES\n${commands.map((command) => `  dgx-pixels ${command}`).join("\n")}`;
}
