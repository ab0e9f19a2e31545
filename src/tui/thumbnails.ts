import { readFile } from "node:fs/promises";
import type { Picture } from "./terminal/picture.ts";

export type ThumbnailOptions = {
  readonly decode: (png: Uint8Array) => Picture;
  /** A picture has come that was not there before. */
  readonly changed: () => void;
  /** How many pictures are kept. */
  readonly most?: number;
};

/**
 * Pictures of files, read and decoded between frames, never in one: a frame asks for what it shows, draws what is there,
 * and is drawn again when the rest has come.
 */
export class Thumbnails {
  readonly #options: Required<ThumbnailOptions>;
  /** In the order of their last use. */
  readonly #pictures = new Map<string, Picture | undefined>();
  #wanted: string[] = [];
  #isReading = false;
  #isClosed = false;

  constructor(options: ThumbnailOptions) {
    this.#options = { most: 240, ...options };
  }

  /** The picture of a file, if it is there; undefined while it is fetched, and for good if it cannot be read. */
  get(file: string): Picture | undefined {
    if (!this.#pictures.has(file)) {
      // The latest wish comes first: it is what is on the screen now.
      if (!this.#wanted.includes(file)) this.#wanted.push(file);
      if (this.#wanted.length > this.#options.most) this.#wanted.shift();
      if (!this.#isReading) void this.#read();
      return undefined;
    }
    const picture = this.#pictures.get(file);
    this.#pictures.delete(file);
    this.#pictures.set(file, picture);
    return picture;
  }

  forget(file: string): void {
    this.#pictures.get(file)?.dispose();
    this.#pictures.delete(file);
  }

  close(): void {
    this.#isClosed = true;
    this.#wanted = [];
    for (const picture of this.#pictures.values()) picture?.dispose();
    this.#pictures.clear();
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    while (this.#wanted.length > 0 && !this.#isClosed) {
      const files = this.#wanted.splice(-16).reverse();
      const contents = await Promise.all(files.map((file) => readFile(file).catch(() => undefined)));
      if (this.#isClosed) break;
      for (const [index, file] of files.entries()) {
        this.#keep(file, this.#decoded(contents[index]));
      }
      this.#options.changed();
      // Keys and frames come before the next ones.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#isReading = false;
  }

  #decoded(png: Uint8Array | undefined): Picture | undefined {
    if (png === undefined) return undefined;
    try {
      return this.#options.decode(png);
    } catch {
      // A damaged file has no picture; the gallery says so.
      return undefined;
    }
  }

  #keep(file: string, picture: Picture | undefined): void {
    this.#pictures.get(file)?.dispose();
    this.#pictures.set(file, picture);
    const [oldest] = this.#pictures.keys();
    if (this.#pictures.size > this.#options.most && oldest !== undefined) this.forget(oldest);
  }
}
