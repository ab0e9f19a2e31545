import { z } from "zod";

/** A picture that a node gave back, to be fetched by GET /view. */
const pictureSchema = z.object({
  filename: z.string(),
  subfolder: z.string().default(""),
  type: z.string().default("output"),
  /** Where it lies on the server's disk, which only our own node tells. */
  path: z.string().optional().catch(undefined),
});

export type ServerPicture = z.infer<typeof pictureSchema>;

/** Outputs by node; only pictures are looked at. */
export const outputsSchema = z.record(
  z.string(),
  z.object({ images: z.array(pictureSchema).optional().catch(undefined) }).catch({}),
);

/** A message of the server's socket that matters here; `job` is the prompt id. */
export type ServerMessage =
  | { readonly kind: "started"; readonly job: string }
  | { readonly kind: "cached"; readonly job: string; readonly nodes: readonly string[] }
  | { readonly kind: "node"; readonly job: string; readonly node: string | null }
  | {
      readonly kind: "progress";
      readonly job: string;
      readonly node: string;
      readonly value: number;
      readonly most: number;
    }
  /** A picture of how far a node is; old servers do not tell the job and the node. */
  | {
      readonly kind: "preview";
      readonly job: string | undefined;
      readonly node: string | undefined;
      readonly picture: Uint8Array;
    }
  | {
      readonly kind: "output";
      readonly job: string;
      readonly node: string;
      readonly pictures: readonly ServerPicture[];
    }
  | { readonly kind: "succeeded"; readonly job: string }
  | { readonly kind: "interrupted"; readonly job: string }
  | { readonly kind: "failed"; readonly job: string; readonly failure: NodeFailure };

/** What went wrong inside a node. */
export type NodeFailure = { readonly node: string; readonly classType: string; readonly message: string };

const job = z.string();

export const failureSchema = z
  .object({
    node_id: z.coerce.string(),
    node_type: z.string().default("a node"),
    exception_message: z.string().default("it did not say why"),
  })
  .transform(
    ({ node_id, node_type, exception_message }): NodeFailure => ({
      node: node_id,
      classType: node_type,
      message: exception_message.trim(),
    }),
  );

const textSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("execution_start"), data: z.object({ prompt_id: job }) }),
  z.object({
    type: z.literal("execution_cached"),
    data: z.object({ prompt_id: job, nodes: z.array(z.coerce.string()).default([]) }),
  }),
  z.object({
    type: z.literal("executing"),
    data: z.object({ prompt_id: job, node: z.coerce.string().nullable() }),
  }),
  z.object({
    type: z.literal("progress"),
    data: z.object({ prompt_id: job, node: z.coerce.string(), value: z.number(), max: z.number() }),
  }),
  z.object({
    type: z.literal("executed"),
    data: z.object({
      prompt_id: job,
      node: z.coerce.string(),
      output: z.object({ images: z.array(pictureSchema).optional().catch(undefined) }).nullish(),
    }),
  }),
  z.object({ type: z.literal("execution_success"), data: z.object({ prompt_id: job }) }),
  z.object({ type: z.literal("execution_interrupted"), data: z.object({ prompt_id: job }) }),
  z.object({ type: z.literal("execution_error"), data: z.object({ prompt_id: job }).and(z.unknown()) }),
]);

/** A text message, or undefined for one that is of no use here, whole or not. */
export function parseTextMessage(text: string): ServerMessage | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const result = textSchema.safeParse(json);
  if (!result.success) return undefined;
  const { type, data } = result.data;
  const { prompt_id: job } = data;
  switch (type) {
    case "execution_start":
      return { kind: "started", job };
    case "execution_cached":
      return { kind: "cached", job, nodes: data.nodes };
    case "executing":
      return { kind: "node", job, node: data.node };
    case "progress":
      return { kind: "progress", job, node: data.node, value: data.value, most: data.max };
    case "executed":
      return { kind: "output", job, node: data.node, pictures: data.output?.images ?? [] };
    case "execution_success":
      return { kind: "succeeded", job };
    case "execution_interrupted":
      return { kind: "interrupted", job };
    case "execution_error": {
      const failure = failureSchema.safeParse(data);
      return {
        kind: "failed",
        job,
        failure: failure.success ? failure.data : { node: "", classType: "a node", message: "it did not say why" },
      };
    }
  }
}

const previewTypes = { plain: 1, withMetadata: 4 } as const;

const previewMetadataSchema = z.object({ prompt_id: z.string().optional(), node_id: z.coerce.string().optional() });

/**
 * A binary message: big-endian 32-bit numbers. Type 1 is a format (1 JPEG, 2 PNG) and the picture; type 4 the length of
 * some JSON, the JSON (which job and node), and the picture. Undefined for anything else, whole or not.
 */
export function parseBinaryMessage(bytes: Uint8Array): ServerMessage | undefined {
  if (bytes.length <= 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = view.getUint32(0);
  if (type === previewTypes.plain)
    return { kind: "preview", job: undefined, node: undefined, picture: bytes.subarray(8) };
  if (type !== previewTypes.withMetadata) return undefined;
  const end = 8 + view.getUint32(4);
  if (end >= bytes.length) return undefined;
  try {
    const metadata = previewMetadataSchema.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(8, end))));
    return { kind: "preview", job: metadata.prompt_id, node: metadata.node_id, picture: bytes.subarray(end) };
  } catch {
    return undefined;
  }
}
