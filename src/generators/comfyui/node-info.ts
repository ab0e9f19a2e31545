import { z } from "zod";

/**
 * What GET /object_info tells of a node class. An input is `[type, options]`; where one of several names must be chosen,
 * the type is the list of them, or "COMBO" with the list in the options.
 */
export const nodeInfoSchema = z.object({
  input: z.object({
    required: z.record(z.string(), z.array(z.unknown())).optional(),
    optional: z.record(z.string(), z.array(z.unknown())).optional(),
  }),
  output: z.array(z.unknown()).default([]),
  output_node: z.boolean().default(false),
  display_name: z.string().optional(),
  python_module: z.string().optional(),
});

export const objectInfoSchema = z.record(z.string(), nodeInfoSchema);

export type NodeInfo = z.infer<typeof nodeInfoSchema>;

/** The names that an input takes, or undefined when it is not a choice. */
export function choicesOf(info: NodeInfo, input: string): readonly string[] | undefined {
  const [type, options] = info.input.required?.[input] ?? info.input.optional?.[input] ?? [];
  if (Array.isArray(type)) return type.filter((choice) => typeof choice === "string");
  if (type !== "COMBO" || typeof options !== "object" || options === null || !("options" in options)) return undefined;
  return Array.isArray(options.options) ? options.options.filter((choice) => typeof choice === "string") : undefined;
}
