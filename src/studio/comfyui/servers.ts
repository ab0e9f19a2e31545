import { openServer, type Server } from "#generators";

/** How the ComfyUI servers are reached, and where the person's workflows are. */
export type ComfyuiAccess = {
  readonly servers: readonly {
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>> | undefined;
  }[];
  /** Folder of the person's own workflows. */
  readonly workflows: string;
  /** Folder of the embedded models, one folder a model. */
  readonly models: string;
};

export type ServerStatus = { readonly url: string } & (
  | {
      readonly isReachable: true;
      readonly version: string | undefined;
      readonly pytorch: string | undefined;
      readonly queued: number;
      readonly devices: readonly {
        readonly name: string;
        readonly kind: string;
        readonly memoryBytes: number;
        readonly freeBytes: number;
      }[];
      readonly checkpoints: number;
      readonly loras: number;
      readonly arguments: readonly string[];
    }
  | { readonly isReachable: false; readonly why: string }
);

/** Short, since a person waits who may have several servers that are off. */
const statusTimeoutMs = 5000;

export function openServers({ servers }: ComfyuiAccess, timeoutMs = statusTimeoutMs): readonly Server[] {
  return servers.map(({ url, headers }) => openServer({ url, headers, timeoutMs }));
}

/** How each server does, all asked at once. */
export async function comfyuiStatus(access: ComfyuiAccess, signal?: AbortSignal): Promise<readonly ServerStatus[]> {
  return Promise.all(
    openServers(access).map(async (server): Promise<ServerStatus> => {
      try {
        const [{ system, devices }, queued, checkpoints, loras] = await Promise.all([
          server.systemStats(signal),
          server.queueLength(signal),
          server.models("checkpoints", signal),
          server.models("loras", signal),
        ]);
        return {
          url: server.url,
          isReachable: true,
          version: system.comfyui_version,
          pytorch: system.pytorch_version,
          queued,
          devices: devices.map(({ name, type, vram_total: memoryBytes, vram_free: freeBytes }) => ({
            name,
            kind: type,
            memoryBytes,
            freeBytes,
          })),
          checkpoints: checkpoints.length,
          loras: loras.length,
          arguments: system.argv?.slice(1) ?? [],
        };
      } catch (error) {
        signal?.throwIfAborted();
        return { url: server.url, isReachable: false, why: (error as Error).message };
      }
    }),
  );
}
