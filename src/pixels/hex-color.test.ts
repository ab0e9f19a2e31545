import { describe, expect, it } from "vitest";
import { formatHexColor, parseHexColor } from "./hex-color.ts";

describe("parseHexColor", () => {
  it.each([
    ["#1a2b3c", 0x1a2b3c],
    ["1A2B3C", 0x1a2b3c],
    ["#f0a", 0xff00aa],
    [" fff ", 0xffffff],
    ["#000000", 0],
  ])("reads %j", (text, rgb) => expect(parseHexColor(text)).toBe(rgb));

  it.each(["", "#", "red", "#12345", "#1234567", "#12345g", "##123456", "#ffffffff"])("refuses %j", (text) => {
    expect(() => parseHexColor(text)).toThrow(
      expect.objectContaining({
        code: "invalid-color",
        message: `Cannot read the color ${JSON.stringify(text)}: write it as #rrggbb`,
      }),
    );
  });
});

describe("formatHexColor", () => {
  it("writes six digits in lower case", () => {
    expect(formatHexColor(0xab)).toBe("#0000ab");
    expect(formatHexColor(0xffffff)).toBe("#ffffff");
  });
});
