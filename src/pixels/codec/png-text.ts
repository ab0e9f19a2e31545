import { zlibSync } from "fflate";
import { PixelsError } from "../pixels-error.ts";
import { inflateBounded } from "./inflate-bounded.ts";
import { corrupt, joinBytes, makePngChunk, type PngChunk, pngSignature, readPngChunks } from "./png-chunks.ts";

/** `keyword` is 1 to 79 characters of Latin-1 without blanks at its ends or two in a row; `text` any Unicode but NUL. */
export type PngText = { readonly keyword: string; readonly text: string };

/** Bytes of text, decompressed, that a file may hold in all. */
const mostTextBytes = 4 * 1024 * 1024;

/** From this length on text is compressed; below, it stays readable in the file. */
const compressFromBytes = 2048;

/** The texts of a PNG (tEXt, zTXt and iTXt) in the file's order. */
export function readPngText(bytes: Uint8Array): PngText[] {
  const texts: PngText[] = [];
  let left = mostTextBytes;
  for (const chunk of readPngChunks(bytes)) {
    if (!isText(chunk)) continue;
    const { keyword, encoded, utf8 } = textPartsOf(chunk, left);
    left -= encoded.length;
    texts.push({
      keyword,
      text: utf8 ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(encoded) : latin1Of(encoded),
    });
  }
  return texts;
}

/** The same PNG with these texts instead of those it has; every other byte stays. */
export function replacePngText(bytes: Uint8Array, texts: readonly PngText[]): Uint8Array {
  const parts: Uint8Array[] = [pngSignature];
  let end = 0;
  for (const chunk of readPngChunks(bytes)) {
    end = chunk.end;
    if (!isText(chunk)) parts.push(bytes.subarray(chunk.start, chunk.end));
    if (chunk.type === "IHDR") parts.push(...texts.map(makeTextChunk));
  }
  parts.push(bytes.subarray(end));
  return joinBytes(parts);
}

/** An iTXt chunk. */
export function makeTextChunk({ keyword, text }: PngText): Uint8Array {
  checkKeyword(keyword);
  if (text.includes("\0")) {
    throw new PixelsError(`Cannot write PNG text ${JSON.stringify(keyword)}: it holds the character NUL; remove it`, {
      code: "invalid-argument",
      argument: "text",
      value: text,
    });
  }
  const encoded = new TextEncoder().encode(text);
  const compressed = encoded.length >= compressFromBytes;
  const head = [...Array.from(keyword, (character) => character.charCodeAt(0)), 0, compressed ? 1 : 0, 0, 0, 0];
  return makePngChunk(
    "iTXt",
    joinBytes([Uint8Array.from(head), compressed ? zlibSync(encoded, { level: 9 }) : encoded]),
  );
}

function isText({ type }: PngChunk): boolean {
  return type === "tEXt" || type === "zTXt" || type === "iTXt";
}

type TextParts = { readonly keyword: string; readonly encoded: Uint8Array; readonly utf8: boolean };

function textPartsOf({ type, data }: PngChunk, mostBytes: number): TextParts {
  const keywordEnd = endOfString(data, 0, type);
  const keyword = latin1Of(data.subarray(0, keywordEnd));
  let start = keywordEnd + 1;
  let compressed = type === "zTXt";
  if (type === "zTXt") start += 1;
  if (type === "iTXt") {
    compressed = data[start] === 1;
    const languageEnd = endOfString(data, start + 2, type);
    start = endOfString(data, languageEnd + 1, type) + 1;
  }
  const stored = data.subarray(start);
  const encoded = compressed ? inflateText(stored, keyword, mostBytes) : stored;
  if (encoded === undefined || encoded.length > mostBytes) {
    throw new PixelsError(
      `Cannot read PNG: its text is longer than ${mostTextBytes} bytes (at ${JSON.stringify(keyword)}); remove that text`,
      { code: "invalid-png" },
    );
  }
  return { keyword, encoded, utf8: type === "iTXt" };
}

function inflateText(stored: Uint8Array, keyword: string, mostBytes: number): Uint8Array | undefined {
  try {
    return inflateBounded(stored, mostBytes);
  } catch (cause) {
    throw corrupt(`its text ${JSON.stringify(keyword)} cannot be decompressed`, { cause });
  }
}

function endOfString(data: Uint8Array, start: number, type: string): number {
  const end = data.indexOf(0, start);
  if (end < 0) throw corrupt(`a chunk ${type} lacks the end of one of its strings`);
  return end;
}

/** Not TextDecoder's "latin1", which is windows-1252. */
function latin1Of(bytes: Uint8Array): string {
  const parts: string[] = [];
  // In slices, since a call takes only so many arguments.
  for (let start = 0; start < bytes.length; start += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(start, start + 8192)));
  }
  return parts.join("");
}

function checkKeyword(keyword: string): void {
  if (!/^[\x21-\x7e\xa1-\xff](?: ?[\x21-\x7e\xa1-\xff]){0,78}$/.test(keyword) || keyword.length > 79) {
    throw new PixelsError(
      `Cannot write PNG text under the keyword ${JSON.stringify(keyword.slice(0, 100))}: ` +
        "give 1 to 79 Latin-1 characters without blanks at the ends or two in a row",
      { code: "invalid-argument", argument: "keyword", value: keyword },
    );
  }
}
