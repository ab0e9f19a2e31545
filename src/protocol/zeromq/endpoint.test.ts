import { expect, it } from "vitest";
import { parseEndpoint } from "./endpoint.ts";

it.each([
  ["ipc:///run/x.sock", { kind: "ipc", path: "/run/x.sock", events: "ipc:///run/x.sock.events" }],
  ["tcp://127.0.0.1:5971", { kind: "tcp", isLoopback: true, events: "tcp://127.0.0.1:5972" }],
  ["tcp://127.8.9.1:5971", { isLoopback: true }],
  ["tcp://localhost:5971", { isLoopback: true }],
  ["tcp://[::1]:5971", { isLoopback: true, events: "tcp://[::1]:5972" }],
  ["tcp://0.0.0.0:5971", { isLoopback: false }],
  ["tcp://*:5971", { isLoopback: false }],
  ["tcp://127.0.0.1.example.org:5971", { isLoopback: false }],
  ["tcp://box:5971", { isLoopback: false, host: "box", port: 5971 }],
])("%s", (text, expected) => {
  expect(parseEndpoint(text)).toMatchObject(expected);
});

it.each([
  ["ipc://run/x.sock", "the path must be absolute"],
  [`ipc:///${"x".repeat(120)}`, "at most 96 bytes, and this has 121"],
  ["tcp://box", "it is neither"],
  ["http://box:1", "it is neither"],
  ["inproc://x", "it is neither"],
  ["tcp://box:0", "the port must be from 1 to 65534"],
  ["tcp://box:65535", "the next one is used too"],
  ["tcp://bo x:1", "it is neither"],
])("%s is refused", (text, why) => {
  expect(() => parseEndpoint(text)).toThrow(why);
});
