import { expect, it } from "vitest";
import { createRaster, type Raster } from "#pixels";
import type { ServerPicture } from "./messages.ts";
import { openPictureReceiver } from "./receive-pictures.ts";

const picture = (filename: string): ServerPicture => ({ filename, subfolder: "", type: "temp" });

/** Pictures that come when they are let; and what was done with them, in order. */
function sample(ready?: Promise<void>) {
  const events: string[] = [];
  const coming = new Map<string, PromiseWithResolvers<Raster>>();
  const names = new Map<Raster, string>();
  const receiver = openPictureReceiver(
    ({ filename }) => {
      events.push(`fetch ${filename}`);
      const one = Promise.withResolvers<Raster>();
      coming.set(filename, one);
      return one.promise;
    },
    async (raster) => {
      events.push(`finish ${names.get(raster)}`);
      return raster;
    },
    ready,
  );
  const arrive = (name: string) => {
    const raster = createRaster(1, 1);
    names.set(raster, name);
    coming.get(name)?.resolve(raster);
  };
  return { events, receiver, arrive, coming };
}

it("fetches a picture once, however often it is told of", async () => {
  const { events, receiver, arrive } = sample();
  const asked = [receiver.receive(picture("a")), receiver.receive(picture("a"))];
  arrive("a");
  expect(await asked[0]).toBe(await asked[1]);
  expect(events).toEqual(["fetch a", "finish a"]);
});

it("finishes pictures in turn, and none while another is on its way", async () => {
  const { events, receiver, arrive } = sample();
  const [a, b] = [receiver.receive(picture("a")), receiver.receive(picture("b"))];
  arrive("a");
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(events).toEqual(["fetch a", "fetch b"]);
  arrive("b");
  await Promise.all([a, b]);
  expect(events).toEqual(["fetch a", "fetch b", "finish a", "finish b"]);
});

it("finishes nothing before it may, and goes on past a picture that does not come", async () => {
  const ready = Promise.withResolvers<void>();
  const { events, receiver, arrive, coming } = sample(ready.promise);
  const [lost, good] = [receiver.receive(picture("lost")), receiver.receive(picture("good"))];
  arrive("good");
  coming.get("lost")?.reject(new Error("gone"));
  await expect(lost).rejects.toThrow("gone");
  expect(events).toEqual(["fetch lost", "fetch good"]);
  ready.resolve();
  await good;
  expect(events.at(-1)).toBe("finish good");
});
