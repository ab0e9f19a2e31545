import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { LibraryEntry } from "#studio";
import type { App } from "../app.ts";
import { ask } from "../dialogs/ask.ts";

/** Asks for a folder of the game and copies sprites there; the folder is remembered. */
export function deployTo(app: App, entries: readonly LibraryEntry[]): void {
  const what = entries.length === 1 ? "the sprite" : `${entries.length} sprites`;
  app.show(
    ask(app, {
      title: `Copy ${what} into the game`,
      value: app.state.gameFolder,
      hint: "A folder of the game, such as ~/game/assets/sprites. Files of other content are left alone.",
      problem: (text) => (text.trim() === "" ? "Name a folder of the game." : undefined),
      answered: (text) => {
        app.state.gameFolder = text.trim();
        app.state.touch();
        app.attempt(async () => {
          const library = await app.backend.studio.library();
          const folder = resolve(text.trim().replace(/^~(?=$|\/)/, homedir()));
          const { written, unchanged } = await library.exportTo(
            entries.map(({ id }) => id),
            folder,
            { metadata: "none" },
          );
          app.tell(written > 0 ? `Copied ${written} to ${join(folder, "")}` : `${unchanged} already in ${folder}`);
        });
      },
    }),
  );
}
