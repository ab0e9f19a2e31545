import { WorkerError } from "./worker-error.ts";

export type Readiness = { readonly isReady: boolean; readonly facts: object };

export type HealthServer = { readonly url: string; readonly close: () => Promise<void> };

/**
 * Two answers over HTTP for whatever watches over the process: `/healthz` (it runs) and `/readyz` (it takes on work,
 * else 503), each with some facts as JSON. Throws a WorkerError when it cannot listen there.
 */
export async function serveHealth(
  { host, port }: { readonly host: string; readonly port: number },
  readiness: () => Promise<Readiness>,
): Promise<HealthServer> {
  // Loading it takes longer than most of the program, which mostly answers nobody.
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
      response.end(request.method === "HEAD" ? undefined : `${JSON.stringify(body)}\n`);
    };
    const path = request.url?.split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") answer(405, { error: "ask with GET" });
    else if (path === "/healthz") answer(200, { status: "ok" });
    else if (path === "/readyz")
      readiness().then(
        ({ isReady, facts }) => answer(isReady ? 200 : 503, { status: isReady ? "ready" : "not ready", ...facts }),
        (error: Error) => answer(503, { status: "not ready", error: error.message }),
      );
    else answer(404, { error: "ask for /healthz or /readyz" });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new WorkerError(
          "bad-address",
          `Cannot answer about health on ${host}:${port}: ${cause.code === "EADDRINUSE" ? "another program listens there" : (cause.code ?? cause.message)}; ` +
            "choose another with --health-port",
          { cause },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
