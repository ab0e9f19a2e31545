import { createRaster, type Raster } from "#pixels";
import { openTerminal, type TerminalStreams } from "./terminal/open-terminal.ts";
import type { Picture } from "./terminal/picture.ts";
import type { Surface } from "./terminal/surface.ts";
import { type Role, themes } from "./theme.ts";
import { paintBar, paintChart } from "./widgets/charts.ts";
import { TextField } from "./widgets/text-field.ts";

const charts: readonly Role[] = ["chart1", "chart2", "chart3", "chart4"];
const previewPixels = 1024;

/**
 * What the benchmark looks at: a screen of every widget, all of which change in every frame, drawn as fast as the
 * terminal takes it. A letter that is typed fills a line, so that it can be seen to arrive; Enter shows another picture
 * of 1024 pixels a side; Escape ends it.
 */
export async function runStress(streams: TerminalStreams, signal: AbortSignal): Promise<void> {
  const terminal = await openTerminal(streams);
  const { promise: ended, resolve: end } = Promise.withResolvers<unknown>();
  signal.addEventListener("abort", end, { once: true });
  const field = new TextField();
  const noise = Array.from({ length: 16 }, (_, index) => terminal.pictureFrom(noiseOf(32, index)));
  const large = [1, 2].map((seed) => noiseOf(previewPixels, seed));
  let preview: Picture | undefined;
  let shown = 0;
  let letter = "";
  let frame = 0;

  const paint = (surface: Surface) => {
    frame++;
    surface.fill();
    surface.text(0, 0, `frame ${frame}  ${letter.repeat(20)}`, "accent");
    field.paint(surface.part(60, 0, 40, 1), { isFocused: true });
    const columns = 6;
    const rows = 5;
    const width = Math.floor(surface.width / columns);
    const height = Math.floor((surface.height - 1) / rows);
    for (let panel = 0; panel < columns * rows; panel++) {
      const box = surface
        .part((panel % columns) * width, 1 + Math.floor(panel / columns) * height, width, height)
        .box(`Panel ${panel}`, { isFocused: panel === frame % 30, note: `${frame * (panel + 1)}` });
      const kind = panel % 3;
      if (kind === 0) {
        for (let line = 0; line < box.height; line++)
          box.text(
            0,
            line,
            `${line} job ${frame + line} of ${panel}: ${(frame * 7919 + line) % 1000} ms`,
            line % 2 === 0 ? "text" : "muted",
          );
      } else if (kind === 1) {
        paintBar(box, 0, ((frame + panel * 7) % 100) / 100);
        const values = Array.from({ length: box.width }, (_, at) => Math.abs(Math.sin((at + frame + panel) / 9)));
        paintChart(box.part(0, 1), { values, role: charts[panel % 4] ?? "chart1", most: 1 });
      } else {
        const picture = panel === 14 && preview !== undefined ? preview : noise[(frame + panel) % noise.length];
        if (picture !== undefined) box.picture(picture);
      }
    }
    setImmediate(() => terminal.invalidate());
  };

  terminal.handle({
    paint,
    key: (key) => {
      if (key.chord === "escape") end(undefined);
      if (key.chord === "enter") {
        preview?.dispose();
        preview = terminal.pictureFrom(large[shown++ % 2] ?? noiseOf(8, 1));
        letter = shown % 2 === 0 ? "#" : "@";
      }
      if (key.text !== undefined) letter = key.text;
      field.key(key);
      if (field.value.length > 30) field.value = "";
    },
    paste: () => {},
    change: () => {},
    crash: end,
  });
  terminal.use(themes.dark, {});
  const failure = await ended;
  for (const picture of [...noise, preview]) picture?.dispose();
  await terminal.close();
  if (failure instanceof Error) throw failure;
}

/** Coloured blocks of four pixels, another for each seed. */
function noiseOf(size: number, seed: number): Raster {
  const raster = createRaster(size, size);
  const pixels = new Uint32Array(raster.data.buffer);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      pixels[y * size + x] = 0xff00_0000 | (Math.imul((x >> 2) * 31 + (y >> 2) * 57 + seed * 101, 0x9e3779b1) >>> 8);
  return raster;
}
