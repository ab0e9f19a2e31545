import { link, lstat, open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { FilesError, filesErrorFrom, systemCodeOf } from "./files-error.ts";
import { syncFolder } from "./folder.ts";
import { temporaryName } from "./temporary-name.ts";

export type WriteOptions = {
  /** Aborting before the last step leaves the old file as it was; the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Refuses with code "exists" instead of replacing a file, also when two processes try at once. */
  readonly onlyIfAbsent?: boolean;
  /** Only its owner may read it. */
  readonly isSecret?: boolean;
};

/**
 * Writes a whole file or nothing: a temporary file beside it, then a rename, each waited for until it is on the disk.
 * Whatever fails, the old file is untouched and the temporary is gone. A link is followed; its folder must exist.
 * Throws FilesError.
 */
export async function writeFileAtomically(
  path: string,
  bytes: Uint8Array | string,
  options: WriteOptions = {},
): Promise<void> {
  const { signal, onlyIfAbsent = false, isSecret = false } = options;
  signal?.throwIfAborted();
  let temporary: string | undefined;
  try {
    const target = await writableTarget(path, onlyIfAbsent);
    temporary = join(dirname(target.path), temporaryName());
    await writeNewFile(temporary, bytes, isSecret ? 0o600 : target.mode, signal);
    signal?.throwIfAborted();
    if (onlyIfAbsent) await placeIfAbsent(temporary, target.path);
    else await rename(temporary, target.path);
    await syncFolder(dirname(target.path));
  } catch (cause) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(ignoreSecondFailure);
    if (signal?.aborted && cause instanceof Error && cause.name === "AbortError") throw signal.reason;
    if (systemCodeOf(cause) === "EEXIST") throw alreadyExists(path, cause);
    throw filesErrorFrom(cause, "write", resolve(path));
  }
}

async function writeNewFile(
  path: string,
  bytes: Uint8Array | string,
  mode: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await using handle = await open(path, "wx", mode);
  await handle.writeFile(bytes, signal === undefined ? {} : { signal });
  await handle.sync();
}

/** A rename would replace a device such as /dev/null by a file, so only regular files are replaced. */
async function writableTarget(path: string, onlyIfAbsent: boolean): Promise<{ path: string; mode: number }> {
  const absent = { path: resolve(path), mode: 0o666 };
  try {
    const found = await lstat(path);
    if (onlyIfAbsent) throw alreadyExists(path);
    const target = found.isSymbolicLink() ? await realpath(path) : absent.path;
    const status = found.isSymbolicLink() ? await lstat(target) : found;
    if (status.isDirectory())
      throw new FilesError("is-a-folder", target, `Cannot write ${target}: it is a folder; name a file in it`);
    if (!status.isFile())
      throw new FilesError("not-a-file", target, `Cannot write ${target}: it is not a regular file; name another one`);
    return { path: target, mode: status.mode & 0o777 };
  } catch (cause) {
    if (systemCodeOf(cause) === "ENOENT") return absent;
    throw cause;
  }
}

/** link(2) fails where the name exists; file systems without links get the name reserved first. */
async function placeIfAbsent(temporary: string, target: string): Promise<void> {
  try {
    await link(temporary, target);
    await rm(temporary);
  } catch (cause) {
    const code = systemCodeOf(cause);
    if (code === undefined || !hasNoLinks.has(code)) throw cause;
    await (await open(target, "wx")).close();
    await rename(temporary, target);
  }
}

const hasNoLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

function alreadyExists(path: string, cause?: unknown): FilesError {
  const target = resolve(path);
  const message = `Cannot write ${target}: it exists already; choose another name or allow overwriting`;
  return new FilesError("exists", target, message, cause);
}

function ignoreSecondFailure(): void {
  // The first failure is the one to report; removeStaleTemporaries takes what could not be removed now.
}
