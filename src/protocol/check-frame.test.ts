import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkFrame } from "./check-frame.ts";
import { decodeFrame, encodeFrame } from "./frame.ts";
import { ProtocolError } from "./protocol-error.ts";

const frames = Number(process.env.DGX_PIXELS_FUZZED_FRAMES ?? 5000);

describe("a frame", () => {
  it("comes back as it was", () => {
    const values = fc.dictionary(
      fc.string({ unit: "grapheme", maxLength: 40 }).filter((key) => key !== "__proto__"),
      fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.parse(JSON.stringify(value).replaceAll("__proto__", "proto"))),
    );
    fc.assert(
      fc.property(values, (value) => {
        expect(decodeFrame(encodeFrame(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });

  it("holds bytes, large numbers and texts of every length, and nothing for undefined", () => {
    for (const length of [0, 1, 31, 32, 255, 256, 65_535, 65_536]) {
      const value = { bytes: new Uint8Array(length).fill(7), text: "x".repeat(length), list: Array(length).fill(1) };
      const { bytes, ...rest } = decodeFrame(encodeFrame({ ...value, absent: undefined })) as typeof value;
      expect(Buffer.compare(bytes, value.bytes)).toBe(0);
      expect(rest).toEqual({ text: value.text, list: value.list });
    }
    const numbers = { a: 1_764_158_400_123, b: -(2 ** 40), c: 0.1, d: 255, e: 65_536, f: 2 ** 31, g: -129 };
    expect(decodeFrame(encodeFrame(numbers))).toEqual(numbers);
  });

  it("is left alone by the message after it", () => {
    const first = encodeFrame({ text: "first" });
    const copy = Uint8Array.from(first);
    for (let index = 0; index < 2000; index++) encodeFrame({ text: "x".repeat(100), index });
    expect(first).toEqual(copy);
  });
});

describe("hostile bytes", () => {
  it.each([
    ["nothing", []],
    ["a list of four billion", [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ["a map of four billion", [0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 0x61]],
    ["a text of four gigabytes", [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61]],
    ["an end in the middle of a number", [0xcf, 0, 0, 0]],
    ["an extension type", [0xd4, 0x01, 0x00]],
    ["a type that MessagePack does not have", [0xc1]],
    ["a key that is a number", [0x81, 0x01, 0x02]],
    ["two values", [0x01, 0x02]],
    ["lists in lists", Array.from({ length: 40 }, () => 0x91)],
  ])("%s", (_, bytes) => {
    expect(() => decodeFrame(Uint8Array.from(bytes))).toThrow(ProtocolError);
  });

  it("of a few megabytes of nested lists are refused without recursion to the end", () => {
    expect(() => checkFrame(new Uint8Array(4 * 2 ** 20).fill(0x91))).toThrow("nested deeper");
  });

  it("never make anything but a refusal or plain data", () => {
    const start = encodeFrame({ v: 1, id: "a.1", name: "list", client: "ada", params: { states: ["done"], limit: 5 } });
    const mutated = fc
      .array(fc.tuple(fc.nat(start.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
      .map((changes) => {
        const bytes = Uint8Array.from(start);
        for (const [at, value] of changes) bytes[at] = value;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (bytes) => {
        try {
          const value = decodeFrame(bytes);
          expect(JSON.stringify(value) ?? "").toBeTypeOf("string");
          expect(Object.getPrototypeOf(value ?? {})).not.toHaveProperty("polluted");
        } catch (error) {
          // oxlint-disable-next-line vitest/no-conditional-expect
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: frames },
    );
  });
});
