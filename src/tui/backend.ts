import type { Load } from "#hardware";
import type { Client } from "#protocol";
import type { Studio } from "#studio";
import type { SettingsFile } from "./settings-file.ts";

/**
 * All that the terminal studio needs of the outside. Jobs go through the client, which is the daemon's or one in this
 * process; what has been made is read from the library itself.
 */
export type Backend = {
  readonly kind: "daemon" | "in-process";
  readonly client: Client;
  readonly studio: Pick<
    Studio,
    "describe" | "generators" | "words" | "library" | "read" | "diagnose" | "prepare" | "prepareReplay"
  >;
  readonly settings: SettingsFile;
  /** How busy this machine is now. */
  readonly readLoad: () => Promise<Load>;
  /** Ends what was begun for the studio; it is the last that happens. */
  readonly close?: () => Promise<void>;
};
