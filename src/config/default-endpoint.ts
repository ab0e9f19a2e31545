import { createHash } from "node:crypto";
import { posix } from "node:path";

/** The longest path of a socket that every platform takes, with room for what is added to it for events. */
const longestPath = 96;

/**
 * Where the daemon of a library listens unless told otherwise: a socket in the person's runtime folder, named after the
 * library, so that each library has its own daemon and a client can only meet the right one. Without a runtime folder,
 * or where its path is too long for a socket, a folder of one's own among the temporary files.
 */
export function defaultEndpoint(
  library: string,
  {
    environment,
    platform,
    temporaryFolder = "/tmp",
    userId,
  }: {
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly platform: NodeJS.Platform;
    readonly temporaryFolder?: string | undefined;
    readonly userId?: number | undefined;
  },
): string {
  const hash = createHash("sha256").update(library).digest();
  // ZeroMQ has no sockets with paths on Windows; a port from those that nobody registers.
  if (platform === "win32") return `tcp://127.0.0.1:${49_152 + 2 * (hash.readUInt16BE(0) % 8000)}`;
  const name = `${hash.toString("hex").slice(0, 12)}.sock`;
  const runtime = environment.XDG_RUNTIME_DIR;
  const own = `dgx-pixels${userId === undefined ? "" : `-${userId}`}`;
  const candidates = [
    ...(runtime !== undefined && posix.isAbsolute(runtime) ? [posix.join(runtime, "dgx-pixels", name)] : []),
    posix.join(temporaryFolder, own, name),
    posix.join("/tmp", own, name),
  ];
  return `ipc://${candidates.find((path) => Buffer.byteLength(path) <= longestPath) ?? candidates.at(-1)}`;
}
