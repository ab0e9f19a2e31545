import type { NodeInfo } from "./node-info.ts";
import type { Server } from "./server.ts";

/** What a server has, asked once and remembered for a while. */
export type ServerFacts = {
  readonly nodeInfo: (classType: string) => Promise<NodeInfo | undefined>;
  readonly metadata: (folder: string, name: string) => Promise<Readonly<Record<string, string>>>;
  /** Forgets all: somebody may have added a model or a node. Answers whether there was anything old to forget. */
  readonly forget: () => boolean;
};

export function rememberFacts(
  server: Server,
  { keepMs, nowMs = () => performance.now() }: { readonly keepMs: number; readonly nowMs?: () => number },
): ServerFacts {
  const remembered = new Map<string, { readonly atMs: number; readonly fact: Promise<unknown> }>();
  return {
    nodeInfo: (classType) => recall(`node ${classType}`, () => server.nodeInfo(classType)),
    metadata: (folder, name) => recall(`metadata ${folder} ${name}`, () => server.modelMetadata(folder, name)),
    forget() {
      const isOld = [...remembered.values()].some(({ atMs }) => nowMs() - atMs > 1000);
      if (isOld) remembered.clear();
      return isOld;
    },
  };

  function recall<Fact>(key: string, ask: () => Promise<Fact>): Promise<Fact> {
    const known = remembered.get(key);
    if (known !== undefined && nowMs() - known.atMs < keepMs) return known.fact as Promise<Fact>;
    const fact = ask();
    remembered.set(key, { atMs: nowMs(), fact });
    // A question that failed is asked again next time.
    fact.catch(() => {
      if (remembered.get(key)?.fact === fact) remembered.delete(key);
    });
    return fact;
  }
}
