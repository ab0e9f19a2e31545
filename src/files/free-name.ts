import { join } from "node:path";
import { writeFileAtomically } from "./atomic-write.ts";
import { FilesError } from "./files-error.ts";

export type FreeNameOptions = {
  readonly signal?: AbortSignal | undefined;
};

const mostTries = 10_000;

/**
 * Writes `stem.extension`, or the first of `stem-2.extension`, `stem-3.extension`, ... that does not exist, and answers
 * its path. Two processes at once get two names. The extension comes without its dot. Throws FilesError.
 */
export async function writeUnderFreeName(
  folder: string,
  stem: string,
  extension: string,
  bytes: Uint8Array | string,
  options: FreeNameOptions = {},
): Promise<string> {
  for (let attempt = 1; attempt <= mostTries; attempt++) {
    const path = join(folder, attempt === 1 ? `${stem}.${extension}` : `${stem}-${attempt}.${extension}`);
    try {
      await writeFileAtomically(path, bytes, { ...options, onlyIfAbsent: true });
      return path;
    } catch (cause) {
      if (!(cause instanceof FilesError) || cause.code !== "exists") throw cause;
    }
  }
  const path = join(folder, `${stem}.${extension}`);
  throw new FilesError("exists", path, `Cannot write ${path}: ${mostTries} files of that name exist; choose another`);
}
