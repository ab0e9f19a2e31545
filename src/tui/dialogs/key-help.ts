import { actionsOn, type KeyMap, type ScreenId, screenTitles } from "../key-map.ts";
import type { Surface } from "../terminal/surface.ts";
import { ScrollList } from "../widgets/scroll-list.ts";
import type { Dialog, DialogHost } from "./dialog.ts";

/** The keys of a screen, from the key map. */
export function keyHelp(host: DialogHost, screen: ScreenId, keyMap: KeyMap): Dialog {
  const list = new ScrollList();
  const rows = actionsOn(screen);
  return {
    title: `Keys of ${screenTitles[screen]}`,
    size: { width: 66, height: Math.min(rows.length + 2, 40) },
    key(key) {
      if (!list.key(key)) host.closeDialog();
    },
    paint(surface: Surface) {
      list.paint(surface, { count: rows.length }, (row, index) => {
        const action = rows[index];
        if (action === undefined) return;
        row.text(
          0,
          0,
          keyMap.keysOf(action.id as never).join("  "),
          row.ground === "selected" ? "selected" : "key",
          20,
        );
        row.text(21, 0, action.title);
      });
    },
  };
}
