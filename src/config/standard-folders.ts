import { posix, win32 } from "node:path";

/** The surroundings that decide where a platform keeps a person's files. */
export type Surroundings = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The person's home folder. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
};

/**
 * Where this platform keeps settings and data of a program: the XDG base directories, `Application Support` on macOS
 * (unless XDG_DATA_HOME says otherwise), `AppData` on Windows. As the XDG specification asks, a relative path in one of
 * these variables counts as unset.
 */
export function standardFolders({ environment, home, platform }: Surroundings): { settings: string; data: string } {
  if (platform === "win32") {
    const roaming = absolute(environment.APPDATA, win32) ?? win32.join(home, "AppData", "Roaming");
    const local = absolute(environment.LOCALAPPDATA, win32) ?? win32.join(home, "AppData", "Local");
    return { settings: win32.join(roaming, "dgx-pixels"), data: win32.join(local, "dgx-pixels") };
  }
  const settings = absolute(environment.XDG_CONFIG_HOME, posix) ?? posix.join(home, ".config");
  const ownData =
    platform === "darwin" ? posix.join(home, "Library", "Application Support") : posix.join(home, ".local", "share");
  const data = absolute(environment.XDG_DATA_HOME, posix) ?? ownData;
  return { settings: posix.join(settings, "dgx-pixels"), data: posix.join(data, "dgx-pixels") };
}

function absolute(path: string | undefined, rules: typeof posix): string | undefined {
  return path !== undefined && rules.isAbsolute(path) ? path : undefined;
}
