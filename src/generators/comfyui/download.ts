import { get as getHttp } from "node:http";
import { get as getHttps } from "node:https";

/** Bytes that are held at once because a server says that there are so many. */
export const mostAnnounced = 256 * 1024 * 1024;

/**
 * A whole body, by Node's own HTTP: fetch takes half as long again to hand over one of some megabytes (docs/benchmarks.md).
 * Follows no redirect. Rejects with what went wrong on the way, a body that ends early included, or the signal's reason.
 */
export function download(
  url: string,
  { headers, signal }: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<{ readonly status: number; readonly bytes: Uint8Array }> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(signal.aborted ? signal.reason : error);
    const get = url.startsWith("https:") ? getHttps : getHttp;
    const request = get(url, { headers: { ...headers }, signal }, (response) => {
      const announced = Number(response.headers["content-length"] ?? Number.NaN);
      const whole = announced <= mostAnnounced ? new Uint8Array(announced) : undefined;
      const parts: Uint8Array[] = [];
      let filled = 0;
      response.on("data", (part: Uint8Array) => {
        if (whole === undefined) parts.push(part);
        else whole.set(part, filled);
        filled += part.length;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, bytes: whole ?? Buffer.concat(parts) }));
      response.on("error", fail);
    });
    request.on("error", fail);
  });
}
