import { z } from "zod";
import { GeneratorError } from "../generator-error.ts";
import { download } from "./download.ts";
import { failureSchema, type NodeFailure, outputsSchema, type ServerPicture } from "./messages.ts";
import { type NodeInfo, objectInfoSchema } from "./node-info.ts";
import { readBeside } from "./read-beside.ts";
import type { Workflow } from "./workflow.ts";

export type ServerOptions = {
  /** Base URL, without a slash at the end. */
  readonly url: string;
  /** Sent with every request and with the socket's handshake. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** For an answer to a small request, body included. */
  readonly timeoutMs?: number | undefined;
  /** For a picture to come down or go up. */
  readonly transferTimeoutMs?: number | undefined;
};

/** Where a job stands; "unknown" after a restart, and for one that was taken from the queue. */
export type JobStatus =
  | { readonly state: "pending" | "running" | "cancelled" | "unknown" }
  | {
      readonly state: "done";
      readonly pictures: Readonly<Record<string, readonly ServerPicture[]>>;
      /** From acceptance, or on old servers the start of the first node, to the end of the last: the server's own part. */
      readonly milliseconds: number | undefined;
    }
  | { readonly state: "failed"; readonly failure: NodeFailure };

export type ModelFile = { readonly name: string; readonly bytes: number | undefined };

export type SystemStats = z.infer<typeof systemStatsSchema>;

/**
 * One ComfyUI server over HTTP. Every method throws a GeneratorError of one sentence: server-unreachable when no whole
 * answer comes in time, server-failed for an answer that is no good, or the reason of an aborted signal.
 */
export type Server = ReturnType<typeof openServer>;

const systemStatsSchema = z.object({
  system: z.object({
    os: z.string().optional(),
    comfyui_version: z.string().optional(),
    python_version: z.string().optional(),
    pytorch_version: z.string().optional(),
    argv: z.array(z.string()).optional(),
  }),
  devices: z
    .array(
      z.object({
        name: z.string(),
        type: z.string(),
        vram_total: z.number(),
        vram_free: z.number(),
        torch_vram_total: z.number().optional(),
        torch_vram_free: z.number().optional(),
      }),
    )
    .default([]),
});

const queueLengthSchema = z.object({ exec_info: z.object({ queue_remaining: z.number() }) });

const nodeErrorsSchema = z.record(
  z.string(),
  z.object({
    class_type: z.string().default("a node"),
    errors: z.array(z.object({ message: z.string().default(""), details: z.string().default("") })).default([]),
  }),
);

const acceptedSchema = z.object({ prompt_id: z.string(), node_errors: nodeErrorsSchema.default({}) });

const refusedSchema = z.object({
  error: z.union([z.string(), z.object({ message: z.string(), details: z.string().default("") })]),
  node_errors: nodeErrorsSchema.catch({}).default({}),
});

/** Events of a job as the server's history keeps them: `[name, data]`. */
const messagesSchema = z.array(z.tuple([z.string(), z.unknown()])).catch([]);

const jobSchema = z.object({
  status: z.enum(["pending", "in_progress", "completed", "failed", "cancelled"]),
  outputs: outputsSchema.default({}),
  execution_error: z.unknown().optional(),
  create_time: z.number().optional(),
  execution_start_time: z.number().optional(),
  execution_end_time: z.number().optional(),
});

const historySchema = z.record(
  z.string(),
  z.object({
    outputs: outputsSchema.default({}),
    status: z
      .object({ status_str: z.string(), completed: z.boolean(), messages: messagesSchema.default([]) })
      .nullish(),
  }),
);

const queueSchema = z.object({
  queue_running: z.array(z.tuple([z.unknown(), z.string()], z.unknown())),
  queue_pending: z.array(z.tuple([z.unknown(), z.string()], z.unknown())),
});

const modelFilesSchema = z.array(z.object({ name: z.string(), size: z.number().optional() }));

export function openServer({ url, headers = {}, timeoutMs = 15_000, transferTimeoutMs = 120_000 }: ServerOptions) {
  refuseSecretInTheClear(url, headers);
  /** Undefined until the server was asked; old ones have only the queue and the history. */
  let hasJobRoutes: boolean | undefined;

  return {
    url,
    headers,

    systemStats: (signal?: AbortSignal): Promise<SystemStats> => get("/system_stats", systemStatsSchema, signal),

    async queueLength(signal?: AbortSignal): Promise<number> {
      return (await get("/prompt", queueLengthSchema, signal)).exec_info.queue_remaining;
    },

    async nodeInfo(classType: string, signal?: AbortSignal): Promise<NodeInfo | undefined> {
      return (await get(`/object_info/${encodeURIComponent(classType)}`, objectInfoSchema, signal))[classType];
    },

    /** File names in one of the server's model folders, such as "checkpoints"; none for a folder that it does not have. */
    async models(folder: string, signal?: AbortSignal): Promise<readonly ModelFile[]> {
      const sized = await request(`/experiment/models/${folder}`, { signal });
      if (sized.ok) return (await parsed(sized, modelFilesSchema)).map(({ name, size }) => ({ name, bytes: size }));
      await sized.body?.cancel();
      const plain = await request(`/models/${folder}`, { signal });
      if (plain.ok) return (await parsed(plain, z.array(z.string()))).map((name) => ({ name, bytes: undefined }));
      await plain.body?.cancel();
      if (plain.status === 404) return [];
      throw badStatus(plain);
    },

    /** What a model file's header says of it; nothing where it says nothing. */
    async modelMetadata(folder: string, name: string, signal?: AbortSignal): Promise<Readonly<Record<string, string>>> {
      const response = await request(`/view_metadata/${folder}?filename=${encodeURIComponent(name)}`, { signal });
      if (!response.ok) {
        await response.body?.cancel();
        return {};
      }
      const result = z.record(z.string(), z.unknown()).safeParse(await bodyAsJson(response));
      const entries = Object.entries(result.success ? result.data : {});
      return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
    },

    /** Puts a job into the queue. `id` is a lower-case UUID; the same id twice runs twice. */
    async submit(
      job: { readonly id: string; readonly client: string; readonly workflow: Workflow },
      signal?: AbortSignal,
    ) {
      const body = JSON.stringify({
        prompt: job.workflow,
        prompt_id: job.id,
        client_id: job.client,
        extra_data: { preview_method: "auto" },
      });
      const response = await request("/prompt", { method: "POST", body, headers: jsonType, signal });
      const answer = await bodyAsJson(response);
      if (!response.ok) throw refused(answer, response.status);
      const accepted = acceptedSchema.safeParse(answer);
      if (!accepted.success) throw notComfyui(accepted.error);
      return accepted.data;
    },

    async jobStatus(id: string, signal?: AbortSignal): Promise<JobStatus> {
      if (hasJobRoutes !== false) {
        const response = await request(`/api/jobs/${id}`, { signal });
        if (response.ok) {
          hasJobRoutes = true;
          return statusOfJob(await parsed(response, jobSchema));
        }
        const answer = await response.text();
        if (response.status !== 404) throw badStatus(response);
        // A server that knows the route says in JSON that it does not know the job.
        hasJobRoutes = answer.includes("Job not found");
        if (hasJobRoutes) return { state: "unknown" };
      }
      return statusByQueueAndHistory(id, signal);
    },

    /** Ends one job, wherever it stands; others go on. */
    async cancel(id: string, signal?: AbortSignal): Promise<void> {
      const response = await request(`/api/jobs/${id}/cancel`, { method: "POST", signal });
      await response.body?.cancel();
      if (response.ok) return;
      const post = async (path: string, content: object) => {
        const answer = await request(path, {
          method: "POST",
          body: JSON.stringify(content),
          headers: jsonType,
          signal,
        });
        await answer.body?.cancel();
      };
      await post("/queue", { delete: [id] });
      // Old servers' interrupt hits whatever runs, so it is only sent while this job does.
      const queue = await get("/queue", queueSchema, signal);
      if (queue.queue_running.some(([, running]) => running === id)) await post("/interrupt", { prompt_id: id });
    },

    /** What `read` makes of a picture that lies on this machine's disk; undefined for one that is to be fetched. */
    pictureBeside: async <Read>(
      { path }: ServerPicture,
      read: (bytes: Uint8Array) => Read,
    ): Promise<Read | undefined> => (path !== undefined && isOnThisMachine(url) ? readBeside(path, read) : undefined),

    async picture({ filename, subfolder, type }: ServerPicture, signal?: AbortSignal): Promise<Uint8Array> {
      const query = new URLSearchParams({ filename, subfolder, type });
      const either = within(transferTimeoutMs, signal);
      try {
        const { status, bytes } = await download(`${url}/view?${query}`, { headers, signal: either });
        if (status === 200) return bytes;
        throw badStatus({ status }, `the picture ${filename}`);
      } catch (cause) {
        signal?.throwIfAborted();
        throw cause instanceof GeneratorError ? cause : unreachable(cause as Error, transferTimeoutMs);
      }
    },

    /** Uploads a PNG as an input picture and answers the name that LoadImage takes. */
    async upload(name: string, png: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<string> {
      const form = new FormData();
      form.set("image", new Blob([png], { type: "image/png" }), name);
      form.set("type", "input");
      form.set("subfolder", "dgx-pixels");
      form.set("overwrite", "true");
      const response = await request("/upload/image", {
        method: "POST",
        body: form,
        signal,
        timeoutMs: transferTimeoutMs,
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw badStatus(response, "an upload");
      }
      const answer = await parsed(response, z.object({ name: z.string(), subfolder: z.string().default("") }));
      return answer.subfolder === "" ? answer.name : `${answer.subfolder}/${answer.name}`;
    },

    /** Unloads the models and frees the memory, once the queue has a gap. */
    async free(signal?: AbortSignal): Promise<void> {
      const body = JSON.stringify({ unload_models: true, free_memory: true });
      const response = await request("/free", { method: "POST", body, headers: jsonType, signal });
      await response.body?.cancel();
      if (!response.ok) throw badStatus(response);
    },
  };

  async function statusByQueueAndHistory(id: string, signal: AbortSignal | undefined): Promise<JobStatus> {
    const before = (await get(`/history/${id}`, historySchema, signal))[id];
    if (before !== undefined) return statusOfHistory(before);
    const queue = await get("/queue", queueSchema, signal);
    if (queue.queue_running.some(([, running]) => running === id)) return { state: "running" };
    if (queue.queue_pending.some(([, pending]) => pending === id)) return { state: "pending" };
    // It may have ended between the two questions.
    const after = (await get(`/history/${id}`, historySchema, signal))[id];
    return after === undefined ? { state: "unknown" } : statusOfHistory(after);
  }

  async function get<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    signal: AbortSignal | undefined,
  ): Promise<z.infer<Schema>> {
    const response = await request(path, { signal });
    if (!response.ok) {
      await response.body?.cancel();
      throw badStatus(response);
    }
    return parsed(response, schema);
  }

  async function request(
    path: string,
    {
      signal,
      timeoutMs: deadlineMs = timeoutMs,
      ...init
    }: Omit<RequestInit, "signal"> & {
      readonly signal?: AbortSignal | undefined;
      readonly timeoutMs?: number;
    },
  ): Promise<Response> {
    try {
      return await fetch(`${url}${path}`, {
        ...init,
        headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
        signal: within(deadlineMs, signal),
        redirect: "error",
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw unreachable(cause as Error, deadlineMs);
    }
  }

  async function parsed<Schema extends z.ZodType>(response: Response, schema: Schema): Promise<z.infer<Schema>> {
    const result = schema.safeParse(await bodyAsJson(response));
    if (result.success) return result.data;
    throw notComfyui(result.error);
  }

  async function bodyAsJson(response: Response): Promise<unknown> {
    let text: string;
    try {
      text = await response.text();
    } catch (cause) {
      if ((cause as Error).name === "AbortError") throw cause;
      throw unreachable(cause as Error, timeoutMs);
    }
    try {
      return JSON.parse(text);
    } catch (cause) {
      if (!response.ok) throw badStatus(response);
      throw notComfyui(cause);
    }
  }

  function unreachable(cause: Error, deadlineMs: number): GeneratorError {
    return new GeneratorError(
      "server-unreachable",
      `Cannot reach ComfyUI at ${url}: ${reasonOf(cause, deadlineMs)}; start it, or set DGX_PIXELS_COMFYUI to where it runs`,
      { cause },
    );
  }

  function notComfyui(cause: unknown): GeneratorError {
    return new GeneratorError(
      "server-failed",
      `Cannot use ${url}: what answers there is not ComfyUI; set DGX_PIXELS_COMFYUI to where it runs`,
      { cause },
    );
  }

  function badStatus({ status }: Pick<Response, "status">, what = "a request"): GeneratorError {
    if (status === 401 || status === 403)
      return new GeneratorError(
        "server-failed",
        `Cannot use ComfyUI at ${url}: it answered ${status} to ${what}; set DGX_PIXELS_COMFYUI_TOKEN to what it asks for`,
      );
    return new GeneratorError(
      "server-failed",
      `Cannot use ComfyUI at ${url}: it answered ${status} to ${what}; see its log`,
    );
  }

  function refused(answer: unknown, status: number): GeneratorError {
    const result = refusedSchema.safeParse(answer);
    if (!result.success) return badStatus({ status }, "the workflow");
    const { error, node_errors: nodeErrors } = result.data;
    const why = describeNodeErrors(nodeErrors) ?? (typeof error === "string" ? error : sentence(error));
    return new GeneratorError("workflow-invalid", `Cannot run the workflow on ${url}: ${why}`);
  }
}

/** Aborts with the signal, or when time is up. */
function within(deadlineMs: number, signal: AbortSignal | undefined): AbortSignal {
  const deadline = AbortSignal.timeout(deadlineMs);
  return signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
}

const jsonType = { "content-type": "application/json" } as const;

/** What a server said against a workflow's nodes, as the second half of a sentence; undefined when it said nothing. */
export function describeNodeErrors(nodeErrors: z.infer<typeof nodeErrorsSchema>): string | undefined {
  const told = Object.entries(nodeErrors).flatMap(([id, { class_type: classType, errors }]) =>
    errors.map((error) => `${classType} (node ${id}): ${sentence(error)}`),
  );
  if (told.length === 0) return undefined;
  return told.length === 1 ? told[0] : `${told[0]} (and ${told.length - 1} more)`;
}

function sentence({ message, details }: { readonly message: string; readonly details: string }): string {
  const text = [message, details].filter((part) => part !== "").join(": ");
  return text.length > 300 ? `${text.slice(0, 299)}…` : text.replace(/\s+/g, " ") || "it did not say why";
}

function statusOfJob(job: z.infer<typeof jobSchema>): JobStatus {
  const { status, outputs, create_time: accepted, execution_start_time: begun, execution_end_time: end } = job;
  const start = accepted ?? begun;
  if (status === "pending" || status === "cancelled") return { state: status };
  if (status === "in_progress") return { state: "running" };
  if (status === "failed") return { state: "failed", failure: failureFrom(job.execution_error) };
  const milliseconds = start === undefined || end === undefined ? undefined : end - start;
  return { state: "done", pictures: picturesOf(outputs), milliseconds };
}

function statusOfHistory({ outputs, status }: z.infer<typeof historySchema>[string]): JobStatus {
  const messages = new Map(status?.messages ?? []);
  if (messages.has("execution_interrupted")) return { state: "cancelled" };
  if (status?.status_str === "error") return { state: "failed", failure: failureFrom(messages.get("execution_error")) };
  const [start, end] = ["execution_start", "execution_success"].map((name) => timestampOf(messages.get(name)));
  const milliseconds = start === undefined || end === undefined ? undefined : end - start;
  return { state: "done", pictures: picturesOf(outputs), milliseconds };
}

function timestampOf(data: unknown): number | undefined {
  return z.object({ timestamp: z.number() }).safeParse(data).data?.timestamp;
}

function failureFrom(data: unknown): NodeFailure {
  const result = failureSchema.safeParse(data);
  return result.success ? result.data : { node: "", classType: "a node", message: "it did not say why" };
}

function picturesOf(outputs: z.infer<typeof outputsSchema>): Readonly<Record<string, readonly ServerPicture[]>> {
  return Object.fromEntries(Object.entries(outputs).map(([node, { images }]) => [node, images ?? []]));
}

function reasonOf(error: Error, timeoutMs: number): string {
  if (error.name === "TimeoutError") return `it did not answer within ${timeoutMs / 1000} s`;
  const cause = (error.cause ?? error) as NodeJS.ErrnoException;
  if (cause.code === "ECONNREFUSED") return "nothing listens there";
  if (cause.code === "ENOTFOUND") return "there is no host of that name";
  if (cause.code === "ECONNRESET" || cause.code === "UND_ERR_SOCKET") return "it ended the connection";
  if (cause.code?.includes("CERT") || cause.code === "DEPTH_ZERO_SELF_SIGNED_CERT")
    return `its certificate is not trusted (${cause.code}); name its authority in NODE_EXTRA_CA_CERTS`;
  // One that stands for several, an address each, says nothing itself.
  return cause.message || (cause.code ?? error.message);
}

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

function isOnThisMachine(url: string): boolean {
  return loopback.test(new URL(url).hostname);
}

function refuseSecretInTheClear(url: string, headers: Readonly<Record<string, string>>): void {
  const { protocol, host } = new URL(url);
  if (protocol === "https:" || isOnThisMachine(url) || !("authorization" in headers)) return;
  throw new GeneratorError(
    "unsupported",
    `Cannot send the token to ComfyUI at ${url}: anyone on the way could read it; use https://${host}, or a tunnel to this machine`,
  );
}
