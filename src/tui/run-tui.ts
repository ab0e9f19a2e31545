import { App, type AppOptions } from "./app.ts";
import { SettingsFile } from "./settings-file.ts";
import { StudioState } from "./studio-state.ts";
import { openTerminal, type TerminalStreams } from "./terminal/open-terminal.ts";

export type TuiOptions = TerminalStreams &
  Pick<AppOptions, "preferences"> & {
    /** Made while the terminal is taken over, so that neither waits for the other. */
    readonly backend: () => Promise<Omit<AppOptions["backend"], "settings">>;
    /** The settings file, and how it is read with all that overrules it. */
    readonly settings: Pick<SettingsFile, "file" | "list">;
    /** Where prompts and drafts are kept between two runs. */
    readonly stateFile: string;
    readonly signal: AbortSignal;
  };

/** Each screen's code is loaded when it is first looked at. */
export const screenLoaders: AppOptions["screens"] = {
  generate: async (app) => (await import("./screens/generate.ts")).generateScreen(app),
  queue: async (app) => (await import("./screens/queue.ts")).queueScreen(app),
  gallery: async (app) => (await import("./screens/gallery.ts")).galleryScreen(app),
  compare: async (app) => (await import("./screens/compare.ts")).compareScreen(app),
  models: async (app) => (await import("./screens/models.ts")).modelsScreen(app),
  monitor: async (app) => (await import("./screens/monitor.ts")).monitorScreen(app),
  settings: async (app) => (await import("./screens/settings.ts")).settingsScreen(app),
  help: async (app) => (await import("./screens/help.ts")).helpScreen(app),
};

/** See the face of this room. */
export async function runTui({
  backend,
  settings,
  stateFile,
  preferences,
  signal,
  ...streams
}: TuiOptions): Promise<void> {
  const opening = backend();
  // A failure is told once the terminal is settled.
  opening.catch(() => undefined);
  const terminal = await openTerminal(streams);
  const { promise: ended, resolve: quit } = Promise.withResolvers<unknown>();
  const onAbort = () => quit(undefined);
  const onError = (error: unknown) => quit(error);
  signal.addEventListener("abort", onAbort, { once: true });
  process.on("uncaughtException", onError);
  process.on("unhandledRejection", onError);
  let app: App | undefined;
  try {
    if (signal.aborted) return;
    app = new App({
      terminal,
      backend: { ...(await opening), settings: new SettingsFile(settings.file, settings.list) },
      state: new StudioState(stateFile),
      preferences,
      screens: screenLoaders,
      clockMs: Date.now,
      quit,
    });
    await app.go("generate");
    const failure = await ended;
    if (failure !== undefined) throw failure;
  } finally {
    // Told to end from outside, the terminal may be gone and not let itself be closed: the work comes first then.
    if (signal.aborted) await app?.close();
    await terminal.close();
    if (!signal.aborted) await app?.close();
    signal.removeEventListener("abort", onAbort);
    process.off("uncaughtException", onError);
    process.off("unhandledRejection", onError);
  }
}
