import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { sampleFolder, sampleLibrary } from "./sample-library.ts";
import { sampleSprite } from "./sample-sprites.ts";

const newFolder = () => join(sampleFolder(), "out", "heroes");
const read = (...path: string[]) => readFileSync(join(...path), "utf8");

test("copies sprites with a line of JSON each, and again changes nothing", async () => {
  const library = await sampleLibrary();
  const sprite = sampleSprite('red "dragon", big');
  const { id, file } = await library.add(sprite);
  await library.add(sampleSprite("left out"));
  library.tag([id], ["hero", "boss"]);
  library.rate([id], 5);
  const folder = newFolder();
  expect(await library.exportTo([id, file], folder)).toEqual({ folder, written: 2, unchanged: 0, missing: [] });
  expect(readdirSync(folder).sort()).toEqual(["metadata.jsonl", basename(file)]);
  expect(readFileSync(join(folder, basename(file)))).toEqual(Buffer.from(sprite.png));
  expect(JSON.parse(read(folder, "metadata.jsonl"))).toEqual({
    file: basename(file),
    id,
    prompt: 'red "dragon", big',
    negative: "",
    generator: "sprite",
    model: "sprite-small",
    seed: 7,
    width: 8,
    height: 8,
    colors: 2,
    steps: 12,
    guidance: 3.5,
    tile: false,
    background: "auto",
    source: "text",
    created: "2026-11-22T12:00:00.000Z",
    rating: 5,
    tags: ["boss", "hero"],
    recipe: sprite.recipe,
  });
  expect(await library.exportTo([id], folder)).toMatchObject({ written: 0, unchanged: 2 });
});

test("writes CSV", async () => {
  const library = await sampleLibrary();
  const { id, file } = await library.add(sampleSprite('red "dragon", big'));
  library.tag([id], ["hero", "boss"]);
  const folder = newFolder();
  await library.exportTo({}, folder, { metadata: "csv" });
  expect(read(folder, "metadata.csv")).toBe(
    "file,id,prompt,negative,generator,model,seed,width,height,colors,steps,guidance,tile,background,source,created,rating,tags\r\n" +
      `${basename(file)},${id},"red ""dragon"", big",,sprite,sprite-small,7,8,8,2,12,3.5,false,auto,text,2026-11-22T12:00:00.000Z,,boss;hero\r\n`,
  );
});

test("copies all that a query finds, beyond a page, or as many as it says", async () => {
  const library = await sampleLibrary();
  for (let seed = 0; seed < 55; seed++) await library.add(sampleSprite("dragon", seed));
  await library.add(sampleSprite("wizard"));
  const all = newFolder();
  expect(await library.exportTo({ text: "dragon" }, all, { metadata: "none" })).toMatchObject({ written: 55 });
  expect(readdirSync(all)).toHaveLength(55);
  expect(await library.exportTo({ text: "dragon", order: "rating" }, newFolder(), { metadata: "none" })).toMatchObject({
    written: 55,
  });
  expect(await library.exportTo({ limit: 2, offset: 1 }, newFolder())).toMatchObject({ written: 3 });
});

test("refuses to replace what differs, before it writes anything, unless told to", async () => {
  const library = await sampleLibrary();
  const a = await library.add(sampleSprite("a"));
  const b = await library.add(sampleSprite("b"));
  const folder = newFolder();
  mkdirSync(folder, { recursive: true });
  const taken = join(folder, basename(b.file));
  writeFileSync(taken, "mine");
  await expect(library.exportTo([a.id, b.id], folder)).rejects.toMatchObject({
    name: "FilesError",
    code: "exists",
    message: `Cannot export to ${taken}: a different file is there; choose another folder or allow overwriting`,
  });
  expect(readdirSync(folder)).toEqual([basename(b.file)]);
  expect(read(taken)).toBe("mine");
  expect(await library.exportTo([a.id, b.id], folder, { overwrite: true })).toMatchObject({ written: 3 });
  expect(readFileSync(taken)).toEqual(readFileSync(b.file));
});

test("leaves out what is missing and says so", async () => {
  const library = await sampleLibrary();
  const a = await library.add(sampleSprite("a"));
  const b = await library.add(sampleSprite("b"));
  rmSync(a.file);
  const folder = newFolder();
  expect(await library.exportTo([a.id, b.id], folder)).toMatchObject({ written: 2, missing: [a.id] });
});

test("gives two sprites of one name two names", async () => {
  const library = await sampleLibrary();
  const a = await library.add(sampleSprite("a"));
  const b = await library.add(sampleSprite("b"));
  const other = join(dirname(dirname(b.file)), "other");
  mkdirSync(other);
  renameSync(b.file, join(other, basename(a.file)));
  await library.repair();
  const folder = newFolder();
  await library.exportTo([a.id, b.id], folder, { metadata: "none" });
  expect(readdirSync(folder).sort()).toEqual([basename(a.file), `${basename(a.file, ".png")}-${b.id}.png`].sort());
});

test("refuses a file in place of the folder, and a folder in place of a file", async () => {
  const library = await sampleLibrary();
  const { id, file } = await library.add(sampleSprite("a"));
  const target = join(sampleFolder(), "target");
  writeFileSync(target, "");
  await expect(library.exportTo([id], target)).rejects.toMatchObject({ name: "FilesError", code: "not-a-folder" });
  const folder = newFolder();
  mkdirSync(join(folder, basename(file)), { recursive: true });
  await expect(library.exportTo([id], folder)).rejects.toMatchObject({ name: "FilesError", code: "is-a-folder" });
});

test("a PNG that cannot be read stops it before it writes", async () => {
  const library = await sampleLibrary();
  const { id, file } = await library.add(sampleSprite("a"));
  const folder = newFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, basename(file)), "mine");
  rmSync(file);
  mkdirSync(file);
  await expect(library.exportTo([id], folder)).rejects.toMatchObject({
    code: "is-a-folder",
    message: `Cannot read ${file}: it is a folder; name a file`,
  });
  expect(readdirSync(folder)).toEqual([basename(file)]);
});

test("an abort writes nothing", async () => {
  const library = await sampleLibrary();
  const { id } = await library.add(sampleSprite("a"));
  const reason = new Error("enough");
  const folder = newFolder();
  await expect(library.exportTo([id], folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(() => readdirSync(folder)).toThrow("ENOENT");
});
