import { randomBytes } from "node:crypto";

const pattern = /^\.dgx-pixels-\d+-[0-9a-f]{16}\.tmp$/;

/** A name for a half-written file, recognisable as ours whatever it is to become. */
export function temporaryName(): string {
  return `.dgx-pixels-${process.pid}-${randomBytes(8).toString("hex")}.tmp`;
}

export function isTemporaryName(name: string): boolean {
  return pattern.test(name);
}
