import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { HardwareError } from "./hardware-error.ts";

/** `bytes` and lower-case hexadecimal SHA-256 of a file; no hash where the length alone tells. */
type FileContent = { readonly bytes: number; readonly sha256: string | null };

export type ModelFile = { readonly name: string } & (
  | { readonly status: "ok" }
  | { readonly status: "missing" }
  | { readonly status: "altered"; readonly expected: FileContent; readonly actual: FileContent }
);

/** The part of model.json that lists the model's other files; names are relative and stay inside the folder. */
const manifestSchema = z.object({
  files: z
    .record(
      z.string().regex(/^(?!\.\.?(?:[/\\]|$))[\w.-]+$/),
      z.object({ bytes: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/i) }),
    )
    .refine((files) => Object.keys(files).length > 0),
});

/**
 * Compares every file that the folder's model.json lists with its length and hash, in the manifest's order. Reads in
 * pieces; `signal` ends it between two of them.
 *
 * Throws HardwareError: missing-manifest, bad-manifest, unreadable-file.
 */
export async function verifyModelFiles(
  folder: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly ModelFile[]> {
  const { files } = await readManifest(join(folder, "model.json"));
  const checked: ModelFile[] = [];
  for (const [name, expected] of Object.entries(files)) {
    signal?.throwIfAborted();
    checked.push({ name, ...(await verifyFile(join(folder, name), expected, signal)) });
  }
  return checked;
}

async function readManifest(path: string): Promise<z.infer<typeof manifestSchema>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (isAbsent(cause))
      throw new HardwareError(
        "missing-manifest",
        `Cannot check the model: there is no ${path}; restore it, or choose another models folder`,
        { subject: path },
        { cause },
      );
    throw unreadable(path, cause);
  }
  const problem = (what: string, cause: unknown) =>
    new HardwareError("bad-manifest", `Cannot use ${path}: ${what}; restore it`, { subject: path }, { cause });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw problem(`it is not JSON (${(cause as Error).message})`, cause);
  }
  const manifest = manifestSchema.safeParse(content);
  if (manifest.success) return manifest.data;
  const place = manifest.error.issues[0].path.join(" > ") || "its top";
  throw problem(`it does not list the files with their bytes and sha256 (see ${place})`, manifest.error);
}

type WithoutName<Union> = Union extends unknown ? Omit<Union, "name"> : never;

async function verifyFile(
  path: string,
  { bytes, sha256 }: { readonly bytes: number; readonly sha256: string },
  signal: AbortSignal | undefined,
): Promise<WithoutName<ModelFile>> {
  const expected = { bytes, sha256: sha256.toLowerCase() };
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size !== bytes)
      return { status: "altered", expected, actual: { bytes: found.size, sha256: null } };
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash, signal === undefined ? {} : { signal });
    const actual = { bytes, sha256: hash.digest("hex") };
    return actual.sha256 === expected.sha256 ? { status: "ok" } : { status: "altered", expected, actual };
  } catch (cause) {
    if (isAbsent(cause)) return { status: "missing" };
    if (signal?.aborted) throw cause;
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): HardwareError {
  return new HardwareError(
    "unreadable-file",
    `Cannot read ${path}: ${(cause as Error).message}; make it readable`,
    { subject: path },
    { cause },
  );
}

function isAbsent(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
}
