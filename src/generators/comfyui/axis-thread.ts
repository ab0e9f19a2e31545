/**
 * A thread that reads axes of pictures in shared memory, told as AxisTask and answered with an AxisReading. It reads a
 * made-up picture first, so that the code is compiled when a real one comes, and then says that it is ready.
 */
import { parentPort } from "node:worker_threads";
import { createRaster, readAxis } from "#pixels";

export type AxisTask = {
  readonly axis: "x" | "y";
  /** In pixels, as is `height`. */
  readonly width: number;
  readonly height: number;
  /** RGBA at its start. */
  readonly memory: SharedArrayBuffer;
};

/** Compiled code is for many pixels, and these take a moment. */
const warmUp = { size: 256, times: 4 };

const port = parentPort;
if (port !== null) {
  const made = createRaster(warmUp.size, warmUp.size);
  for (let at = 0; at < made.data.length; at++) made.data[at] = at % 4 === 3 ? 255 : (at * at * 31) >> 7;
  for (let time = 0; time < warmUp.times; time++) for (const axis of ["x", "y"] as const) readAxis(axis, made);
  port.postMessage("ready");
  port.on("message", ({ axis, width, height, memory }: AxisTask) => {
    const pixels = new Uint8ClampedArray(memory, 0, width * height * 4);
    port.postMessage(readAxis(axis, createRaster(width, height, pixels)));
  });
}
