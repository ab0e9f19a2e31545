/**
 * The disk's edge: a file is written whole or not at all, and what cannot be read or written is told in one sentence.
 *
 *     await makeFolder("out");
 *     await writeFileAtomically("out/palette.hex", "ff0000\n");
 *     const path = await writeUnderFreeName("out", slugOf("Red dragon!"), "png", png); // out/red-dragon.png
 *     const { width, height, data } = await readPicture(path);
 */
export { type AnimatedPicture, readAnimatedPicture } from "./animated-picture.ts";
export { type WriteOptions, writeFileAtomically } from "./atomic-write.ts";
export { FilesError, type FilesErrorCode, filesErrorFrom, systemCodeOf } from "./files-error.ts";
export { type FoundPicture, findPictures } from "./find-pictures.ts";
export { makeFolder } from "./folder.ts";
export { type FreeNameOptions, writeUnderFreeName } from "./free-name.ts";
export { type Picture, type ReadPictureOptions, readPicture, readPictureBytes } from "./picture.ts";
export { slugOf } from "./slug.ts";
export { removeStaleTemporaries } from "./stale-temporaries.ts";
