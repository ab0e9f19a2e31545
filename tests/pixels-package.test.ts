import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { rolldown } from "rolldown";
import { createRaster, recoverGrid, scaleInteger } from "dgx-pixels/pixels";
import { expect, it } from "vitest";

/** A module's text as a browser would get it, alone in one file, with its exports as the value of the script. */
async function bundled(source: string): Promise<string> {
  const entry = "virtual:entry";
  const bundle = await rolldown({
    input: entry,
    platform: "browser",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? source : null),
      },
    ],
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  const { output } = await bundle.generate({ format: "iife", name: "result" });
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);
  return output[0].code;
}

function patchwork() {
  const raster = createRaster(12, 9);
  for (let at = 0; at < raster.data.length; at++) raster.data[at] = at % 4 === 3 ? 255 : (at * at * 31) % 251;
  return raster;
}

it("the pixel workshop is a library by its own name", () => {
  expect(recoverGrid(scaleInteger(patchwork(), 7)).raster).toEqual(patchwork());
});

it("runs in a browser as it is: bundled, with nothing but the language", async () => {
  const code = await bundled('export { createRaster, recoverGrid, scaleInteger } from "dgx-pixels/pixels";');
  const context = createContext({ pixels: patchwork().data });
  const found = runInContext(
    `${code}; const found = result.recoverGrid(result.scaleInteger({ width: 12, height: 9, data: pixels }, 7));
     JSON.stringify([found.width, found.height, [...found.raster.data]])`,
    context,
  );
  expect(JSON.parse(found)).toEqual([12, 9, [...patchwork().data]]);
});

it("leaves out what is not used", async () => {
  const small = await bundled('export { scaleInteger } from "dgx-pixels/pixels";');
  const whole = await bundled('export * from "dgx-pixels/pixels";');
  expect(small.length).toBeLessThan(4000);
  expect(whole.length).toBeGreaterThan(100_000);
});
