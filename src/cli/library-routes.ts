import { buildCommand, buildRouteMap } from "@stricli/core";
import type { CliContext } from "./context.ts";
import { example } from "./example.ts";
import { numberFlag, textFlag } from "./optional-flags.ts";

const commands = () => import("./commands/library.ts");
const json = { kind: "boolean", brief: "One JSON object a line, for programs", default: false } as const;

const filterFlags = {
  tag: {
    kind: "parsed",
    parse: String,
    brief: "Only with this tag; may be repeated",
    placeholder: "TAG",
    variadic: true,
    optional: true,
  },
  rating: numberFlag("Only rated this well or better: 1 to 5", "N"),
  generator: textFlag("Only drawn by this generator", "NAME"),
  since: {
    kind: "parsed",
    parse: dateFrom,
    brief: "Only made on this day or later, such as 2026-11-22",
    placeholder: "DATE",
    optional: true,
  },
  until: { kind: "parsed", parse: dateFrom, brief: "Only made before this day", placeholder: "DATE", optional: true },
  size: numberFlag("Only of this width in pixels", "PX"),
  tile: { kind: "boolean", brief: "Only tiles; --no-tile: none", optional: true },
} as const;

const pageFlags = {
  order: {
    kind: "enum",
    values: ["newest", "oldest", "rating", "relevance"],
    brief: "What comes first",
    optional: true,
  },
  limit: numberFlag("How many at most (50 by default)", "N"),
  json,
} as const;

const sprites = (minimum: number) =>
  ({
    kind: "array",
    parameter: { parse: String, brief: "Sprites: ids, the beginnings of ids, or files", placeholder: "sprite" },
    minimum,
  }) as const;

const list = buildCommand<CommandFlags<"list">, [], CliContext>({
  loader: async () => (await commands()).list,
  parameters: { flags: { ...filterFlags, ...pageFlags }, aliases: { t: "tag" } },
  docs: {
    brief: "List sprites, newest first",
    fullDescription: example("Lists what was made, newest first.", "library list --tag hero --rating 4"),
  },
});

const search = buildCommand<CommandFlags<"search">, string[], CliContext>({
  loader: async () => (await commands()).search,
  parameters: {
    flags: { ...filterFlags, ...pageFlags },
    aliases: { t: "tag" },
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "Words of prompt or tags; the last may be a beginning", placeholder: "words" },
      minimum: 1,
    },
  },
  docs: {
    brief: "Find sprites by words of their prompt or tags",
    fullDescription: example(
      'Finds sprites whose prompt or tags have all these words; "quoted words" must stand together.',
      "library search purple wiz --since 2026-11-01",
    ),
  },
});

const show = buildCommand<CommandFlags<"show">, string[], CliContext>({
  loader: async () => (await commands()).show,
  parameters: { flags: { json }, positional: sprites(1) },
  docs: {
    brief: "Show sprites with all that is known of them",
    fullDescription: example("Shows sprites with picture, recipe, tags and rating.", "library show 3fa2"),
  },
});

const tag = buildCommand<CommandFlags<"tag">, string[], CliContext>({
  loader: async () => (await commands()).tag,
  parameters: {
    flags: {
      add: {
        kind: "parsed",
        parse: String,
        brief: "A tag to add; may be repeated",
        placeholder: "TAG",
        variadic: true,
        optional: true,
      },
      remove: {
        kind: "parsed",
        parse: String,
        brief: "A tag to take off; may be repeated",
        placeholder: "TAG",
        variadic: true,
        optional: true,
      },
    },
    aliases: { a: "add", r: "remove" },
    positional: sprites(0),
  },
  docs: {
    brief: "Add and remove tags, or list all tags",
    fullDescription: example(
      "Adds and removes tags of sprites; without sprites it lists all tags with how often they are used.",
      "library tag 3fa2 91cc --add hero --remove draft",
      "library tag",
    ),
  },
});

const rate = buildCommand<Record<never, never>, [string, ...string[]], CliContext>({
  loader: async () => (await commands()).rate,
  parameters: {
    positional: {
      kind: "array",
      parameter: { parse: String, brief: "1 to 5 or none, then sprites", placeholder: "rating sprite" },
      minimum: 2,
    } as never,
  },
  docs: {
    brief: "Rate sprites from 1 to 5",
    fullDescription: example(
      "Rates sprites; none takes a rating back.",
      "library rate 5 3fa2",
      "library rate none 3fa2",
    ),
  },
});

const remove = buildCommand<Record<never, never>, string[], CliContext>({
  loader: async () => (await commands()).remove,
  parameters: { positional: sprites(1) },
  docs: {
    brief: "Delete sprites and their files from the library",
    fullDescription: example("Deletes sprites from the library; copies made with --out stay.", "library delete 3fa2"),
  },
});

const exportRoute = buildCommand<CommandFlags<"exportSprites">, [string, ...string[]], CliContext>({
  loader: async () => (await commands()).exportSprites,
  parameters: {
    flags: {
      ...filterFlags,
      search: textFlag("Only sprites with these words in prompt or tags", "WORDS"),
      overwrite: { kind: "boolean", brief: "Replace files that are there and differ", default: false },
    },
    aliases: { t: "tag" },
    positional: {
      kind: "array",
      parameter: {
        parse: String,
        brief: "A folder, then sprites; without sprites, all that match",
        placeholder: "folder sprite",
      },
      minimum: 1,
    } as never,
  },
  docs: {
    brief: "Copy sprites to a folder, with a metadata file",
    fullDescription: example(
      "Copies sprites to a folder, with metadata.jsonl beside them.",
      "library export hero-sprites --tag hero",
      "library export pair 3fa2 91cc",
    ),
  },
});

const rebuild = buildCommand<Record<never, never>, [], CliContext>({
  loader: async () => (await commands()).rebuild,
  parameters: {},
  docs: {
    brief: "Make a damaged library's database again from its PNGs",
    fullDescription: example(
      "Makes the database again from the recipes inside the PNGs; tags and ratings are kept where they can be read.",
      "library rebuild",
    ),
  },
});

export const libraryRoutes = buildRouteMap({
  routes: { list, search, show, tag, rate, delete: remove, export: exportRoute, rebuild },
  docs: { brief: "Find, show, tag, rate, delete and export what was made" },
});

type Commands = Awaited<ReturnType<typeof commands>>;
type CommandFlags<Name extends keyof Commands> = Parameters<Commands[Name]>[0];

function dateFrom(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new Error("give a date such as 2026-11-22");
  return date;
}
