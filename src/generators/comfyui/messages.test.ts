import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBinaryMessage, parseTextMessage } from "./messages.ts";

const job = "59638938-d06f-49bb-b43e-0bcb4198a5b1";
/** As ComfyUI 0.33.0 sent them. */
const text = (type: string, data: object) => JSON.stringify({ type, data });
const header = (...numbers: readonly number[]) => {
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, index) => bytes.writeUInt32BE(number, index * 4));
  return bytes;
};

describe("text messages", () => {
  it.each([
    ["execution_start", { prompt_id: job, timestamp: 1_795_691_839_394 }, { kind: "started", job }],
    ["execution_cached", { nodes: ["4", "5"], prompt_id: job }, { kind: "cached", job, nodes: ["4", "5"] }],
    ["executing", { node: "4", display_node: "4", prompt_id: job }, { kind: "node", job, node: "4" }],
    ["executing", { node: null, prompt_id: job }, { kind: "node", job, node: null }],
    [
      "progress",
      { value: 1, max: 3, prompt_id: job, node: "3" },
      { kind: "progress", job, node: "3", value: 1, most: 3 },
    ],
    [
      "executed",
      {
        node: "9",
        display_node: "9",
        output: { images: [{ filename: "a.png", subfolder: "", type: "temp" }] },
        prompt_id: job,
      },
      { kind: "output", job, node: "9", pictures: [{ filename: "a.png", subfolder: "", type: "temp" }] },
    ],
    // A path that a node of others gives another meaning is not ours.
    [
      "executed",
      { node: "9", output: { images: [{ filename: "a.png", path: null }] }, prompt_id: job },
      {
        kind: "output",
        job,
        node: "9",
        pictures: [{ filename: "a.png", subfolder: "", type: "output", path: undefined }],
      },
    ],
    [
      "executed",
      { node: "9", output: { text: ["hello"] }, prompt_id: job },
      { kind: "output", job, node: "9", pictures: [] },
    ],
    ["executed", { node: "9", output: null, prompt_id: job }, { kind: "output", job, node: "9", pictures: [] }],
    ["execution_success", { prompt_id: job }, { kind: "succeeded", job }],
    ["execution_interrupted", { prompt_id: job, node_id: "3" }, { kind: "interrupted", job }],
    [
      "execution_error",
      { prompt_id: job, node_id: "3", node_type: "KSampler", exception_message: " out of memory\n" },
      { kind: "failed", job, failure: { node: "3", classType: "KSampler", message: "out of memory" } },
    ],
    [
      "execution_error",
      { prompt_id: job },
      { kind: "failed", job, failure: { node: "", classType: "a node", message: "it did not say why" } },
    ],
  ])("%s", (type, data, expected) => {
    expect(parseTextMessage(text(type, data))).toEqual(expected);
  });

  it.each([
    ["of no use here", text("status", { status: { exec_info: { queue_remaining: 1 } } })],
    ["without a job", text("executing", { node: "4" })],
    ["that is cut", text("progress", { value: 1 }).slice(0, 20)],
    ["that is no object", "[1]"],
  ])("one %s is passed over", (_what, message) => {
    expect(parseTextMessage(message)).toBeUndefined();
  });
});

describe("binary messages", () => {
  const picture = Buffer.from("a picture");

  it("of type 1 are previews without an owner", () => {
    expect(parseBinaryMessage(new Uint8Array(Buffer.concat([header(1, 2), picture])))).toEqual({
      kind: "preview",
      job: undefined,
      node: undefined,
      picture: Uint8Array.from(picture),
    });
  });

  it("of type 4 say whose they are", () => {
    const metadata = Buffer.from(JSON.stringify({ node_id: "3", prompt_id: job, image_type: "image/jpeg" }));
    const message = new Uint8Array(Buffer.concat([header(4, metadata.length), metadata, picture]));
    expect(parseBinaryMessage(message)).toEqual({ kind: "preview", job, node: "3", picture: Uint8Array.from(picture) });
  });

  it.each([
    ["text of a node", Buffer.concat([header(3, 1), Buffer.from("9hello")])],
    ["nothing", Buffer.alloc(0)],
    ["a header alone", header(1, 1)],
    ["less metadata than it says", Buffer.concat([header(4, 1000), Buffer.from("{}")])],
    ["metadata that is no JSON", Buffer.concat([header(4, 2), Buffer.from("{x"), picture])],
  ])("with %s are passed over", (_what, message) => {
    expect(parseBinaryMessage(message)).toBeUndefined();
  });
});

it("whatever a server sends, nothing breaks", () => {
  const withHead = fc
    .tuple(fc.nat(5), fc.nat(64), fc.uint8Array({ maxLength: 100 }))
    .map(([type, length, rest]) => Buffer.concat([header(type, length), rest]));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), withHead), (bytes) => {
      const message = parseBinaryMessage(bytes);
      return message === undefined || message.kind === "preview";
    }),
  );
  const events = ["executing", "progress", "executed", "execution_error", "execution_cached"];
  const json = fc
    .record({ type: fc.constantFrom(...events), data: fc.jsonValue() })
    .map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), json), (message) => {
      const parsed = parseTextMessage(message);
      return parsed === undefined || typeof parsed.kind === "string";
    }),
  );
});
