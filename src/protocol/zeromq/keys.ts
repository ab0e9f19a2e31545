import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { makeFolder, writeFileAtomically } from "#files";
import { ProtocolError } from "../protocol-error.ts";

// Keys are 32 bytes in Z85 (https://rfc.zeromq.org/spec/32/), as ZeroMQ takes them.
const keySchema = z.string().regex(/^[0-9a-zA-Z.\-:+=^!/*?&<>()[\]{}@%$#]{40}$/);
const daemonFileSchema = z.object({ publicKey: keySchema, secretKey: keySchema });
const clientFileSchema = z.object({ daemonKey: keySchema, publicKey: keySchema, secretKey: keySchema });
const admittedFileSchema = z.object({ publicKey: keySchema });

/** What a daemon needs to be reached from other machines: its own keys, and the public keys of those it lets in. */
export type DaemonKeys = z.infer<typeof daemonFileSchema> & {
  /** Names by public key. */
  readonly clients: ReadonlyMap<string, string>;
};

export type ClientKeys = z.infer<typeof clientFileSchema>;

const daemonFile = "daemon.json";
const clientsFolder = "clients";

/**
 * Adds a client by name to a daemon's keys, which are made if there are none. Answers the file to carry to the client's
 * machine; the daemon itself keeps its public part only. Throws FilesError when there is a client of that name.
 */
export async function makeKeys(folder: string, name: string): Promise<{ readonly file: string }> {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name))
    throw new ProtocolError(
      "bad-keys",
      `Cannot make keys for ${JSON.stringify(name)}: give a name of letters, digits, dots and dashes`,
    );
  const { curveKeyPair } = await import("zeromq");
  await makeFolder(join(folder, clientsFolder));
  const existing = await readJson(join(folder, daemonFile), daemonFileSchema);
  const daemon = existing ?? curveKeyPair();
  if (existing === undefined)
    await writeFileAtomically(join(folder, daemonFile), asText(daemon), { onlyIfAbsent: true, isSecret: true });
  const { publicKey, secretKey } = curveKeyPair();
  const file = join(folder, `${name}.client.json`);
  const options = { onlyIfAbsent: true, isSecret: true };
  await writeFileAtomically(file, asText({ daemonKey: daemon.publicKey, publicKey, secretKey }), options);
  await writeFileAtomically(join(folder, clientsFolder, `${name}.json`), asText({ publicKey }));
  return { file };
}

/** Throws a ProtocolError when there are none. */
export async function readDaemonKeys(folder: string): Promise<DaemonKeys> {
  const daemon = await readJson(join(folder, daemonFile), daemonFileSchema);
  if (daemon === undefined)
    throw new ProtocolError(
      "bad-keys",
      `Cannot find the daemon's keys in ${folder}: make them with dgx-pixels worker keys`,
    );
  const names = await readdir(join(folder, clientsFolder)).catch(() => []);
  const clients = new Map<string, string>();
  for (const name of names.filter((file) => file.endsWith(".json"))) {
    const admitted = await readJson(join(folder, clientsFolder, name), admittedFileSchema);
    if (admitted !== undefined) clients.set(admitted.publicKey, name.slice(0, -".json".length));
  }
  return { ...daemon, clients };
}

/** Reads a client's keys from the file that `makeKeys` gave. Throws a ProtocolError. */
export async function readClientKeys(file: string): Promise<ClientKeys> {
  const keys = await readJson(file, clientFileSchema);
  if (keys !== undefined) return keys;
  throw new ProtocolError(
    "bad-keys",
    `Cannot find the keys ${file}: name the .client.json file that dgx-pixels worker keys made on the daemon's machine`,
  );
}

async function readJson<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.infer<Schema> | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new ProtocolError("bad-keys", `Cannot read the keys in ${file}: restore it, or make new keys`, { cause });
  }
}

function asText(keys: object): string {
  return `${JSON.stringify(keys, undefined, 2)}\n`;
}
