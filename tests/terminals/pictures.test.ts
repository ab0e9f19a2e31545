/**
 * Pictures as real terminals show them: the sixels of xterm and kitty's protocol in kitty, against the sprite's pixels.
 *
 * kitty 0.26.5 on Mesa's software OpenGL turns everything around a picture red, a little more with each redraw, wherever a
 * picture has a negative z; so the ground is not compared. It takes no studio:
 * printf '\033]11;#14161d\033\\\033_Ga=T,f=32,s=1,v=1,z=-1;HsgeXw==\033\\'
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { decodePng, type Raster } from "#pixels";
import { has, photograph, startDisplay, xtermWords } from "./display.ts";

const drive = fileURLToPath(new URL("./drive.ts", import.meta.url));
const launcher = fileURLToPath(new URL("../../bin/dgx-pixels.js", import.meta.url));

let folder: string;
let children: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-p-"));
  children = [];
});
afterEach(async () => {
  for (const child of children.toReversed()) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

const environment = (display: string) => ({
  PATH: process.env["PATH"],
  HOME: folder,
  XDG_RUNTIME_DIR: folder,
  DISPLAY: display,
  LANG: "C.UTF-8",
  LIBGL_ALWAYS_SOFTWARE: "1",
  DGX_PIXELS_LIBRARY: join(folder, "library"),
  DGX_PIXELS_THREADS: "1",
});

/** Sixels tell colours in whole percents, which are rounded twice on the way. */
function isNear(one: number, other: number): boolean {
  return [16, 8, 0].every((shift) => Math.abs(((one >> shift) & 255) - ((other >> shift) & 255)) <= 4);
}

/** Where the sprite stands in a picture of the screen, enlarged by a whole factor, with every opaque pixel in its place. */
function find(screen: Raster, sprite: Raster): { readonly scale: number } | undefined {
  const colorAt = (raster: Raster, x: number, y: number) => {
    const at = (y * raster.width + x) * 4;
    return (raster.data[at] << 16) | (raster.data[at + 1] << 8) | raster.data[at + 2];
  };
  const opaque: (readonly [number, number, number])[] = [];
  for (let y = 0; y < sprite.height; y++)
    for (let x = 0; x < sprite.width; x++)
      if (sprite.data[(y * sprite.width + x) * 4 + 3] === 255) opaque.push([x, y, colorAt(sprite, x, y)]);
  const [first] = opaque;
  if (first === undefined) return undefined;
  for (let scale = 20; scale >= 3; scale--) {
    const half = scale >> 1;
    for (let top = 0; top + sprite.height * scale <= screen.height; top++)
      for (let left = 0; left + sprite.width * scale <= screen.width; left++) {
        if (!isNear(colorAt(screen, left + first[0] * scale + half, top + first[1] * scale + half), first[2])) continue;
        if (
          opaque.every(([x, y, color]) =>
            isNear(colorAt(screen, left + x * scale + half, top + y * scale + half), color),
          )
        )
          return { scale };
      }
  }
  return undefined;
}

/** The sprite on the studio's dark ground, which xterm, whose own is white, has to be given with the picture. */
function onGround(sprite: Raster): Raster {
  const data = sprite.data.slice();
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 0) data.set([0x14, 0x16, 0x1d, 255], at);
  return { ...sprite, data };
}

async function seen(display: string, sprite: Raster): Promise<{ readonly scale: number } | undefined> {
  const deadline = Date.now() + 45_000;
  while (Date.now() < deadline) {
    const file = join(folder, "screen.png");
    await photograph(display, file);
    const found = find(decodePng(await readFile(file), { maxPixels: 2_000_000 } as never), sprite);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return undefined;
}

const terminals = [
  ["sixel in xterm", "xterm", xtermWords],
  [
    "kitty's protocol in kitty",
    "kitty",
    [
      "--config",
      "NONE",
      "-o",
      "initial_window_width=1150",
      "-o",
      "initial_window_height=760",
      "-o",
      "remember_window_size=no",
    ],
  ],
] as const;

// Skipped where Xvfb, ImageMagick or the terminal is missing.
const isHere = (program: string) => process.platform === "linux" && has("Xvfb", "import", program);

for (const [what, program, words] of terminals)
  it.skipIf(!isHere(program))(`${what} shows a sprite pixel for pixel`, async () => {
    const { display, server } = await startDisplay();
    children.push(server);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [launcher, "generate", "red dragon", "--seed", "7", "--json"],
      { env: environment(display) },
    );
    const sprite = decodePng(await readFile(JSON.parse(stdout).file));
    const terminal = spawn(program, [...words, process.execPath, drive], {
      env: environment(display),
      stdio: "ignore",
    });
    children.push(terminal);
    const found = await seen(display, program === "xterm" ? onGround(sprite) : sprite);
    expect(found?.scale).toBeGreaterThanOrEqual(3);
  });
