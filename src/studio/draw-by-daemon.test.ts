import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { encodeSprite, parseRequest, type Progress, type Recipe } from "#asset";
import { type Claim, type JobQueue, openSqliteQueue } from "#jobs";
import { createRaster } from "#pixels";
import { type Client, connectInProcess, createService, ProtocolError, type Service } from "#protocol";
import { chooseDaemonGenerator, drawByDaemon } from "./draw-by-daemon.ts";

let queue: JobQueue;
let service: Service;
let client: Client;
const away = { code: "server-unreachable", message: "Cannot reach ComfyUI at http://box: nothing listens there" };
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "dgx-s-"));
  queue = await openSqliteQueue(join(folder, "jobs.db"), { clock: () => new Date(), randomId: randomUUID });
  const nobody = () => Promise.reject(new Error("not here"));
  service = createService({
    queue,
    daemon: { software: "dgx-pixels 9.9.9", session: "1" },
    lanes: ["sprite", "comfyui"],
    describeGenerators: nobody,
    describeGenerator: (name) =>
      name === "comfyui" ? Promise.reject(new ProtocolError(away.code, away.message)) : nobody(),
    slots: () => [],
    isDraining: () => false,
    startedMs: 0,
  });
  client = connectInProcess(service);
  onTestFinished(async () => {
    await client.close();
    service.close();
    await queue.close();
    await rm(folder, { recursive: true, force: true });
  });
});

const order = (count: number) => ({
  requests: Array.from({ length: count }, (_, index) => parseRequest({ prompt: "gem", seed: index + 1, size: 1 })),
  finishing: [{ step: "orphans" }] as const,
});

async function claim(lane = "sprite"): Promise<Claim> {
  for (;;) {
    const claim = await queue.claim({ worker: "box-1", lanes: [lane], leaseMs: 60_000 });
    if (claim !== undefined) return claim;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** As a worker would: a picture of the seed's colour, with its recipe. */
async function draw(held: Claim) {
  const { request, finishing } = held.job.payload as unknown as Pick<Recipe, "request" | "finishing">;
  const recipe: Recipe = {
    format: 1,
    generator: { name: "sprite", model: "flat", version: "1", hash: "a".repeat(64) },
    request: { ...request, steps: 4, guidance: 1 },
    finishing,
    software: "dgx-pixels 9.9.9",
  };
  const png = encodeSprite(createRaster(1, 1, Uint8ClampedArray.of(request.seed, 0, 0, 255)), recipe);
  const result = { png: Buffer.from(png).toString("base64"), seconds: 0.5, notes: ["flat"] };
  await queue.complete(held, { ...result, width: 1, height: 1, colors: 1 });
}

describe("an order drawn by the daemon", () => {
  it("comes back in its own order, whole, whatever order it was drawn in", async () => {
    const progress: [Progress, number][] = [];
    const made = Array.fromAsync(
      drawByDaemon(client, order(3), {
        generator: "sprite",
        onProgress: (one, index) => progress.push([one, index]),
      }),
    );
    const claims = [await claim(), await claim(), await claim()];
    const data = Uint8Array.of(1, 2, 3, 4);
    service.progress(claims[1].job.id, { step: 1, steps: 4 }, { width: 1, height: 1, data });
    service.progress(claims[2].job.id, { step: 0, steps: 4, note: "loading the network" });
    for (const held of claims.toReversed()) await draw(held);
    const sprites = await made;
    expect(sprites.map(({ recipe, raster }) => [recipe.request.seed, raster.data[0]])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(sprites[0]).toMatchObject({ seconds: 0.5, notes: ["flat"], recipe: { finishing: [{ step: "orphans" }] } });
    expect(progress).toEqual([
      [{ kind: "step", step: 1, steps: 4, preview: { width: 1, height: 1, data: Uint8ClampedArray.from(data) } }, 1],
      [{ kind: "loading", what: "network" }, 2],
    ]);
  });

  it("fails with what the daemon met, and takes back what has not begun", async () => {
    const made = Array.fromAsync(drawByDaemon(client, order(3), { generator: "sprite" }));
    const failure = { code: "model-missing", message: "Cannot find the model: run doctor" };
    await queue.fail(await claim(), failure, { isPermanent: true });
    await expect(made).rejects.toMatchObject(failure);
    expect(await queue.counts()).toMatchObject({ failed: 1, cancelled: 2, queued: 0 });
  });

  it("ends by its signal, and takes everything back", async () => {
    const end = new AbortController();
    const made = Array.fromAsync(drawByDaemon(client, order(2), { generator: "sprite", signal: end.signal }));
    const held = await claim();
    const reason = new DOMException("stop", "AbortError");
    end.abort(reason);
    await expect(made).rejects.toBe(reason);
    expect(await queue.heartbeat(held, 1000)).toBe("cancelling");
    expect((await queue.counts()).cancelled).toBe(1);
  });

  it("says so when somebody else cancels it, or a picture is gone", async () => {
    const made = Array.fromAsync(drawByDaemon(client, order(1), { generator: "sprite" }));
    const held = await claim();
    await queue.cancel(held.job.id);
    await queue.confirmCancelled(held);
    await expect(made).rejects.toThrow("somebody cancelled its job");
    const other = Array.fromAsync(drawByDaemon(client, order(1), { generator: "sprite" }));
    await queue.complete(await claim(), { odd: true });
    await expect(other).rejects.toThrow("Cannot fetch the sprite of the job");
  });
});

describe("falling back to the daemon's embedded model", () => {
  const note = `Drawn by the embedded model instead: ${away.message}`;
  const withWorkflow = (count: number) => ({
    ...order(count),
    requests: order(count).requests.map((request) => ({ ...request, workflow: "sdxl-sprite", steps: 28 })),
  });

  it("is done where its generator does not answer, only if that was asked for, and never for the embedded model", async () => {
    const asked = withWorkflow(2);
    const chosen = await chooseDaemonGenerator(client, asked, { generator: "comfyui", fallback: true });
    expect(chosen).toMatchObject({ generator: "sprite", notes: [note] });
    expect(chosen.order.requests.map(({ seed, workflow, steps }) => [seed, workflow, steps])).toEqual([
      [1, undefined, undefined],
      [2, undefined, undefined],
    ]);
    await expect(chooseDaemonGenerator(client, asked, { generator: "comfyui" })).rejects.toMatchObject(away);
    await expect(chooseDaemonGenerator(client, asked, { generator: "sprite", fallback: true })).rejects.toThrow(
      "not here",
    );
  });

  it("is done after one try of a job whose generator gave out, and the others go on", async () => {
    const made = Array.fromAsync(drawByDaemon(client, withWorkflow(2), { generator: "comfyui", fallback: true }));
    await queue.fail(await claim("comfyui"), away);
    await draw(await claim("comfyui"));
    const substitute = await claim();
    expect(substitute.job.payload).toMatchObject({ request: { seed: 1 } });
    await draw(substitute);
    const sprites = await made;
    expect(sprites.map(({ recipe, notes }) => [recipe.request.seed, recipe.request.workflow, notes])).toEqual([
      [1, undefined, [note, "flat"]],
      [2, "sdxl-sprite", ["flat"]],
    ]);
  });

  it("does not hide that a request is wrong", async () => {
    const made = Array.fromAsync(drawByDaemon(client, order(1), { generator: "comfyui", fallback: true }));
    await queue.fail(
      await claim("comfyui"),
      { code: "unsupported", message: "Cannot draw that" },
      { isPermanent: true },
    );
    await expect(made).rejects.toMatchObject({ code: "unsupported" });
  });
});
