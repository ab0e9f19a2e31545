import { numberParser } from "@stricli/core";

/** Flags that may be left out; the placeholder stands for the value in `--help`. */
export const numberFlag = (brief: string, placeholder: string) =>
  ({ kind: "parsed", parse: numberParser, brief, placeholder, optional: true }) as const;

export const textFlag = (brief: string, placeholder: string) =>
  ({ kind: "parsed", parse: String, brief, placeholder, optional: true }) as const;
