/** How a module names another one. `computed` is an import() whose target only shows at run time. */
export type ModuleReference =
  | { readonly kind: "static" | "dynamic" | "resolve" | "require" | "url"; readonly specifier: string }
  | { readonly kind: "computed" };

export type ScannedModule = {
  readonly references: readonly ModuleReference[];
  readonly readsEnvironment: boolean;
};

/**
 * All that a TypeScript or JavaScript module imports, type imports included, by its tokens: TypeScript 7 has no
 * programming interface to ask. Comments, strings, templates and regular expressions are told apart, so that examples
 * in them do not count. Throws an Error for text that it cannot follow, so that nothing is missed silently.
 */
export function scanModule(source: string): ScannedModule {
  const tokens = tokenize(source);
  const references: ModuleReference[] = [];
  let readsEnvironment = false;
  for (let index = 0; index < tokens.length; index++) {
    const here = (...texts: string[]) => texts.every((text, offset) => tokens[index + offset]?.text === text);
    const stringAt = (offset: number) => {
      const token = tokens[index + offset];
      return token?.kind === "string" ? token.text : undefined;
    };
    if (tokens[index].kind !== "word") continue;
    if (here("process", ".", "env") || here("process", "[", "env") || isDestructuredProcess(tokens, index))
      readsEnvironment = true;
    if (tokens[index - 1]?.text === "." && tokens[index - 2]?.text !== ".") continue;

    const add = (kind: Exclude<ModuleReference["kind"], "computed">, specifier: string | undefined) =>
      references.push(specifier === undefined ? { kind: "computed" } : { kind, specifier });
    if (here("import", "(")) add("dynamic", stringAt(2));
    else if (here("import", ".", "meta", ".", "resolve", "(")) add("resolve", stringAt(6));
    else if (here("import", ".")) continue;
    else if (here("require", "(")) add("require", stringAt(2));
    else if (here("new", "URL", "(") && stringAt(3) !== undefined) {
      const specifier = stringAt(3);
      index += 4;
      if (here(",", "import", ".", "meta", ".", "url")) add("url", specifier);
    } else if (here("import") && tokens[index + 1]?.text !== ":")
      add("static", stringAt(1) ?? fromClause(tokens, index));
    else if (here("export")) {
      const list = index + (here("export", "type") ? 2 : 1);
      if (tokens[list]?.text === "*") add("static", fromClause(tokens, index));
      else if (tokens[list]?.text === "{") {
        const end = tokens.findIndex(({ text, kind }, at) => at > list && kind === "punctuation" && text === "}");
        if (tokens[end + 1]?.text === "from" && tokens[end + 2]?.kind === "string") add("static", tokens[end + 2].text);
      }
    }
  }
  const importsProcess = references.some(
    (reference) => reference.kind !== "computed" && /^(?:node:)?process$/.test(reference.specifier),
  );
  return { references, readsEnvironment: readsEnvironment || importsProcess };
}

type Token = { readonly kind: "word" | "string" | "template" | "regex" | "punctuation"; readonly text: string };

/** The string of the first `from "…"` after a position. */
function fromClause(tokens: readonly Token[], start: number): string {
  for (let index = start; index < tokens.length - 1 && tokens[index].text !== ";"; index++)
    if (tokens[index].kind === "word" && tokens[index].text === "from" && tokens[index + 1].kind === "string")
      return tokens[index + 1].text;
  throw new Error(`Cannot find what is imported after "${tokens[start].text} ${tokens[start + 1]?.text}"`);
}

/** `const { env } = process`, where the object is not asked for one other thing, as in `= process.cwd()`. */
function isDestructuredProcess(tokens: readonly Token[], index: number): boolean {
  const [brace, equals] = [tokens[index - 2]?.text, tokens[index - 1]?.text];
  return tokens[index].text === "process" && equals === "=" && brace === "}" && tokens[index + 1]?.text !== ".";
}

/** Words after which a slash begins a regular expression. */
const beforeExpression = new Set(
  "return typeof case in of delete void throw new else do await yield instanceof".split(" "),
);

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  // For each open brace whether it belongs to a template's ${…}.
  const braces: boolean[] = [];
  let position = 0;

  const fail = (what: string): never => {
    const line = source.slice(0, position).split("\n").length;
    throw new Error(`Cannot read line ${line}: ${what}`);
  };
  const take = (pattern: RegExp, what: string): string => {
    pattern.lastIndex = position;
    const found = pattern.exec(source)?.[0] ?? fail(what);
    position += found.length;
    return found;
  };
  /** From after the backtick or after a substitution's brace to the next of either. */
  const takeTemplate = (isStart: boolean) => {
    const text = take(/(?:[^\\`$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y, "a template that does not end");
    const isOpen = text.endsWith("${");
    if (isOpen) braces.push(true);
    if (isStart && !isOpen) tokens.push({ kind: "string", text: text.slice(0, -1) });
    else tokens.push({ kind: "template", text: "" });
  };

  if (source.startsWith("#!")) take(/.*/y, "a first line");
  while (position < source.length) {
    const character = source[position];
    const next = source[position + 1];
    if (/\s/.test(character)) position++;
    else if (character === "/" && next === "/") take(/.*/y, "a comment");
    else if (character === "/" && next === "*") take(/\/\*[^]*?\*\//y, "a comment that does not end");
    else if (character === '"' || character === "'") {
      const pattern = character === '"' ? /"(?:[^"\\\n]|\\[^])*"/y : /'(?:[^'\\\n]|\\[^])*'/y;
      tokens.push({ kind: "string", text: take(pattern, "a string that does not end").slice(1, -1) });
    } else if (character === "`") {
      position++;
      takeTemplate(true);
    } else if (character === "/" && beginsRegex(tokens.at(-1))) {
      const pattern = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;
      tokens.push({ kind: "regex", text: take(pattern, "a regular expression that does not end") });
    } else if (/[\p{ID_Start}$_#\d]/u.test(character)) {
      tokens.push({ kind: "word", text: take(/#?[\p{ID_Continue}$]+|#/uy, "a word") });
    } else {
      position++;
      if (character === "{") braces.push(false);
      if (character === "}" && braces.pop() === true) takeTemplate(false);
      else tokens.push({ kind: "punctuation", text: character });
    }
  }
  if (braces.length > 0) fail("a brace that is not closed");
  return tokens;
}

function beginsRegex(previous: Token | undefined): boolean {
  if (previous === undefined) return true;
  if (previous.kind === "punctuation") return !")]}".includes(previous.text);
  return previous.kind === "word" && beforeExpression.has(previous.text);
}
