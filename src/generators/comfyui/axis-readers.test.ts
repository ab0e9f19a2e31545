import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRaster, findGrid, type Raster, recoverGrid } from "#pixels";
import { type AxisReaders, openAxisReaders } from "./axis-readers.ts";

/** Pixels of a picture that is worth threads. */
const large = 1024 * 1024;

let readers: AxisReaders;
beforeEach(async () => {
  readers = openAxisReaders(2);
  await readers.warmUp(large);
});
afterEach(() => readers.close());

/** Cells of one colour each, enlarged by a whole factor. */
function enlarged(cells: number, factor: number): Raster {
  const picture = createRaster(cells * factor, cells * factor);
  const words = new Uint32Array(picture.data.buffer);
  for (let y = 0; y < picture.height; y++)
    for (let x = 0; x < picture.width; x++) {
      const [column, row] = [Math.floor(x / factor), Math.floor(y / factor)];
      words[y * picture.width + x] = 0xff000000 | ((column * 40503 + row * 30011 + column * row * 977) & 0xffffff);
    }
  return picture;
}

test("the axes that threads read give the grid that this thread finds", async () => {
  const picture = enlarged(40, 9);
  const { sample, ...found } = findGrid(picture, {}, await readers.read(picture));
  expect(found).toMatchObject({ width: 40, height: 40, isSure: true });
  expect({ ...found, raster: sample() }).toEqual(recoverGrid(picture));
});

test("pictures that are read at the same time, of whatever size, give their own", async () => {
  const pictures = [enlarged(40, 9), enlarged(32, 12), enlarged(20, 3)];
  const readings = await Promise.all(pictures.map(readers.read));
  const sizes = pictures.map((picture, index) => findGrid(picture, {}, readings[index]).width);
  expect(sizes).toEqual([40, 32, 20]);
});

test("a smaller picture after a larger one is read from its own pixels alone", async () => {
  for (const [cells, factor] of [
    [40, 16],
    [30, 10],
  ]) {
    const picture = enlarged(cells, factor);
    expect(findGrid(picture, {}, await readers.read(picture)).width).toBe(cells);
  }
});

test("a picture is read also where the threads end meanwhile, and after them", async () => {
  const picture = enlarged(40, 9);
  const reading = readers.read(picture);
  readers.close();
  expect(findGrid(picture, {}, await reading).width).toBe(40);
  expect(findGrid(picture, {}, await readers.read(picture)).width).toBe(40);
});

test("a picture that comes before the threads are ready does not wait for them", async () => {
  const cold = openAxisReaders(2);
  const warm = cold.warmUp(large);
  const first = Promise.race([warm.then(() => "threads"), cold.read(enlarged(40, 9)).then(() => "picture")]);
  expect(await first).toBe("picture");
  cold.close();
  await warm;
});

test("threads that wait keep no process alive", async () => {
  const readersUrl = JSON.stringify(new URL("./axis-readers.ts", import.meta.url).href);
  const script = `const { openAxisReaders } = await import(${readersUrl});
    const { createRaster } = await import("#pixels");
    const readers = openAxisReaders(2);
    const warm = readers.warmUp(${large});
    const timer = setInterval(() => {}, 1000);
    await warm;
    clearInterval(timer);
    await readers.read(createRaster(300, 300));
    process.stdout.write("read");`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    cwd: new URL(".", import.meta.url),
    timeout: 60_000,
  });
  expect(stdout).toBe("read");
});
