import type { ClientEvent } from "#protocol";
import type { ActionId, ScreenId } from "./key-map.ts";
import type { Key } from "./terminal/key.ts";
import type { Surface } from "./terminal/surface.ts";

/** One of the studio's screens. It is made when it is first shown and lives as long as the studio. */
export interface Screen {
  readonly id: ScreenId;
  /** What has the focus: "text" takes every key that types, a "field" is asked before the key map is. */
  readonly focus: "none" | "field" | "text";
  /** Draws all of it, from what it knows: nothing is read or awaited here. */
  paint(surface: Surface): void;
  /** Keys that are no action here, or that a text field comes first with; answers whether it took the key. */
  key(key: Key): boolean;
  paste?(text: string): void;
  /** Does one of the screen's own actions. */
  run(action: ActionId): void;
  /** Something happened to the queue while the screen is in front. */
  hear?(event: ClientEvent): void;
  /** It comes to the front. */
  enter?(): void;
  leave?(): void;
  close?(): void;
}
