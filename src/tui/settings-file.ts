import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { changeSettings, type ExplainedSetting, type SettingName } from "#config";
import { makeFolder, writeFileAtomically } from "#files";

/** The settings as they are, and changes of the file that holds them. */
export class SettingsFile {
  readonly file: string;
  /** Throws a ConfigError for a file that was spoiled in the meantime. */
  readonly list: () => readonly ExplainedSetting[];
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: string, list: () => readonly ExplainedSetting[]) {
    this.file = file;
    this.list = list;
  }

  /** Why a value cannot be used, in one sentence; undefined: it can. */
  problemOf(name: SettingName, value: unknown): string | undefined {
    try {
      changeSettings(undefined, this.file, name, value);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Writes one setting, or takes it out for `undefined`; changes are made one after the other. */
  change(name: SettingName, value: unknown): Promise<void> {
    const changed = this.#last.then(() => this.#write(name, value));
    this.#last = changed.catch(() => undefined);
    return changed;
  }

  async #write(name: SettingName, value: unknown): Promise<void> {
    const { file } = this;
    const content = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    const changed = changeSettings(content, file, name, value);
    await makeFolder(dirname(file));
    await writeFileAtomically(file, changed);
  }
}
