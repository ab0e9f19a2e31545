import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  familyFromMetadata,
  familyNames,
  hashFromMetadata,
  type KnownModel,
  knownModels,
  matchModels,
  openSpriteGenerator,
  type Server,
} from "#generators";
import { verifyModelFiles } from "#hardware";
import { StudioError } from "../studio-error.ts";
import { type ComfyuiAccess, openServers } from "./servers.ts";

/** A model that can draw, here or on a server. */
export type ModelEntry = {
  readonly name: string;
  readonly kind: "embedded" | "checkpoint" | "LoRA" | "VAE";
  /** "here", or the server's URL. */
  readonly place: string;
  readonly bytes: number | undefined;
  readonly baseModel: string | undefined;
  /** SHA-256 of the file, as the catalogue or the file's own header names it; undefined where neither does. */
  readonly hash: string | undefined;
  readonly license: string | undefined;
  /** Words that a LoRA was trained to answer to, as its header tells them. */
  readonly triggerWords?: string | undefined;
};

export type ModelListing = {
  readonly models: readonly ModelEntry[];
  /** Servers that could not be asked. */
  readonly problems: readonly string[];
};

const folders = [
  ["checkpoints", "checkpoint"],
  ["loras", "LoRA"],
  ["vae", "VAE"],
] as const;

/** The embedded model, and what every server has. A server that is away is told and stops nothing. */
export async function listModels(access: ComfyuiAccess, signal?: AbortSignal): Promise<ModelListing> {
  const models: ModelEntry[] = [await embeddedModel(access)];
  const problems: string[] = [];
  const answers = await Promise.allSettled(openServers(access).map((server) => modelsOn(server, signal)));
  signal?.throwIfAborted();
  for (const answer of answers)
    if (answer.status === "fulfilled") models.push(...answer.value);
    else problems.push((answer.reason as Error).message);
  return { models, problems };
}

async function embeddedModel({ models }: ComfyuiAccess): Promise<ModelEntry> {
  const folder = join(models, "sprite");
  const generator = openSpriteGenerator({ folder, threads: 1 });
  const { model, version, hash } = await generator.describe();
  const sizes = await Promise.all((await readdir(folder)).map(async (file) => stat(join(folder, file))));
  return {
    name: `${model} ${version}`,
    kind: "embedded",
    place: "here",
    bytes: sizes.filter((file) => file.isFile()).reduce((sum, { size }) => sum + size, 0),
    baseModel: undefined,
    hash,
    license: "MIT",
  };
}

async function modelsOn(server: Server, signal: AbortSignal | undefined): Promise<readonly ModelEntry[]> {
  const listed = await Promise.all(
    folders.map(async ([folder, kind]) =>
      Promise.all(
        (await server.models(folder, signal)).map(async ({ name, bytes }): Promise<ModelEntry> => {
          const metadata = name.endsWith(".safetensors") ? await server.modelMetadata(folder, name, signal) : {};
          const known = knownFile(name, bytes);
          const family = familyFromMetadata(metadata) ?? known?.family;
          return {
            name,
            kind,
            place: server.url,
            bytes,
            baseModel: family && familyNames[family],
            // Same name and length as in the catalogue: most likely the same file; verify tells for sure.
            hash: hashFromMetadata(metadata) ?? known?.sha256,
            license: known?.license ?? metadata["modelspec.license"],
            triggerWords: metadata["modelspec.trigger_phrase"],
          };
        }),
      ),
    ),
  );
  return listed.flat();
}

function knownFile(name: string, bytes: number | undefined): KnownModel | undefined {
  const file = name.split(/[\\/]/).at(-1);
  return knownModels.find((known) => known.name === file && (bytes === undefined || known.bytes === bytes));
}

/** The models that a name means, with all that their headers say. Throws StudioError when there is none. */
export async function modelInfo(
  access: ComfyuiAccess,
  name: string,
  signal?: AbortSignal,
): Promise<readonly (ModelEntry & { readonly metadata: Readonly<Record<string, string>> })[]> {
  const { models, problems } = await listModels(access, signal);
  const names = matchModels(name, [...new Set(models.map((model) => model.name))]);
  if (names.length === 0)
    throw new StudioError(
      "unsupported",
      `Cannot find the model ${name}: ${problems.length > 0 ? problems.join("; ") : "models list shows those there are"}`,
    );
  const servers = new Map(openServers(access).map((server) => [server.url, server]));
  return Promise.all(
    models
      .filter((model) => names.includes(model.name))
      .map(async (model) => {
        const folder = folders.find(([, kind]) => kind === model.kind)?.[0];
        const metadata = await (folder && servers.get(model.place)?.modelMetadata(folder, model.name, signal));
        return { ...model, metadata: metadata ?? {} };
      }),
  );
}

export type VerifiedModel = {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** "unknown": the catalogue has no hash for a file of this name. */
  readonly verdict: "ok" | "altered" | "unknown";
  readonly expected: string | undefined;
};

/**
 * Hashes the embedded model's files and, in the folder of a ComfyUI installation or of its models, every model file, and
 * compares them with what is known. Reads all of them, which takes seconds for each gigabyte.
 */
export async function* verifyModels(
  { models }: ComfyuiAccess,
  folder: string | undefined,
  signal?: AbortSignal,
): AsyncGenerator<VerifiedModel> {
  const sprite = join(models, "sprite");
  for (const file of await verifyModelFiles(sprite, { signal })) {
    const path = join(sprite, file.name);
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    yield {
      file: path,
      bytes: size,
      sha256:
        file.status === "ok" ? await hashOf(path, signal) : file.status === "altered" ? (file.actual.sha256 ?? "") : "",
      verdict: file.status === "ok" ? "ok" : "altered",
      expected: file.status === "altered" ? (file.expected.sha256 ?? undefined) : undefined,
    };
  }
  if (folder === undefined) return;
  for (const path of await modelFilesIn(folder)) {
    signal?.throwIfAborted();
    const name = path.split(sep).at(-1) as string;
    const known = knownModels.find((model) => model.name === name);
    const sha256 = await hashOf(path, signal);
    const { size: bytes } = await stat(path);
    const verdict = known?.sha256 === undefined ? "unknown" : known.sha256 === sha256 ? "ok" : "altered";
    yield { file: relative(folder, path), bytes, sha256, verdict, expected: known?.sha256 };
  }
}

async function modelFilesIn(folder: string): Promise<readonly string[]> {
  let entries: readonly { readonly name: string; readonly parentPath: string; isFile: () => boolean }[];
  try {
    const inside = await stat(join(folder, "models")).then(
      () => join(folder, "models"),
      () => folder,
    );
    entries = await readdir(inside, { recursive: true, withFileTypes: true });
  } catch (cause) {
    throw new StudioError(
      "unreadable-file",
      `Cannot verify the models in ${folder}: ${(cause as NodeJS.ErrnoException).code ?? cause}; name a ComfyUI folder`,
      { cause },
    );
  }
  return entries
    .filter((entry) => entry.isFile() && /\.(?:safetensors|ckpt|pt|pth|gguf)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function hashOf(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash, signal === undefined ? {} : { signal });
  return hash.digest("hex");
}
