import { randomBytes, randomUUID } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { connect as connectSocket, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { curveKeyPair, Dealer, Router, Subscriber, XPublisher } from "zeromq";
import type { Client } from "../client.ts";
import type { ClientEvent } from "../events.ts";
import { findDaemon } from "../find-daemon.ts";
import { decodeFrame, encodeFrame, largestFrame } from "../frame.ts";
import { connect } from "../connect.ts";
import { serve } from "../serve.ts";
import { eventually, sampleJob, sampleService } from "../sample-service.ts";
import type { Service } from "../service.ts";
import { connectZeroMq } from "./connect-zeromq.ts";
import { makeKeys, readClientKeys, readDaemonKeys } from "./keys.ts";
import { freePorts, sampleNetwork } from "./sample-network.ts";
import { serveZeroMq } from "./serve-zeromq.ts";

const fuzzedFrames = Number(process.env.DGX_PIXELS_FUZZED_FRAMES ?? 4000);

let folder: string;
let endpoint: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-f-"));
  endpoint = `ipc://${folder}/s`;
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function served(service: Service, at = endpoint) {
  const server = await serveZeroMq(service, { endpoint: at });
  onTestFinished(() => server.close());
  return server;
}

async function connected(at = endpoint, name = "ada"): Promise<Client> {
  const client = await connectZeroMq({ endpoint: at, client: name });
  onTestFinished(() => client.close());
  return client;
}

/** A socket that says whatever a test wants. */
function stranger(at = endpoint) {
  const socket = new Dealer({ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
  socket.connect(at);
  onTestFinished(() => socket.close());
  return {
    socket,
    send: (...frames: Uint8Array[]) => socket.send(frames),
    async hear() {
      const [answer] = await socket.receive();
      return decodeFrame(answer) as {
        v: number;
        id: string;
        result?: unknown;
        error?: { code: string; message: string };
      };
    },
  };
}

const request = (changes: object = {}) =>
  encodeFrame({ v: 1, id: randomUUID(), name: "status", client: "bob", params: {}, ...changes });

describe("hostile frames", () => {
  it.each([
    ["no MessagePack", randomBytes(40), "bad-message"],
    ["no map", encodeFrame([1, 2]), "bad-message"],
    ["no id", encodeFrame({ v: 1, name: "status" }), "bad-message"],
    ["no name", encodeFrame({ v: 1, id: "a", client: "bob" }), "bad-message"],
    ["an unknown request", request({ name: "toString" }), "bad-message"],
    ["a prototype", request({ name: "__proto__" }), "bad-message"],
    ["parameters that are none", request({ params: 7 }), "bad-message"],
    ["an older version", request({ v: 0 }), "version"],
    ["a newer version, in which all else is different", encodeFrame({ v: 2, id: "a", call: [1] }), "version"],
  ])("%s: a clear refusal", async (_, frame, code) => {
    await served((await sampleService()).service);
    const bob = stranger();
    await bob.send(frame);
    expect((await bob.hear()).error).toMatchObject({ code, message: expect.stringMatching(/^Cannot /) });
    await bob.send(request());
    expect((await bob.hear()).result).toBeDefined();
  });

  it("of many parts, or none: a clear refusal", async () => {
    await served((await sampleService()).service);
    const bob = stranger();
    await bob.send(request(), request());
    expect((await bob.hear()).error?.message).toBe("Cannot read a message of 2 parts: send one");
    await bob.send(new Uint8Array(0));
    expect((await bob.hear()).error?.code).toBe("bad-message");
  });

  it(`${fuzzedFrames} at random hurt nobody`, async () => {
    const { service, queue } = await sampleService();
    await served(service);
    const ada = await connected();
    await ada.add({ jobs: [sampleJob()] });
    const bob = stranger();
    const seeds = [
      request({ name: "list", params: { states: ["done"] } }),
      request({ name: "add", params: { jobs: [sampleJob()] } }),
      request({ name: "remove", params: { states: ["done"] } }),
    ];
    let heard = 0;
    void (async () => {
      for await (const _ of bob.socket) heard++;
    })();
    for (let count = 0; count < fuzzedFrames; count++) {
      const frame = count % 3 === 0 ? randomBytes(1 + (count % 300)) : Uint8Array.from(seeds[count % seeds.length]);
      if (count % 3 !== 0)
        for (let change = 0; change < 4; change++)
          frame[Math.floor(Math.random() * frame.length)] = Math.floor(Math.random() * 256);
      await bob.send(frame);
      // Would wait in vain for a daemon that has stumbled.
      if (count % 1000 === 0) await ada.status();
    }
    await eventually(() => expect(heard).toBeGreaterThanOrEqual(fuzzedFrames * 0.99));
    expect((await ada.list()).total).toBeGreaterThanOrEqual(1);
    expect((await queue.list()).total).toBeGreaterThanOrEqual(1);
  });

  it("that are no ZeroMQ at all, or stop in its greeting, hurt nobody", async () => {
    const port = await freePorts();
    const at = `tcp://127.0.0.1:${port}`;
    await served((await sampleService()).service, at);
    const ada = await connected(at);
    for (const bytes of [Buffer.from("GET / HTTP/1.1\r\n\r\n"), randomBytes(5000), Buffer.from([0xff, 0, 0, 0])]) {
      const socket = connectSocket(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.write(bytes);
      expect(await ada.counts()).toMatchObject({ isPaused: false });
      socket.destroy();
    }
  });

  it("that are too large cost their sender the connection, and nobody else", async () => {
    await served((await sampleService()).service);
    const ada = await connected();
    const bob = stranger();
    const { promise: dropped, resolve } = Promise.withResolvers<void>();
    bob.socket.events.on("disconnect", () => resolve());
    await bob.send(new Uint8Array(largestFrame + 1));
    await dropped;
    expect((await ada.status()).isPaused).toBe(false);
    const job = sampleJob();
    const source = { png: "a".repeat(largestFrame), strength: 1 };
    const order = { ...job.order, request: { ...job.order.request, source } };
    await expect(ada.add({ jobs: [{ ...job, order }] })).rejects.toMatchObject({ code: "too-large" });
  });

  it("are not needed for an answer that cannot be sent: it is told, and the daemon goes on", async () => {
    const { service } = await sampleService();
    const unsendable = {
      get software(): string {
        throw new Error("no such thing");
      },
    };
    const handle: Service["handle"] = async (name, params, client) =>
      client === "bob" ? unsendable : service.handle(name, params, client);
    await served({ ...service, handle });
    const bob = stranger();
    await bob.send(request());
    expect((await bob.hear()).error).toEqual({
      code: "unexpected",
      message: "Unexpected failure of the daemon: no such thing",
    });
    expect((await (await connected()).status()).isPaused).toBe(false);
  });

  it("that are too many at once are refused one by one, and others are answered", async () => {
    const { service } = await sampleService();
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    await served({
      ...service,
      handle: async (name, params, client) => {
        if (client === "bob") await held;
        return service.handle(name, params, client);
      },
    });
    const ada = await connected();
    const bob = stranger();
    for (let count = 0; count < 300; count++) await bob.send(request());
    const codes: unknown[] = [];
    for (let count = 0; count < 44; count++) codes.push((await bob.hear()).error?.code);
    expect(codes).toEqual(Array(44).fill("busy"));
    expect((await ada.status()).isPaused).toBe(false);
    letGo();
    for (let count = 0; count < 256; count++) expect((await bob.hear()).error).toBeUndefined();
  });
});

describe("a request that is asked again", () => {
  it("is answered again, and changes nothing twice", async () => {
    const { service, queue } = await sampleService();
    await served(service);
    const jobs = [sampleJob(), sampleJob(), sampleJob()];
    const ada = await connected();
    await ada.add({ jobs });
    const bob = stranger();
    const frame = request({ name: "move", params: { id: jobs[2].id, to: "up" } });
    await bob.send(frame);
    await bob.send(frame);
    const answers = [await bob.hear(), await bob.hear()];
    expect(answers[0]).toEqual(answers[1]);
    // Another connection, as after a loss, is known by the request's id as well.
    const again = stranger();
    await again.send(frame);
    expect(await again.hear()).toEqual(answers[0]);
    expect((await queue.list()).jobs.map(({ id }) => id)).toEqual([jobs[0].id, jobs[2].id, jobs[1].id]);
  });
});

describe("versions", () => {
  it("that differ are told to the client in a sentence", async () => {
    const router = new Router({ linger: 0 });
    await router.bind(endpoint);
    onTestFinished(() => router.close());
    const answering = async () => {
      for await (const [identity, frame] of router) {
        const { id } = decodeFrame(frame) as { id: string };
        await router.send([identity, encodeFrame({ v: 9, id, result: { software: "dgx-pixels 9" } })]);
      }
    };
    // Ends with its socket, perhaps in the middle of an answer.
    void answering().catch(() => {});
    await expect(connectZeroMq({ endpoint, client: "ada" })).rejects.toMatchObject({
      code: "version",
      message: `Cannot talk to the daemon at ${endpoint}: it speaks version 9 and this program version 1; update the older of the two`,
    });
  });

  it("that come with a restart end what waits", async () => {
    const { service } = await sampleService();
    const server = await serveZeroMq(service, { endpoint });
    const ada = await connected();
    await server.close();
    const waiting = ada.status({}, { timeoutMs: 60_000 });
    const router = new Router({ linger: 0 });
    await router.bind(endpoint);
    onTestFinished(() => router.close());
    const answering = async () => {
      for await (const [identity, frame] of router) {
        const { id } = decodeFrame(frame) as { id: string };
        const error = { code: "version", message: "Cannot answer messages of version 1: this daemon speaks version 2" };
        await router.send([identity, encodeFrame({ v: 2, id, error })]);
      }
    };
    // Ends with its socket, perhaps in the middle of an answer.
    void answering().catch(() => {});
    await expect(waiting).rejects.toMatchObject({ code: "version" });
  });
});

describe("a daemon that goes away", () => {
  it("and comes back finds its clients again, who miss nothing that they cannot ask for", async () => {
    const { service, queue, folder: home } = await sampleService();
    const server = await serveZeroMq(service, { endpoint });
    const ada = await connected();
    const events: ClientEvent[] = [];
    ada.watch((event) => events.push(event));
    await eventually(() => expect(events).toContainEqual({ kind: "missed" }));
    await server.close();
    await eventually(() => expect(events).toContainEqual({ kind: "connection", isConnected: false }));
    const job = sampleJob();
    const adding = ada.add({ jobs: [job] });
    const next = await sampleService({}, home, "another session");
    await served(next.service);
    expect((await adding).jobs[0].id).toBe(job.id);
    await eventually(() => expect(events).toContainEqual({ kind: "connection", isConnected: true }));
    await eventually(() => expect(events.filter(({ kind }) => kind === "missed").length).toBeGreaterThan(1));
    expect(ada.daemon.session).toBe("another session");
    await queue.pauseAll();
    await eventually(() => expect(events.at(-1)).toEqual({ kind: "queue", isPaused: true }));
  });

  it("and stays away is told after the deadline", async () => {
    const server = await serveZeroMq((await sampleService()).service, { endpoint });
    const ada = await connected();
    await server.close();
    await expect(ada.status({}, { timeoutMs: 200 })).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("no answer to status in 0.2 s"),
    });
    await expect(connect({ endpoint, timeoutMs: 200 })).rejects.toMatchObject({
      code: "unreachable",
      message: `Cannot reach the daemon at ${endpoint}: nobody answered in 0.2 s; start it with dgx-pixels worker`,
    });
  });

  it("is not found, at once; one that listens is", async () => {
    expect(await findDaemon({ endpoint })).toBeUndefined();
    // What a killed one leaves behind: a socket that nobody listens on.
    const left = createServer();
    await new Promise<void>((resolve) => left.listen(join(folder, "s"), resolve));
    await new Promise((resolve) => left.close(resolve));
    expect(await findDaemon({ endpoint: `tcp://127.0.0.1:${await freePorts()}` })).toBeUndefined();
    await served((await sampleService()).service);
    const client = await findDaemon({ endpoint });
    expect(client?.daemon.software).toBe("dgx-pixels 9.9.9");
    await client?.close();
  });
});

describe("a bad network", () => {
  async function overNetwork(service: Service) {
    const port = await freePorts();
    await served(service, `tcp://127.0.0.1:${port}`);
    const network = await sampleNetwork(port);
    onTestFinished(() => network.close());
    return network;
  }

  it("that cuts loses no job and doubles none", async () => {
    const { service, queue } = await sampleService();
    const network = await overNetwork(service);
    const ada = await connected(`tcp://127.0.0.1:${network.port}`);
    const timer = setInterval(network.cut, 40);
    const ids: string[] = [];
    for (let count = 0; count < 60; count++) {
      const job = sampleJob();
      await ada.add({ jobs: [job] }, { timeoutMs: 60_000 });
      ids.push(job.id);
    }
    clearInterval(timer);
    const { jobs } = await queue.list({}, { limit: 1000 });
    expect(jobs.map(({ id }) => id)).toEqual(ids);
  });

  it("that swallows everything is noticed, and what was asked is asked again", async () => {
    const { service } = await sampleService();
    const network = await overNetwork(service);
    const ada = await connected(`tcp://127.0.0.1:${network.port}`);
    network.swallow(true);
    const job = sampleJob();
    const adding = ada.add({ jobs: [job] }, { timeoutMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    network.swallow(false);
    expect((await adding).jobs[0].id).toBe(job.id);
  });

  it("that delays makes answers late, not wrong", async () => {
    const { service } = await sampleService();
    const network = await overNetwork(service);
    network.delay(50);
    const ada = await connected(`tcp://127.0.0.1:${network.port}`);
    const jobs = Array.from({ length: 20 }, () => sampleJob());
    const answers = await Promise.all(jobs.map((job) => ada.add({ jobs: [job] })));
    expect(answers.map((answer) => answer.jobs[0].id)).toEqual(jobs.map(({ id }) => id));
  });
});

describe("a subscriber that reads nothing", () => {
  it("costs a bounded amount of memory, and others hear everything", async () => {
    const { service, queue } = await sampleService();
    await served(service);
    const slow = new Subscriber({ linger: 0, receiveHighWaterMark: 1 });
    slow.connect(`${endpoint}.events`);
    slow.subscribe("");
    onTestFinished(() => slow.close());
    const ada = await connected();
    let previews = 0;
    let pauses = 0;
    ada.watch((event) => {
      if (event.kind === "progress") previews++;
      if (event.kind === "queue") pauses++;
    });
    const preview = { width: 128, height: 128, data: new Uint8Array(128 * 128 * 4).fill(7) };
    const before = process.memoryUsage.rss();
    // 6,000 pictures of 64 KiB are 375 MiB.
    for (let count = 0; count < 6000; count++) {
      service.progress(randomUUID(), { step: 1, steps: 2 }, preview);
      if (count % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(250);
    expect(previews).toBeGreaterThan(0);
    // What is told while hers are still on their way might be too much for her as well.
    for (let heard = -1; heard !== previews; await new Promise((resolve) => setTimeout(resolve, 500))) heard = previews;
    await queue.pauseAll();
    await eventually(() => expect(pauses).toBeGreaterThan(0));
  });

  it("that lost something hears of it, by the next event or by the count that comes anyway", async () => {
    const router = new Router({ linger: 0 });
    const publisher = new XPublisher({ linger: 0 });
    publisher.welcomeMessage = "w";
    await router.bind(endpoint);
    await publisher.bind(`${endpoint}.events`);
    onTestFinished(() => {
      router.close();
      publisher.close();
    });
    const answering = async () => {
      for await (const [identity, frame] of router) {
        const { id } = decodeFrame(frame) as { id: string };
        await router.send([identity, encodeFrame({ v: 1, id, result: { software: "dgx-pixels 9", session: "1" } })]);
      }
    };
    // Ends with its socket, perhaps in the middle of an answer.
    void answering().catch(() => {});
    void (async () => {
      for await (const _ of publisher);
    })();
    const ada = await connected();
    const heard: string[] = [];
    ada.watch(({ kind }) => heard.push(kind));
    await eventually(() => expect(heard).toEqual(["missed"]));
    const tell = (n: number, session = "1") =>
      publisher.send(["j", encodeFrame({ v: 1, session, n, event: { kind: "queue", isPaused: true } })]);
    const beat = (n: number) => publisher.send(["b", encodeFrame({ v: 1, session: "1", n })]);
    // Begins to count where it comes in.
    for (const n of [7, 8, 9]) await tell(n);
    await beat(9);
    await tell(12);
    await beat(14);
    await beat(14);
    await tell(15);
    await tell(1, "2");
    const expected = ["missed", "queue", "queue", "queue", "missed", "queue", "missed", "queue", "missed", "queue"];
    await eventually(() => expect(heard).toHaveLength(expected.length));
    expect(heard).toEqual(expected);
  });
});

describe("keys", () => {
  async function withKeys() {
    const keysFolder = join(folder, "keys");
    const { file } = await makeKeys(keysFolder, "ada");
    const at = `tcp://127.0.0.1:${await freePorts()}`;
    const { service } = await sampleService();
    const server = await serve(service, { endpoint: at, keys: keysFolder });
    onTestFinished(() => server.close());
    return { at, file, keysFolder };
  }

  it("let in those who have them, requests and events", async () => {
    const { at, file } = await withKeys();
    const ada = await connect({ endpoint: at, keys: file });
    onTestFinished(() => ada.close());
    const events: ClientEvent[] = [];
    ada.watch((event) => events.push(event));
    await eventually(async () => {
      await ada.pauseAll();
      await ada.resumeAll();
      expect(events).toContainEqual({ kind: "queue", isPaused: true });
    });
  });

  it("keep out those without, those with others, and those who take another daemon for it", async () => {
    const { at, file } = await withKeys();
    const refused = { code: "unreachable" };
    await expect(connect({ endpoint: at, timeoutMs: 700 })).rejects.toMatchObject(refused);
    const ada = await readClientKeys(file);
    const strangers = [
      { ...ada, ...curveKeyPair() },
      { ...ada, daemonKey: curveKeyPair().publicKey },
    ];
    for (const keys of strangers)
      await expect(connectZeroMq({ endpoint: at, client: "bob", keys, timeoutMs: 700 })).rejects.toMatchObject(refused);
  });

  it("are needed for any address that others can reach", async () => {
    const { service } = await sampleService();
    await expect(serve(service, { endpoint: "tcp://0.0.0.0:5971" })).rejects.toMatchObject({
      code: "bad-keys",
      message: expect.stringContaining("make some with dgx-pixels worker keys"),
    });
    await expect(serve(service, { endpoint: "tcp://0.0.0.0:5971", keys: folder })).rejects.toThrow(
      `Cannot find the daemon's keys in ${folder}`,
    );
  });

  it("are secret, kept, and made once for each name", async () => {
    const keys = join(folder, "keys");
    const { file } = await makeKeys(keys, "ada");
    await makeKeys(keys, "bob");
    for (const secret of [file, join(keys, "daemon.json")]) expect((await stat(secret)).mode & 0o777).toBe(0o600);
    const { clients, publicKey } = await readDaemonKeys(keys);
    expect([...clients.values()].sort()).toEqual(["ada", "bob"]);
    expect((await readClientKeys(file)).daemonKey).toBe(publicKey);
    expect(await readFile(join(keys, "clients", "ada.json"), "utf8")).not.toContain("secret");
    await expect(makeKeys(keys, "ada")).rejects.toMatchObject({ code: "exists" });
    await expect(makeKeys(keys, "../ada")).rejects.toMatchObject({ code: "bad-keys" });
    await expect(readClientKeys(join(keys, "clients", "ada.json"))).rejects.toThrow("Cannot read the keys in");
    await expect(readClientKeys(join(keys, "eve.json"))).rejects.toThrow("Cannot find the keys");
  });
});

describe("listening", () => {
  it("is for the owner alone, and leaves nothing behind", async () => {
    const { service } = await sampleService();
    const server = await serveZeroMq(service, { endpoint: `ipc://${folder}/run/s` });
    expect((await stat(join(folder, "run"))).mode & 0o777).toBe(0o700);
    for (const name of ["s", "s.events"]) expect((await stat(join(folder, "run", name))).mode & 0o777).toBe(0o600);
    await server.close();
    await expect(stat(join(folder, "run", "s"))).rejects.toThrow("ENOENT");
  });

  it("is refused where others may write, and where somebody listens", async () => {
    const { service } = await sampleService();
    await chmod(folder, 0o777);
    await expect(serveZeroMq(service, { endpoint })).rejects.toThrow("others may write there");
    await chmod(folder, 0o700);
    for (const at of [endpoint, `tcp://127.0.0.1:${await freePorts()}`]) {
      await served(service, at);
      await expect(serveZeroMq(service, { endpoint: at })).rejects.toMatchObject({
        code: "bad-endpoint",
        message: `Cannot listen on ${at}: another program listens there; choose another`,
      });
      expect((await connected(at)).daemon.software).toBe("dgx-pixels 9.9.9");
    }
  });
});
