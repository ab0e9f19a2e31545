import { basename, dirname, extname, join, resolve } from "node:path";
import { makeFolder, writeFileAtomically } from "#files";
import {
  checkStyle,
  encodePng,
  learnStyle,
  markStyle,
  measurePicture,
  type PictureStyle,
  type Raster,
  type Style,
  type StyleReport,
} from "#pixels";
import { outputNames } from "./output-names.ts";
import { type PictureFailure, readPictures, refuseExisting } from "./picture-files.ts";
import { formatStyleFile, readStyleFile } from "./style-file.ts";
import { StudioError } from "./studio-error.ts";

export type LearnStyleEvent =
  | { readonly kind: "learned"; readonly file: string; readonly style: Style }
  | PictureFailure;

/**
 * Learns a style from the pictures that paths stand for, folders included, and writes it to `out`. Pictures that cannot
 * be read, or show nothing, come as failures and are left out. Throws a StudioError when none is left, a FilesError for
 * an `out` that exists without `force` or cannot be written, and the signal's reason.
 */
export async function* learnStyleFrom(
  paths: readonly string[],
  options: { readonly out: string; readonly force?: boolean | undefined; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<LearnStyleEvent> {
  const { out, force = false, signal } = options;
  if (!force) await refuseExisting(out);
  const pictures: PictureStyle[] = [];
  for await (const read of readPictures(paths, { signal })) {
    if (read.kind === "failed") {
      yield read;
      continue;
    }
    try {
      pictures.push(measurePicture(read.raster));
    } catch (error) {
      yield { kind: "failed", source: read.source, error };
    }
  }
  if (pictures.length === 0)
    throw new StudioError(
      "unreadable-file",
      `Cannot learn a style from ${paths.join(", ")}: none of it is a picture that shows something; name others`,
    );
  const style = learnStyle(pictures);
  await makeFolder(dirname(resolve(out)));
  await writeFileAtomically(out, formatStyleFile(style), { signal, onlyIfAbsent: !force });
  yield { kind: "learned", file: out, style };
}

export type CheckStyleOptions = {
  /** The style's file. */
  readonly style: string;
  /** A folder for pictures that show what is off; one for each picture with faults. */
  readonly report?: string | undefined;
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type CheckStyleEvent =
  | ({
      readonly kind: "checked";
      readonly source: string;
      /** Shows what is off; undefined where nothing is. */
      readonly marked: Raster | undefined;
      /** Where that was written. */
      readonly report: string | undefined;
    } & StyleReport)
  | PictureFailure;

/** Compares pictures with a style. One that cannot be read comes as a failure, and the others go on. */
export async function* checkStyleOf(
  paths: readonly string[],
  { style: styleFile, report, force = false, signal }: CheckStyleOptions,
): AsyncGenerator<CheckStyleEvent> {
  const style = await readStyleFile(styleFile);
  const names = report === undefined ? undefined : outputNames(report);
  for await (const read of readPictures(paths, { signal })) {
    if (read.kind === "failed") {
      yield read;
      continue;
    }
    const { source, name, raster } = read;
    let event: CheckStyleEvent;
    try {
      const found = checkStyle(raster, style);
      const marked = found.faults.length === 0 ? undefined : markStyle(raster, style, found);
      let written: string | undefined;
      if (names !== undefined && marked !== undefined) {
        const stem = join(dirname(name), basename(name, extname(name))).replaceAll("\\", "/");
        written = names.claim(`${stem}-style.png`, source);
        if (!force) await refuseExisting(written);
        await makeFolder(dirname(resolve(written)));
        await writeFileAtomically(written, encodePng(marked), { signal, onlyIfAbsent: !force });
      }
      event = { kind: "checked", source, ...found, marked, report: written };
    } catch (error) {
      signal?.throwIfAborted();
      event = { kind: "failed", source, error };
    }
    yield event;
  }
}
