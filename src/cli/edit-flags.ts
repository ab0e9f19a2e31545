import { textFlag } from "./optional-flags.ts";

/** The options that all commands share that read pictures and write pictures. */
export type EditFlags = { readonly out?: string; readonly force: boolean; readonly json: boolean };

export const editFlags = {
  out: textFlag(
    "Where results go: a folder, or for one picture a .png file; by default beside each picture under a new name",
    "DIR|FILE",
  ),
  force: { kind: "boolean", brief: "Replace files that are there", default: false },
  json: { kind: "boolean", brief: "One JSON object a line, for programs", default: false },
} as const;

export const editAliases = { o: "out", f: "force" } as const;

/** The pictures of a command line: as many files and folders as wanted. */
export const pictures = {
  kind: "array",
  parameter: { parse: String, brief: "Pictures, or folders of pictures", placeholder: "image" },
  minimum: 1,
} as const;
