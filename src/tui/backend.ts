import type { Load } from "#hardware";
import type { Client } from "#protocol";
import type { ModelListing, Studio, TrainingRun } from "#studio";
import type { SettingsFile } from "./settings-file.ts";

/** Models and workflows by name. Each call looks anew and may take as long as a server that does not answer. */
export type Choices = {
  /** The generator that lets a person choose among them. */
  readonly generator: string;
  readonly models: () => Promise<ModelListing>;
  /** Trainings of models, the latest first. */
  readonly trainingRuns: () => Promise<readonly TrainingRun[]>;
  readonly workflows: () => Promise<
    readonly ({ readonly name: string } & ({ readonly map: object } | { readonly trouble: string }))[]
  >;
};

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
  readonly choices: Choices;
  readonly settings: SettingsFile;
  /** How busy this machine is now. */
  readonly readLoad: () => Promise<Load>;
  /** Ends what was begun for the studio; it is the last that happens. */
  readonly close?: () => Promise<void>;
};
