import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { type GenerationRequest, parseRequest, type Progress } from "#asset";
import type { Generator } from "../generator.ts";
import { type ComfyuiGeneratorOptions, openComfyuiGenerator } from "./comfyui-generator.ts";
import { type ComfyuiDouble, type DoubleOptions, startComfyuiDouble } from "./double/comfyui-double.ts";
import { startFaultyNetwork, type FaultyNetwork } from "./double/faulty-network.ts";

/** More rounds: DGX_PIXELS_KILL_ROUNDS=100 npx vitest run src/generators/comfyui/faults.test.ts */
const killRounds = Number(process.env["DGX_PIXELS_KILL_ROUNDS"] ?? 2);
const open: (() => unknown)[] = [];
/** Servers in processes of their own, in the order they were started. */
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function server(options: DoubleOptions = {}): Promise<ComfyuiDouble> {
  const started = await startComfyuiDouble(options);
  open.push(() => started.close());
  return started;
}

async function networkTo(target: ComfyuiDouble): Promise<FaultyNetwork> {
  const network = await startFaultyNetwork(target.url);
  open.unshift(() => network.close());
  return network;
}

function generatorOn(
  servers: ComfyuiGeneratorOptions["servers"],
  timing: ComfyuiGeneratorOptions["timing"] = {},
): Generator {
  const generator = openComfyuiGenerator({
    servers,
    canvas: 64,
    timing: { timeoutMs: 10_000, pollMs: 100, patienceMs: 30_000, restMs: 300, ...timing },
  });
  open.unshift(() => generator.close());
  return generator;
}

const request = (changes: Partial<GenerationRequest> = {}) =>
  parseRequest({ prompt: "red dragon", seed: 7, steps: 3, ...changes });

const atStep = (wanted: number, act: () => void) => {
  let isDone = false;
  return (progress: Progress) => {
    if (progress.kind !== "step" || progress.step !== wanted || isDone) return;
    isDone = true;
    act();
  };
};

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const lostNote = "A server lost the job, which was run again";

describe("a server that is restarted", () => {
  it.each([false, true])("in the middle of a job runs it again (old server: %s)", async (isOld) => {
    const comfyui = await server({ stepMs: 20, isOld });
    const { notes, raster } = await generatorOn([comfyui]).generate(request({ steps: 50 }), {
      onProgress: atStep(2, comfyui.restart),
    });
    expect(notes).toContain(lostNote);
    expect(comfyui.begun).toHaveLength(2);
    expect(comfyui.begun[0].id).not.toBe(comfyui.begun[1].id);
    expect(comfyui.begun[0].workflow).toEqual(comfyui.begun[1].workflow);
    expect(raster.width).toBe(32);
  });

  it("without sockets runs it again too", async () => {
    const comfyui = await server({ stepMs: 10, hasNoSocket: true });
    const drawn = generatorOn([comfyui]).generate(request({ steps: 50 }));
    await expect.poll(() => comfyui.begun.length, { timeout: 20_000 }).toBe(1);
    comfyui.restart();
    expect((await drawn).notes).toContain(lostNote);
    expect(comfyui.begun).toHaveLength(2);
  });

  it("while jobs wait runs them all again", async () => {
    const comfyui = await server({ stepMs: 5 });
    comfyui.hold();
    const generator = generatorOn([comfyui]);
    const drawn = Promise.all([1, 2, 3].map((seed) => generator.generate(request({ seed }))));
    await expect.poll(() => comfyui.queue().pending.length, { timeout: 20_000 }).toBe(3);
    comfyui.restart();
    comfyui.resume();
    const images = await drawn;
    expect(images.map(({ request: { seed } }) => seed)).toEqual([1, 2, 3]);
    expect(images.every(({ notes }) => notes.includes(lostNote))).toBe(true);
  });

  it("again and again gives up in the end", async () => {
    const comfyui = await server({ stepMs: 20 });
    await expect(
      generatorOn([comfyui]).generate(request({ steps: 50 }), {
        onProgress: (progress) => {
          if (progress.kind === "step" && progress.step === 1) comfyui.restart();
        },
      }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/interrupted|server-unreachable/) });
    expect(comfyui.begun.length).toBeLessThanOrEqual(3);
  });

  it("in the moment of submission is waited for as in the middle of a job", async () => {
    const first = await doubleProcess("0", 0);
    const generator = generatorOn([{ url: first.url }], { patienceMs: 60_000 });
    const undisturbed = await generator.generate(request());
    // What it has is remembered, so that the submission is the first to meet nobody.
    first.process.kill("SIGKILL");
    await once(first.process, "exit");
    const drawn = generator.generate(request());
    drawn.catch(() => {});
    await sleep(300);
    await doubleProcess(new URL(first.url).port, 0);
    expect((await drawn).raster.data).toEqual(undisturbed.raster.data);
    expect((await drawn).notes).toContain(lostNote);
  });

  it("and does not come back is one clear error, once patience ends", async () => {
    const first = await doubleProcess("0", 0);
    const generator = generatorOn([{ url: first.url }], { patienceMs: 300 });
    await generator.generate(request());
    first.process.kill("SIGKILL");
    await once(first.process, "exit");
    await expect(generator.generate(request())).rejects.toMatchObject({ code: "server-unreachable" });
  });

  it("by kill -9 and started anew on its port draws the same picture", async () => {
    const first = await doubleProcess("0", 30);
    const generator = generatorOn([{ url: first.url }], { patienceMs: 60_000 });
    const undisturbed = await generator.generate(request());
    const drawn = generator.generate(request({ steps: 100 }), {
      onProgress: atStep(2, () => first.process.kill("SIGKILL")),
    });
    await once(first.process, "exit");
    await doubleProcess(new URL(first.url).port, 0);
    expect((await drawn).notes).toContain(lostNote);
    expect((await generator.generate(request())).raster.data).toEqual(undisturbed.raster.data);
  });
});

it(
  `by kill -9 at random moments, ${killRounds} times, a server loses no picture and changes none`,
  async () => {
    const port = new URL((await doubleProcess("0", 15)).url).port;
    const generator = generatorOn([{ url: `http://127.0.0.1:${port}` }], { patienceMs: 60_000 });
    const undisturbed = await Promise.all([1, 2].map((seed) => generator.generate(request({ seed }))));
    let lost = 0;
    for (let round = 0; round < killRounds; round++) {
      // One runs and one waits, or both are on their way there or back.
      const drawn = Promise.all([1, 2].map((seed) => generateOrAskAgain(generator, request({ seed }))));
      await sleep(150 * Math.random());
      const dying = children.at(-1) as ChildProcess;
      const ended = once(dying, "exit");
      dying.kill("SIGKILL");
      await ended;
      await doubleProcess(port, 15);
      const images = await drawn;
      expect(images.map(({ raster }) => raster.data)).toEqual(undisturbed.map(({ raster }) => raster.data));
      lost += images.filter(({ notes }) => notes.includes(lostNote)).length;
    }
    process.stderr.write(`jobs lost and run again: ${lost} of ${2 * killRounds}\n`);
  },
  60_000 + killRounds * 20_000,
);

describe("what other people do on the server", () => {
  it("an interrupt is told to the one whose job it was", async () => {
    const comfyui = await server({ stepMs: 20 });
    const interrupt = () => void fetch(`${comfyui.url}/interrupt`, { method: "POST", body: "{}" });
    await expect(
      generatorOn([comfyui]).generate(request({ steps: 50 }), { onProgress: atStep(2, interrupt) }),
    ).rejects.toMatchObject({ code: "interrupted", message: expect.stringContaining("somebody interrupted the job") });
  });

  it("a job that is taken from the queue is not run behind their back", async () => {
    const comfyui = await server();
    comfyui.hold();
    const drawn = generatorOn([comfyui]).generate(request());
    drawn.catch(() => {});
    await expect.poll(() => comfyui.queue().pending.length, { timeout: 20_000 }).toBe(1);
    const body = JSON.stringify({ delete: comfyui.queue().pending });
    await fetch(`${comfyui.url}/queue`, { method: "POST", body });
    await expect(drawn).rejects.toMatchObject({
      code: "interrupted",
      message: expect.stringContaining("somebody took it from the queue"),
    });
    expect(comfyui.requests.filter((line) => line === "POST /prompt")).toHaveLength(1);
  });

  it("cancelling one job leaves the others alone, on old servers too", async () => {
    for (const isOld of [false, true]) {
      const comfyui = await server({ stepMs: 10, isOld });
      const generator = generatorOn([comfyui]);
      const stop = new AbortController();
      const [running, waiting, third] = [
        generator.generate(request({ seed: 1, steps: 100 }), {
          signal: stop.signal,
          onProgress: atStep(2, () => stop.abort(new DOMException("stop", "AbortError"))),
        }),
        generator.generate(request({ seed: 2 })),
        generator.generate(request({ seed: 3 })),
      ];
      await expect(running).rejects.toMatchObject({ name: "AbortError" });
      expect((await waiting).request.seed).toBe(2);
      expect((await third).request.seed).toBe(3);
    }
  });

  it("aborting while it waits takes it from the queue", async () => {
    const comfyui = await server();
    comfyui.hold();
    const stop = new AbortController();
    const drawn = generatorOn([comfyui]).generate(request(), { signal: stop.signal });
    drawn.catch(() => {});
    await expect.poll(() => comfyui.queue().pending.length, { timeout: 20_000 }).toBe(1);
    stop.abort(new DOMException("stop", "AbortError"));
    await expect(drawn).rejects.toMatchObject({ name: "AbortError" });
    await expect.poll(() => comfyui.queue().pending.length, { timeout: 20_000 }).toBe(0);
  });
});

describe("a network that fails", () => {
  it("without sockets jobs are followed by asking", async () => {
    for (const isOld of [false, true]) {
      const comfyui = await server({ hasNoSocket: true, isOld });
      const { raster, notes } = await generatorOn([comfyui]).generate(request());
      expect(raster.width).toBe(32);
      expect(notes).not.toContain(lostNote);
    }
  });

  it("and tells what a node said all the same", async () => {
    for (const isOld of [false, true]) {
      const comfyui = await server({ hasNoSocket: true, failsIn: "VAEDecode", isOld });
      await expect(generatorOn([comfyui]).generate(request())).rejects.toMatchObject({
        code: "model-failed",
        message: expect.stringContaining("VAEDecode (node 8) failed"),
      });
    }
  });

  it("that breaks every connection in the middle loses nothing and does nothing twice", async () => {
    const comfyui = await server({ stepMs: 30 });
    const network = await networkTo(comfyui);
    const { notes } = await generatorOn([network]).generate(request({ steps: 40 }), {
      onProgress: atStep(2, network.cut),
    });
    expect(notes).not.toContain(lostNote);
    expect(comfyui.begun).toHaveLength(1);
  });

  it("that is away for a while is waited for", async () => {
    const comfyui = await server({ stepMs: 30 });
    const network = await networkTo(comfyui);
    const drawn = generatorOn([network]).generate(request({ steps: 40 }), {
      onProgress: atStep(2, () => {
        network.isDown = true;
        network.cut();
        setTimeout(() => {
          network.isDown = false;
        }, 800);
      }),
    });
    expect((await drawn).raster.width).toBe(32);
    expect(comfyui.begun).toHaveLength(1);
  });

  it("that delays every piece is only slower", async () => {
    const comfyui = await server();
    const network = await networkTo(comfyui);
    network.delayMs = 60;
    expect((await generatorOn([network], { timeoutMs: 10_000 }).generate(request())).raster.width).toBe(32);
  });

  it("that goes silent is one clear error, in time", async () => {
    const comfyui = await server();
    const network = await networkTo(comfyui);
    network.isSilent = true;
    const started = performance.now();
    await expect(generatorOn([network], { timeoutMs: 500 }).generate(request())).rejects.toMatchObject({
      code: "server-unreachable",
      message: `Cannot reach ComfyUI at ${network.url}: it did not answer within 0.5 s; start it, or set DGX_PIXELS_COMFYUI to where it runs`,
    });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it("that cuts every answer short is one clear error", async () => {
    const comfyui = await server();
    const network = await networkTo(comfyui);
    network.cutAfterBytes = 100;
    await expect(generatorOn([network]).generate(request())).rejects.toMatchObject({
      code: "server-unreachable",
      message: expect.stringMatching(/^Cannot reach ComfyUI at .*; start it, or set DGX_PIXELS_COMFYUI/),
    });
  });
});

describe("what is not ComfyUI", () => {
  it.each<[string, string, number, string, RegExp]>([
    ["a web page", "<html>hello</html>", 200, "server-failed", /what answers there is not ComfyUI/],
    ["another service", '{"hello": 1}', 200, "server-failed", /what answers there is not ComfyUI/],
    ["half an answer", '{"KSampler": {"inp', 200, "server-failed", /what answers there is not ComfyUI/],
    ["a login", "no", 401, "server-failed", /it answered 401 to a request; set DGX_PIXELS_COMFYUI_TOKEN/],
    ["a broken proxy", "bad gateway", 502, "server-failed", /it answered 502 to a request; see its log/],
  ])("%s is told as such", async (_what, body, status, code, message) => {
    const other = createServer((_request, response) => {
      response.writeHead(status, { "content-type": "text/plain" });
      response.end(body);
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    open.push(() => new Promise((resolve) => other.close(resolve)));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    await expect(generatorOn([{ url }]).generate(request())).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

describe("several servers", () => {
  it("share the work, the least loaded first", async () => {
    const servers = [await server({ stepMs: 10 }), await server({ stepMs: 10 })];
    const generator = generatorOn(servers);
    expect((await generator.describe()).parallel).toBe(4);
    await Promise.all(Array.from({ length: 8 }, (_, seed) => generator.generate(request({ seed }))));
    for (const { begun } of servers) expect(begun.length).toBeGreaterThanOrEqual(2);
  });

  it("a busy one is left for an idle one", async () => {
    const [busy, idle] = [await server(), await server()];
    busy.hold();
    const other = generatorOn([busy]).generate(request({ seed: 100 }));
    other.catch(() => {});
    await expect.poll(() => busy.queue().pending.length, { timeout: 20_000 }).toBe(1);
    const generator = generatorOn([busy, idle]);
    for (const seed of [1, 2, 3]) await generator.generate(request({ seed }));
    expect(idle.begun).toHaveLength(3);
  });

  describe("with two models", () => {
    const checkpoints = { "a.safetensors": {}, "b.safetensors": {} };
    const modelsOf = ({ begun }: ComfyuiDouble) =>
      begun.flatMap(({ workflow }) =>
        Object.values(workflow).flatMap(({ class_type: kind, inputs }) =>
          kind === "CheckpointLoaderSimple" ? [String(inputs["ckpt_name"]).slice(0, 1)] : [],
        ),
      );
    const openTwo = async (swapAfterMs: number) => {
      const servers = [await server({ checkpoints, stepMs: 5 }), await server({ checkpoints, stepMs: 5 })];
      return { servers, generator: generatorOn(servers, { swapAfterMs }) };
    };

    it("keep to one each, however long its pictures take", async () => {
      const { servers, generator } = await openTwo(600_000);
      const orders = Array.from({ length: 12 }, (_, at) =>
        at % 2 === 0 ? request({ seed: at, model: "a", steps: 2 }) : request({ seed: at, model: "b", steps: 12 }),
      );
      // As a daemon does it that has one slot a server.
      const slot = async () => {
        for (let order = orders.shift(); order !== undefined; order = orders.shift()) await generator.generate(order);
      };
      await Promise.all([slot(), slot()]);
      expect(servers.map((one) => modelsOf(one).join("")).toSorted()).toEqual(["aaaaaa", "bbbbbb"]);
    });

    it("load another one when they have nothing else to do", async () => {
      const { servers, generator } = await openTwo(0);
      await Promise.all([generator.generate(request({ model: "a" })), generator.generate(request({ model: "b" }))]);
      const many = Array.from({ length: 4 }, (_, seed) =>
        generator.generate(request({ seed: 100 + seed, model: "a" })),
      );
      await Promise.all(many);
      for (const one of servers) expect(modelsOf(one)).toContain("a");
    });
  });

  it("one that is away, or dies, leaves its work to the others", async () => {
    const [dying, healthy] = [await server({ stepMs: 30 }), await server()];
    const network = await networkTo(dying);
    const generator = generatorOn([network, healthy], { restMs: 500 });
    healthy.hold();
    const image = generator.generate(request({ steps: 60 }), {
      onProgress: atStep(2, () => {
        network.isDown = true;
        network.cut();
        healthy.resume();
      }),
    });
    expect((await image).notes).toContain(lostNote);
    expect(healthy.begun).toHaveLength(1);
    expect((await generator.generate(request())).raster.width).toBe(32);
  });

  it("one that lacks the model is passed over", async () => {
    const [without, having] = [await server({ checkpoints: {} }), await server()];
    expect((await generatorOn([without, having]).generate(request())).request.model).toBe("sd_xl_base_1.0.safetensors");
    expect(having.begun).toHaveLength(1);
  });

  it("when none is there, that is told", async () => {
    const generator = generatorOn([{ url: "http://127.0.0.1:9" }, { url: "http://127.0.0.1:9" }]);
    await expect(generator.generate(request())).rejects.toMatchObject({ code: "server-unreachable" });
  });
});

describe("servers behind a login", () => {
  it("get the token with every request and with the socket", async () => {
    const comfyui = await server({ token: "s3cret", stepMs: 5 });
    const headers = { authorization: "Bearer s3cret" };
    const steps: Progress[] = [];
    const { request: exact } = await generatorOn([{ url: comfyui.url, headers }]).generate(request(), {
      onProgress: (progress) => steps.push(progress),
    });
    expect(steps.filter(({ kind }) => kind === "step")).toHaveLength(3);
    expect(comfyui.lastHeaders.socket.authorization).toBe("Bearer s3cret");
    expect(JSON.stringify(exact)).not.toContain("s3cret");
  });

  it("refuse without it, and the message does not repeat it", async () => {
    const comfyui = await server({ token: "s3cret" });
    const headers = { authorization: "Bearer wr0ng" };
    const error = await generatorOn([{ url: comfyui.url, headers }])
      .generate(request())
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "server-failed", message: expect.stringContaining("it answered 401") });
    expect(JSON.stringify(error) + String(error)).not.toContain("wr0ng");
  });

  it("get no token in the clear over a network", () => {
    const servers = [{ url: "http://192.0.2.7:8188", headers: { authorization: "Bearer s3cret" } }];
    expect(() => openComfyuiGenerator({ servers })).toThrow(
      "Cannot send the token to ComfyUI at http://192.0.2.7:8188: anyone on the way could read it; use https://192.0.2.7:8188",
    );
  });

  it.skipIf(!hasOpenssl)("are spoken to over TLS, socket included, when their certificate is trusted", async () => {
    const { key, certificate } = selfSigned();
    const comfyui = await server({ tls: { key, cert: certificate }, stepMs: 5 });
    await expect(generatorOn([comfyui]).generate(request())).rejects.toMatchObject({
      code: "server-unreachable",
      message: expect.stringContaining("its certificate is not trusted"),
    });
    const trusted = tls.getCACertificates("default");
    tls.setDefaultCACertificates([...trusted, certificate]);
    open.unshift(() => tls.setDefaultCACertificates(trusted));
    const steps: Progress[] = [];
    await generatorOn([comfyui]).generate(request(), { onProgress: (progress) => steps.push(progress) });
    expect(steps.filter(({ kind }) => kind === "step")).toHaveLength(3);
  });
});

/** A certificate for localhost that nobody trusts by itself. */
function selfSigned(): { readonly key: string; readonly certificate: string } {
  const folder = mkdtempSync(join(tmpdir(), "dgx-pixels-tls-"));
  open.push(() => rmSync(folder, { recursive: true }));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", [...kind, ...subject, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  return { key: readFileSync(key, "utf8"), certificate: readFileSync(certificate, "utf8") };
}

/** As a queue does: a server that is away before a job was planned is told at once. */
async function generateOrAskAgain(generator: Generator, wanted: GenerationRequest) {
  for (;;)
    try {
      return await generator.generate(wanted);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "server-unreachable") throw error;
      await sleep(50);
    }
}

async function doubleProcess(port: string, stepMs: number): Promise<{ url: string; process: ChildProcess }> {
  const script = fileURLToPath(new URL("./double/main.ts", import.meta.url));
  const child = spawn(process.execPath, [script, port, String(stepMs)], { stdio: ["ignore", "pipe", "inherit"] });
  open.push(() => child.kill("SIGKILL"));
  children.push(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { url: line.toString().trim(), process: child };
}
