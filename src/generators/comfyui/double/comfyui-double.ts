import { createHash, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readPngHeader } from "#pixels";
import { choicesOf, type NodeInfo, objectInfoSchema } from "../node-info.ts";
import { isLink, nodesBehind, type Workflow } from "../workflow.ts";
import { drawPictures } from "./draw.ts";
import objectInfoFile from "./fixtures/object-info.json" with { type: "json" };
import { acceptSocket, type ServerSocket } from "./socket-server.ts";
import { storedPngOf } from "./write-png.ts";

export type DoubleOptions = {
  readonly port?: number;
  /** Before 0.4 there were neither job routes nor sized lists of models, and any text was a prompt id. */
  readonly isOld?: boolean;
  /** Header metadata by file name; a file without any is {}. */
  readonly checkpoints?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly loras?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly stepMs?: number;
  /** Node classes that this server lacks. */
  readonly lacks?: readonly string[];
  /** Has the nodes of python/comfyui_nodes. */
  readonly hasOwnNodes?: boolean;
  /** The folder where the node of python/comfyui_nodes leaves its pictures, and says so. */
  readonly temporary?: string;
  /** What every request must carry, socket included. */
  readonly token?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Refuses sockets, as some proxies do. */
  readonly hasNoSocket?: boolean;
  /** Fails in this node class, as with too little memory. */
  readonly failsIn?: string;
};

export type ComfyuiDouble = {
  readonly url: string;
  /** Jobs that were begun, in order. */
  readonly begun: readonly { readonly id: string; readonly workflow: Workflow }[];
  /** Requests, as "POST /prompt". */
  readonly requests: readonly string[];
  /** Of each picture that was asked for, whether a job ran then. */
  readonly views: readonly { readonly isRunning: boolean }[];
  /** Headers of the last request and of the last socket. */
  readonly lastHeaders: { http: IncomingMessage["headers"]; socket: IncomingMessage["headers"] };
  /** What was told it, by upload name. */
  readonly uploads: ReadonlyMap<string, string>;
  /** Drops queue, history and sockets, as a restart does. */
  readonly restart: () => void;
  /** The queue stands still until `resume`. */
  readonly hold: () => void;
  readonly resume: () => void;
  /** Adds a file to a models folder. */
  readonly addModel: (
    folder: "checkpoints" | "loras",
    name: string,
    metadata?: Readonly<Record<string, string>>,
  ) => void;
  readonly queue: () => { readonly running: string | undefined; readonly pending: readonly string[] };
  readonly close: () => Promise<void>;
};

type Job = {
  readonly number: number;
  readonly id: string;
  readonly workflow: Workflow;
  readonly extra: { readonly client_id?: string; readonly create_time: number };
  readonly outputs: readonly string[];
};

type Ended = {
  readonly job: Job;
  readonly outputs: Record<string, { images: Picture[] }>;
  readonly status: { readonly status_str: string; readonly completed: boolean; readonly messages: [string, object][] };
};

type Picture = {
  readonly filename: string;
  readonly subfolder: string;
  readonly type: string;
  readonly path?: string;
};

type Client = { readonly socket: ServerSocket; hasMetadataPreviews: boolean; isFirstMessage: boolean };

class Interrupted extends Error {}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** 8 x 8 pixels of dark red. */
const previewJpeg = Buffer.from(
  "/9j/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhC" +
    "Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAIAAgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAA" +
    "AAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAABAb/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCWAAon" +
    "/9k=",
  "base64",
);
/** What python/comfyui_nodes adds. */
const ownNodes: Readonly<Record<string, NodeInfo>> = objectInfoSchema.parse({
  DgxPixelsCudaGraphs: { input: { required: { model: ["MODEL", {}] } }, output: ["MODEL"], output_node: false },
  DgxPixelsDecode: {
    input: { required: { samples: ["LATENT", {}], vae: ["VAE", {}] } },
    output: ["IMAGE"],
    output_node: false,
  },
  DgxPixelsPicture: { input: { required: { images: ["IMAGE", {}] } }, output: [], output_node: true },
});
const sdxl = { "modelspec.architecture": "stable-diffusion-xl-v1-base" };

/**
 * A ComfyUI server for tests, without a model: routes, messages, their order and their words are those that ComfyUI
 * 0.33.0 and, with `isOld`, 0.3.64 were seen to give (docs/comfyui.md tells how). What it draws depends on every input of
 * the workflow.
 */
export async function startComfyuiDouble(options: DoubleOptions = {}): Promise<ComfyuiDouble> {
  const { stepMs = 0, isOld = false } = options;
  const models = {
    checkpoints: new Map(Object.entries(options.checkpoints ?? { "sd_xl_base_1.0.safetensors": sdxl })),
    loras: new Map(Object.entries(options.loras ?? {})),
  };
  const uploads = new Map<string, string>();
  const uploadSides = new Map<string, number>();
  const pictures = new Map<string, Uint8Array>();
  const begun: { id: string; workflow: Workflow }[] = [];
  const views: { isRunning: boolean }[] = [];
  const requests: string[] = [];
  const lastHeaders: ComfyuiDouble["lastHeaders"] = { http: {}, socket: {} };
  const clients = new Map<string, Client>();
  const connections = new Set<Socket>();
  let pending: Job[] = [];
  let running: Job | undefined;
  let history = new Map<string, Ended>();
  let interrupted: string | undefined;
  let number = 0;
  let pictureCount = 0;
  let isHeld = false;
  let isWorking = false;
  let isClosed = false;
  /** Grows with each restart: what ran before is dead. */
  let life = 0;

  const infos = objectInfoSchema.parse(objectInfoFile);

  const handler = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: Error) => {
      response.writeHead(500, { "content-type": "text/plain; charset=utf-8" });
      response.end(`500 Internal Server Error\n\nServer got itself in trouble (${error.message})`);
    });
  };
  const server: Server = options.tls ? createHttpsServer(options.tls, handler) : createHttpServer(handler);
  server.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  server.on("upgrade", (request: IncomingMessage, stream: Socket) => {
    const url = new URL(request.url ?? "/", "http://double");
    lastHeaders.socket = request.headers;
    if (options.hasNoSocket === true || url.pathname !== "/ws" || !isAllowed(request)) {
      stream.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    openClient(url.searchParams.get("clientId") || randomUUID(), request, stream);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `${options.tls ? "https://localhost" : "http://127.0.0.1"}:${port}`,
    begun,
    views,
    requests,
    lastHeaders,
    uploads,
    restart() {
      life++;
      pending = [];
      running = undefined;
      history = new Map();
      number = 0;
      pictures.clear();
      for (const connection of connections) connection.destroy();
      clients.clear();
    },
    hold: () => {
      isHeld = true;
    },
    resume: () => {
      isHeld = false;
      void work();
    },
    addModel: (folder, name, metadata = {}) => {
      models[folder].set(name, metadata);
    },
    queue: () => ({ running: running?.id, pending: pending.map(({ id }) => id) }),
    async close() {
      isClosed = true;
      life++;
      for (const connection of connections) connection.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function isAllowed({ headers }: IncomingMessage): boolean {
    return options.token === undefined || headers.authorization === `Bearer ${options.token}`;
  }

  function openClient(id: string, request: IncomingMessage, stream: Socket): void {
    const socket = acceptSocket(request, stream, {
      onText(text) {
        const client = clients.get(id);
        if (client === undefined) return;
        const message = JSON.parse(text) as { type?: string; data?: { supports_preview_metadata?: boolean } };
        if (client.isFirstMessage && message.type === "feature_flags") {
          client.hasMetadataPreviews = message.data?.supports_preview_metadata === true;
          tell(id, "feature_flags", { supports_preview_metadata: true, max_upload_size: 104_857_600 });
        }
        client.isFirstMessage = false;
      },
      // As the real one does, whichever socket has the id by now.
      onEnd: () => clients.delete(id),
    });
    clients.set(id, { socket, hasMetadataPreviews: false, isFirstMessage: true });
    tell(id, "status", { status: queueInfo(), sid: id });
  }

  function tell(client: string | undefined, type: string, data: object): void {
    if (client === undefined) return;
    clients.get(client)?.socket.send(JSON.stringify({ type, data }));
  }

  function queueInfo() {
    return { exec_info: { queue_remaining: pending.length + (running === undefined ? 0 : 1) } };
  }

  function tellQueue(): void {
    for (const client of clients.keys()) tell(client, "status", { status: queueInfo() });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://double");
    const path = url.pathname.replace(/^\/api(?=\/(?!jobs))/, "");
    requests.push(`${request.method} ${path}`);
    lastHeaders.http = request.headers;
    const body = await bodyOf(request);
    const json = (status: number, content: unknown) => {
      response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
      response.end(JSON.stringify(content));
    };
    const plain = (status: number, text = "") => {
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
      response.end(text);
    };
    if (!isAllowed(request)) return plain(401);
    const [, first, second, third, fourth] = path.split("/");
    switch (`${request.method} /${first}`) {
      case "GET /system_stats":
        return json(200, systemStats(isOld));
      case "GET /prompt":
        return json(200, queueInfo());
      case "POST /prompt":
        return submit(JSON.parse(body.toString("utf8")), json);
      case "GET /object_info": {
        if (second === undefined)
          return json(200, Object.fromEntries(Object.keys(infos).map((name) => [name, infoOf(name)])));
        const info = infoOf(second);
        return json(200, info === undefined ? {} : { [second]: info });
      }
      case "GET /experiment": {
        const files = isOld ? undefined : models[third as "checkpoints"];
        if (files === undefined) return plain(404, "404: Not Found");
        return json(
          200,
          [...files.keys()].map((name) => ({ name, pathIndex: 0, modified: 1, created: 1, size: 1000 + name.length })),
        );
      }
      case "GET /models": {
        const files = models[second as "checkpoints"];
        return files === undefined ? plain(404) : json(200, [...files.keys()]);
      }
      case "GET /view_metadata": {
        const metadata = models[second as "checkpoints"]?.get(url.searchParams.get("filename") ?? "");
        return metadata === undefined || Object.keys(metadata).length === 0 ? plain(404) : json(200, metadata);
      }
      case "GET /queue":
        return json(200, { queue_running: running ? [queued(running)] : [], queue_pending: pending.map(queued) });
      case "POST /queue": {
        const { delete: ids = [] } = JSON.parse(body.toString("utf8")) as { delete?: readonly string[] };
        pending = pending.filter(({ id }) => !ids.includes(id));
        tellQueue();
        return plain(200);
      }
      case "POST /interrupt": {
        const { prompt_id: id } = JSON.parse(body.toString("utf8") || "{}") as { prompt_id?: string };
        if (running !== undefined && (id === undefined || id === running.id)) interrupted = running.id;
        return plain(200);
      }
      case "POST /free":
        return plain(200);
      case "GET /history": {
        const ended = second === undefined ? [...history.values()] : [history.get(second)];
        return json(200, Object.fromEntries(ended.flatMap((one) => (one ? [[one.job.id, historyOf(one)]] : []))));
      }
      case "GET /view": {
        views.push({ isRunning: running !== undefined });
        const png = pictures.get(url.searchParams.get("filename") ?? "");
        if (png === undefined) return plain(404);
        response.writeHead(200, { "content-type": "image/png" });
        response.end(png);
        return;
      }
      case "POST /upload": {
        const { name, content } = pictureIn(request, body);
        uploads.set(`dgx-pixels/${name}`, createHash("sha256").update(content).digest("hex"));
        uploadSides.set(`dgx-pixels/${name}`, readPngHeader(content).width);
        return json(200, { name, subfolder: "dgx-pixels", type: "input" });
      }
      case "GET /api":
      case "POST /api": {
        if (isOld || second !== "jobs") return plain(404, "404: Not Found");
        if (request.method === "POST" && fourth === "cancel") return json(200, { cancelled: cancel(third) });
        const job = jobOf(third);
        return job === undefined ? json(404, { error: "Job not found" }) : json(200, job);
      }
      default:
        return plain(404, "404: Not Found");
    }
  }

  function infoOf(classType: string): NodeInfo | undefined {
    if (options.hasOwnNodes === true && classType in ownNodes) return ownNodes[classType];
    const info = options.lacks?.includes(classType) ? undefined : infos[classType];
    if (info === undefined) return undefined;
    const filled = structuredClone(info);
    const { required } = filled.input;
    if (classType === "CheckpointLoaderSimple" && required) required.ckpt_name[0] = [...models.checkpoints.keys()];
    if (classType === "LoraLoader" && required) required.lora_name[0] = [...models.loras.keys()];
    return filled;
  }

  function submit(
    { prompt, prompt_id: wantedId, client_id: client }: { prompt?: Workflow; prompt_id?: string; client_id?: string },
    json: (status: number, content: unknown) => void,
  ): void {
    const refuse = (type: string, message: string, details: string, extra: object = {}, nodeErrors: object = {}) =>
      json(400, { error: { type, message, details, extra_info: extra }, node_errors: nodeErrors });
    if (prompt === undefined) return refuse("no_prompt", "No prompt provided", "No prompt provided");
    if (wantedId !== undefined && !isOld && !uuid.test(wantedId))
      return refuse("invalid_prompt_id", "prompt_id must be a valid UUID", "prompt_id must be a UUID string");
    const outputs: string[] = [];
    for (const [id, { class_type: classType }] of Object.entries(prompt)) {
      const info = infoOf(classType);
      if (info === undefined)
        return refuse(
          "missing_node_type",
          `Node '${classType}' not found. The custom node may not be installed.`,
          `Node ID '#${id}'`,
          { node_id: id, class_type: classType, node_title: classType },
        );
      if (info.output_node) outputs.push(id);
    }
    if (outputs.length === 0) return refuse("prompt_no_outputs", "Prompt has no outputs", "");
    const nodeErrors: Record<string, { errors: object[]; dependent_outputs: string[]; class_type: string }> = {};
    const good = outputs.filter((output) => {
      let isGood = true;
      for (const id of nodesBehind(prompt, [output])) {
        const error = inputErrorOf(prompt, id);
        if (error === undefined) continue;
        isGood = false;
        nodeErrors[id] ??= { errors: [error], dependent_outputs: [], class_type: prompt[id].class_type };
        nodeErrors[id].dependent_outputs.push(output);
      }
      return isGood;
    });
    if (good.length === 0)
      return refuse("prompt_outputs_failed_validation", "Prompt outputs failed validation", "", {}, nodeErrors);
    const job: Job = {
      number: number++,
      id: wantedId ?? randomUUID(),
      workflow: prompt,
      extra: { ...(client !== undefined && { client_id: client }), create_time: Date.now() },
      outputs: good,
    };
    pending.push(job);
    tellQueue();
    json(200, { prompt_id: job.id, number: job.number, node_errors: nodeErrors });
    void work();
  }

  function inputErrorOf(prompt: Workflow, id: string): object | undefined {
    const { class_type: classType, inputs } = prompt[id];
    const info = infoOf(classType) as NodeInfo;
    for (const input of Object.keys(info.input.required ?? {})) {
      const value = inputs[input];
      if (value === undefined)
        return {
          type: "required_input_missing",
          message: "Required input is missing",
          details: input,
          extra_info: { input_name: input },
        };
      if (isLink(value)) continue;
      if (input === "image" && !uploads.has(String(value)))
        return {
          type: "custom_validation_failed",
          message: "Custom validation failed for node",
          details: `image - Invalid image file: ${String(value)}`,
          extra_info: { input_name: "image" },
        };
      const choices = input === "image" ? undefined : choicesOf(info, input);
      if (choices !== undefined && !choices.includes(String(value)))
        return {
          type: "value_not_in_list",
          message: "Value not in list",
          details: `${input}: '${String(value)}' not in [${choices.map((choice) => `'${choice}'`).join(", ")}]`,
          extra_info: { input_name: input, received_value: value },
        };
    }
    return undefined;
  }

  /** Runs what waits, one job at a time, as the real server's only worker does. */
  async function work(): Promise<void> {
    if (isWorking) return;
    isWorking = true;
    const next = () => (isHeld || isClosed ? undefined : pending.shift());
    for (let job = next(); job !== undefined; job = next()) {
      running = job;
      tellQueue();
      await execute(job);
    }
    isWorking = false;
  }

  async function execute(job: Job): Promise<void> {
    const born = life;
    const { id, workflow } = job;
    const client = job.extra.client_id;
    const messages: [string, object][] = [];
    const note = (type: string, data: object) => {
      const stamped = { prompt_id: id, ...data, timestamp: Date.now() };
      messages.push([type, stamped]);
      tell(client, type, stamped);
    };
    const outputs: Ended["outputs"] = {};
    begun.push({ id, workflow });
    note("execution_start", {});
    note("execution_cached", { nodes: [] });
    let status = "success";
    try {
      for (const node of inOrder(workflow, job.outputs)) {
        const classType = workflow[node].class_type;
        tell(client, "executing", { node, display_node: node, prompt_id: id });
        await pause(born, id);
        if (classType === options.failsIn) {
          status = "error";
          note("execution_error", {
            node_id: node,
            node_type: classType,
            executed: [],
            exception_message: "Allocation on device 0 would exceed allowed memory. (out of memory)\n",
            exception_type: "torch.OutOfMemoryError",
            traceback: [],
            current_inputs: {},
          });
          break;
        }
        if (classType.startsWith("KSampler")) await sample(born, client, id, node, Number(workflow[node].inputs.steps));
        if (job.outputs.includes(node)) {
          const side = [...Object.values(workflow)]
            .map(({ inputs }) => uploadSides.get(String(inputs.image)))
            .find((value) => value !== undefined);
          const known = new Map(uploads);
          if (side !== undefined) known.set(`${node} side`, String(side));
          const images = drawPictures(workflow, node, known).map((png): Picture => {
            pictureCount++;
            const isOwn = classType === "DgxPixelsPicture";
            const filename = isOwn
              ? `dgx-pixels-${randomUUID().replaceAll("-", "")}.png`
              : `ComfyUI_temp_double_${String(pictureCount).padStart(5, "0")}_.png`;
            pictures.set(filename, isOwn ? storedPngOf(png) : png);
            if (!isOwn || options.temporary === undefined) return { filename, subfolder: "", type: "temp" };
            const path = join(options.temporary, filename);
            writeFileSync(path, storedPngOf(png));
            return { filename, subfolder: "", type: "temp", path };
          });
          outputs[node] = { images };
          tell(client, "executed", { node, display_node: node, output: { images }, prompt_id: id });
        }
      }
      if (status === "success") note("execution_success", {});
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      if (born !== life) return;
      status = "error";
      note("execution_interrupted", { node_id: "", node_type: "", executed: [] });
    }
    if (born !== life) return;
    history.set(id, { job, outputs, status: { status_str: status, completed: status === "success", messages } });
    running = undefined;
    tellQueue();
    tell(client, "executing", { node: null, prompt_id: id });
  }

  async function sample(
    born: number,
    client: string | undefined,
    id: string,
    node: string,
    steps: number,
  ): Promise<void> {
    for (let step = 1; step <= steps; step++) {
      await pause(born, id);
      const to = client === undefined ? undefined : clients.get(client);
      const metadata = JSON.stringify({
        node_id: node,
        prompt_id: id,
        display_node_id: node,
        image_type: "image/jpeg",
      });
      to?.socket.send(to.hasMetadataPreviews && !isOld ? previewWith(metadata) : plainPreview());
      tell(client, "progress", { value: step, max: steps, prompt_id: id, node });
    }
  }

  async function pause(born: number, id: string): Promise<void> {
    await sleep(stepMs);
    if (born !== life) throw new Interrupted();
    if (interrupted !== id) return;
    interrupted = undefined;
    throw new Interrupted();
  }

  function cancel(id: string): boolean {
    if (running?.id === id) {
      interrupted = id;
      return true;
    }
    const before = pending.length;
    pending = pending.filter((job) => job.id !== id);
    tellQueue();
    return pending.length < before;
  }

  function jobOf(id: string): object | undefined {
    const base = { id, priority: 0, outputs_count: 0 };
    if (running?.id === id) return { ...base, status: "in_progress" };
    if (pending.some((job) => job.id === id)) return { ...base, status: "pending" };
    const ended = history.get(id);
    if (ended === undefined) return undefined;
    const { messages, status_str: state } = ended.status;
    const times = new Map(messages.map(([name, data]) => [name, data as { timestamp: number }]));
    const error = times.get("execution_error");
    return {
      ...base,
      create_time: ended.job.extra.create_time,
      status: times.has("execution_interrupted") ? "cancelled" : state === "error" ? "failed" : "completed",
      execution_start_time: times.get("execution_start")?.timestamp,
      execution_end_time: (times.get("execution_success") ?? error)?.timestamp,
      ...(error && { execution_error: error }),
      outputs: ended.outputs,
    };
  }
}

function inOrder(workflow: Workflow, outputs: readonly string[]): readonly string[] {
  const order: string[] = [];
  const visit = (id: string) => {
    if (order.includes(id)) return;
    for (const value of Object.values(workflow[id].inputs)) if (isLink(value)) visit(value[0]);
    order.push(id);
  };
  for (const output of outputs) visit(output);
  return order;
}

function queued({ number, id, workflow, extra, outputs }: Job): readonly unknown[] {
  return [number, id, workflow, extra, outputs];
}

function historyOf({ job, outputs, status }: Ended): object {
  return { prompt: queued(job), outputs, status, meta: {} };
}

function previewWith(metadata: string): Uint8Array {
  const json = Buffer.from(metadata);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(4, 0);
  header.writeUInt32BE(json.length, 4);
  return Buffer.concat([header, json, previewJpeg]);
}

function plainPreview(): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(1, 0);
  header.writeUInt32BE(1, 4);
  return Buffer.concat([header, previewJpeg]);
}

function systemStats(isOld: boolean): object {
  return {
    system: {
      os: "linux",
      comfyui_version: isOld ? "0.3.64" : "0.33.0",
      python_version: "3.12.0",
      pytorch_version: "2.9.0",
      argv: ["main.py", "--cpu"],
    },
    devices: [
      {
        name: "cpu",
        type: "cpu",
        index: null,
        vram_total: 24e9,
        vram_free: 20e9,
        torch_vram_total: 24e9,
        torch_vram_free: 20e9,
      },
    ],
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The picture of a multipart form. */
function pictureIn(request: IncomingMessage, body: Buffer): { readonly name: string; readonly content: Buffer } {
  const boundary = /boundary=(.+)$/.exec(request.headers["content-type"] ?? "")?.[1] ?? "";
  const start = body.indexOf('name="image"');
  const name = /filename="([^"]+)"/.exec(body.subarray(start, start + 300).toString("latin1"))?.[1] ?? "";
  const from = body.indexOf("\r\n\r\n", start) + 4;
  return { name, content: body.subarray(from, body.indexOf(`\r\n--${boundary}`, from)) };
}
