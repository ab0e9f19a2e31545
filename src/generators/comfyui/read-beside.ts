import { constants, open } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { mostAnnounced } from "./download.ts";

/** As our node of python/comfyui_nodes names them; nothing else is read, whatever a server says. */
const ownName = /^dgx-pixels-[0-9a-f]{32}\.png$/;
/** On Windows, a share of whichever machine the server names. */
const ofAnotherMachine = /^[\\/]{2}/;

/** Memory of so many bytes at most is kept for the next picture: fresh memory takes as long to get as reading does. */
const mostKept = 16 * 1024 * 1024;
let kept = new Uint8Array(0);

/**
 * What `read` makes of the bytes of a picture that our node wrote on this machine; they are lent, and belong to the next
 * picture afterwards. It takes a fraction of the time that fetching takes. Undefined where the file cannot be read here, as
 * when the server is in a container: it is to be fetched then.
 */
export async function readBeside<Read>(path: string, read: (bytes: Uint8Array) => Read): Promise<Read | undefined> {
  if (!ownName.test(basename(path)) || !isAbsolute(path) || ofAnotherMachine.test(path)) return undefined;
  try {
    // Waits for no one, should it be a pipe.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    const { size } = status;
    if (!status.isFile() || size > mostAnnounced) return undefined;
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
