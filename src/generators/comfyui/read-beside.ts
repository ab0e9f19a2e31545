import { constants, open } from "node:fs/promises";
import { basename } from "node:path";

/** As our node of python/comfyui_nodes names them; nothing else is read, whatever a server says. */
const ownName = /^dgx-pixels-[0-9a-f]{32}\.png$/;

/** Memory of so many bytes at most is kept for the next picture: fresh memory takes as long to get as reading does. */
const mostKept = 16 * 1024 * 1024;
let kept = new Uint8Array(0);

/**
 * What `read` makes of the bytes of a picture that our node wrote on this machine; they are lent, and belong to the next
 * picture afterwards. It takes a fifth of the time that fetching takes. Undefined where the file cannot be read here, as
 * when the server is in a container: it is to be fetched then.
 */
export async function readBeside<Read>(path: string, read: (bytes: Uint8Array) => Read): Promise<Read | undefined> {
  if (!ownName.test(basename(path))) return undefined;
  try {
    // Waits for no one, should it be a pipe.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    if (!status.isFile()) return undefined;
    const { size } = status;
    const memory = kept.length >= size ? kept : new Uint8Array(size);
    // Nobody else gets it meanwhile.
    kept = new Uint8Array(0);
    const { bytesRead } = await file.read(memory, 0, size, 0);
    const made = bytesRead === size ? read(memory.subarray(0, size)) : undefined;
    if (memory.length <= mostKept) kept = memory;
    return made;
  } catch {
    return undefined;
  }
}
