import type { Client } from "#protocol";
import type { Studio } from "#studio";

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
};
