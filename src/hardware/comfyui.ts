import { z } from "zod";

/** `version` is null from servers that do not tell theirs; `why` is a part of a sentence. */
export type ComfyuiStatus =
  | { readonly reachable: true; readonly version: string | null }
  | { readonly reachable: false; readonly why: string };

/** The part of ComfyUI's GET /system_stats that is looked at. */
const systemStats = z.object({ system: z.object({ comfyui_version: z.string().optional() }) });

/** Whether a ComfyUI server answers under this base URL within `timeoutMs`. Throws only the reason of an aborted signal. */
export async function checkComfyui(
  url: string,
  {
    fetch,
    timeoutMs,
    headers = {},
    signal,
  }: {
    readonly fetch: typeof globalThis.fetch;
    readonly timeoutMs: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ComfyuiStatus> {
  const either = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]);
  try {
    const response = await fetch(`${url}/system_stats`, { signal: either, headers });
    if (!response.ok) {
      await response.body?.cancel();
      return { reachable: false, why: `it answered ${response.status}, so it is no ComfyUI or one behind a login` };
    }
    const stats = systemStats.safeParse(await response.json());
    if (!stats.success) return { reachable: false, why: "something that is not ComfyUI answered" };
    return { reachable: true, version: stats.data.system.comfyui_version ?? null };
  } catch (error) {
    signal?.throwIfAborted();
    return { reachable: false, why: reason(error as Error, timeoutMs) };
  }
}

function reason(error: Error, timeoutMs: number): string {
  if (error.name === "TimeoutError") return `it did not answer within ${timeoutMs / 1000} s`;
  if (error instanceof SyntaxError) return "something that is not ComfyUI answered";
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  if (cause?.code === "ECONNREFUSED") return "nothing listens there";
  if (cause?.code === "ENOTFOUND") return "there is no host of that name";
  return cause?.message || error.message;
}
