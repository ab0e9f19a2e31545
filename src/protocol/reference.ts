import { generationRequestSchema, recipeSchema } from "#asset";
import { z } from "zod";
import { eventSchema } from "./events.ts";
import { largestFrame } from "./frame.ts";
import { protocolVersion, requests } from "./requests.ts";
import { spriteJobSchema, spriteOrderSchema, spriteResultSchema } from "./sprite-job.ts";

type JsonSchema = {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
  readonly description?: string;
};

/** Shapes with a section of their own, which the others name. */
const named: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>([
  [spriteJobSchema, "job"],
  [spriteOrderSchema, "order"],
  [spriteResultSchema, "result"],
]);

/** What is described where it is at home: it belongs to recipes as well, and grows with the generators. */
const linked: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>([
  [generationRequestSchema, "a request, as [src/asset/request.ts](../src/asset/request.ts) has it"],
  [recipeSchema.shape.finishing, "finishing steps, as [src/asset/recipe.ts](../src/asset/recipe.ts) has them"],
]);

/** The reference of the messages as Markdown, from the schemas that check them. */
export function describeProtocol(): string {
  const parts = [
    `# The protocol, version ${protocolVersion}`,
    `This page is made from the schemas in \`src/protocol\`, and a test compares the two:
\`DGX_PIXELS_WRITE_DOCS=1 npx vitest run src/protocol/reference.test.ts\` writes it anew.

Messages are plain MessagePack: maps with text keys, no extension types, nested at most 32 deep, ${largestFrame / 2 ** 20} MiB at most.
Fields marked with ? may be left out. Times are milliseconds since 1970, \`bytes\` is MessagePack's binary type.`,
    `## Requests

A ZeroMQ DEALER sends one frame to the daemon's ROUTER and gets one frame back:

- request: \`{ v: ${protocolVersion}, id: text, name: text, client: text, params: map }\`. \`id\` is the sender's choice, at most
  64 characters, and unique among all clients. A request may be sent again with the same id: it is answered again, and
  what it changed is not changed twice. \`client\` says who asks; quotas count by it.
- answer: \`{ v, id, result }\` or \`{ v, id, error: { code: text, message: text } }\`. The message is one sentence for a person.

\`v\`, \`id\` and \`error\` stay as they are in every version: a daemon that speaks another one answers with the code
\`version\`. Other codes of the protocol itself: \`bad-message\`, \`too-large\`, \`busy\` (more than 256 requests at once);
all others come from what was to be done, such as \`not-found\` or \`quota\`.`,
    ...Object.entries(requests).map(([name, { about, params, reply }]) =>
      [`### ${name}`, about, "Parameters:", shapeOf(params, "input"), "Result:", shapeOf(reply, "output")].join("\n\n"),
    ),
    `## Events

The daemon's XPUB publishes at its own address: the path of the requests' socket with \`.events\` behind it, or the next
port. A message has two frames: a topic (\`j\` for jobs and the queue, \`p\` for progress) and
\`{ v, session: text, n: number, event: map }\`. \`n\` counts the messages of the topic since the daemon's start, \`session\`
changes with each start; a gap in either means that something was missed, and that what is shown should be asked for
again. Once a second \`{ v, session, n }\` on the topic \`b\` tells the count of \`j\`, so that a loss at the end shows too. A
subscriber that also subscribes to \`w\` hears that topic alone once its subscriptions stand. One that reads too slowly
loses messages: progress is told at most every 50 ms a job, and 500 messages are kept for each subscriber.`,
    ...eventSchema.options.map((option) => {
      const { kind, ...shape } = option.shape;
      return `### ${String(kind.value)}\n\n${shapeOf(z.object(shape), "output")}`;
    }),
    "## Shapes",
    ...[...named].map(([schema, name]) => `### ${name}\n\n${shapeOf(schema, "output", true)}`),
  ];
  return `${parts.join("\n\n")}\n`;
}

function shapeOf(schema: z.ZodType, io: "input" | "output", isItself = false): string {
  const json = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema, path }) => {
      const schema = zodSchema as unknown as z.ZodType;
      const name = named.get(schema);
      const description = linked.get(schema) ?? (name && `[${name}](#${name})`);
      if (description === undefined || (isItself && path.length === 0)) return;
      for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[key];
      jsonSchema.description = description;
    },
  }) as JsonSchema;
  const variants = json.anyOf ?? json.oneOf;
  if (variants === undefined) return fieldsOf(json);
  const shared = commonFields(variants);
  const parts = variants.map((variant) => {
    const { properties = {} } = variant;
    const own = Object.fromEntries(Object.entries(properties).filter(([name]) => !shared.has(name)));
    return fieldsOf({ ...variant, properties: own });
  });
  if (shared.size === 0) return parts.join("\n\nor\n\n");
  const [{ properties = {}, ...first }] = variants;
  const common = Object.fromEntries(Object.entries(properties).filter(([name]) => shared.has(name)));
  return [fieldsOf({ ...first, properties: common }), "and one of these:", parts.join("\n\nor\n\n")].join("\n\n");
}

/** Names of fields that all variants have alike. */
function commonFields(variants: readonly JsonSchema[]): ReadonlySet<string> {
  const [first, ...others] = variants.map(({ properties = {} }) => properties);
  return new Set(
    Object.keys(first).filter((name) =>
      others.every((properties) => JSON.stringify(properties[name]) === JSON.stringify(first[name])),
    ),
  );
}

function fieldsOf({ properties = {}, required = [] }: JsonSchema): string {
  const rows = Object.entries(properties).map(
    ([name, field]) => `| \`${name}\`${required.includes(name) ? "" : "?"} | ${typeOf(field)} |`,
  );
  return rows.length === 0 ? "nothing" : ["| field | what it holds |", "| --- | --- |", ...rows].join("\n");
}

function typeOf(schema: JsonSchema): string {
  const { description, anyOf, oneOf, items, properties, required = [], additionalProperties } = schema;
  if (description !== undefined) return description;
  const variants = anyOf ?? oneOf;
  if (variants !== undefined) return variants.map(typeOf).join(" or ");
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  switch (schema.type) {
    case "array":
      return `list${range(schema.minItems, schema.maxItems)} of ${typeOf(items ?? {})}`;
    case "object": {
      if (properties === undefined)
        return `map to ${typeof additionalProperties === "object" ? typeOf(additionalProperties) : "anything"}`;
      const fields = Object.entries(properties).map(
        ([name, field]) => `\`${name}\`${required.includes(name) ? "" : "?"}: ${typeOf(field)}`,
      );
      return `{ ${fields.join("; ")} }`;
    }
    case "string":
      return `text${range(schema.minLength, schema.maxLength, " characters")}`;
    case "integer":
      return `whole number${range(schema.minimum, schema.maximum)}${byDefault(schema)}`;
    case "number":
      return `number${range(schema.minimum, schema.maximum)}${byDefault(schema)}`;
    case "boolean":
      return `true or false${byDefault(schema)}`;
    case "null":
      return "nil";
    default:
      return "anything";
  }
}

function byDefault({ default: value }: JsonSchema): string {
  return value === undefined ? "" : `, ${JSON.stringify(value)} by default`;
}

function range(least: number | undefined, most: number | undefined, unit = ""): string {
  const isBounded = most !== undefined && most < Number.MAX_SAFE_INTEGER;
  const isFrom = least !== undefined && least > Number.MIN_SAFE_INTEGER;
  if (!isBounded) return isFrom ? ` from ${least}${unit}` : "";
  return isFrom ? ` (${least} to ${most}${unit})` : ` (${most}${unit} at most)`;
}
