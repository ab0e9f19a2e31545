import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gridSuite } from "./grid-suite.ts";
import { runSuite } from "./suite.ts";

const { signal } = new AbortController();
const quick = gridSuite({
  everyPiece: 34,
  everyDistortion: 8,
  everyPeerPiece: 1,
  everyPeerDistortion: 2,
  hardSeeds: 1,
  timings: 1,
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dgx-pixels-grid-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A program in the place of Python that answers for every picture as its shell commands say. */
async function peerThat(commands: string): Promise<string> {
  const file = join(folder, `peer-${commands.length}`);
  await writeFile(file, `#!/bin/sh\n${commands}\n`);
  await chmod(file, 0o755);
  return file;
}

type Row = Record<string, number | string>;

describe("bench grid", () => {
  it("recovers most of what it spoils, tells how sure it was, and is ahead of its peers", async () => {
    const peers = await peerThat(
      `echo '{"version":"1.2"}'
for file in "$2"/*.png; do echo "{\\"file\\":\\"$(basename "$file")\\",\\"seconds\\":0.5,\\"width\\":8,\\"height\\":8,\\"same\\":false}"; done`,
    );
    const report = await runSuite(quick, { signal, options: { peers } });
    expect(report).toMatchObject({ pieces: 2, distortionCount: 11, pictures: 22, natives: 2 });
    expect(report.exactPct).toBeGreaterThan(75);
    expect(report.nativeSafePct).toBe(100);
    expect(report.plusMinusOnePct).toBeGreaterThanOrEqual(Number(report.exactPct));
    expect(report.msPerMegapixel).toBeGreaterThan(0);
    expect(report.milliseconds1024).toBeGreaterThan(0);
    const calibration = report.calibration as Row[];
    expect(calibration.reduce((sum, { pictures }) => sum + Number(pictures), 0)).toBeGreaterThanOrEqual(20);
    const [own, naive, ...others] = report.peers as Row[];
    expect(own).toMatchObject({ peer: "dgx-pixels", pictures: 12 });
    expect(Number(own.exactPct)).toBeGreaterThan(Number(naive.exactPct));
    expect(others.map(({ peer }) => peer)).toEqual(["perfect-pixel 1.2", "proper-pixel-art 1.2", "unfake 1.2"]);
    expect(others[0]).toMatchObject({ exactPct: 0, nativeSafePct: 0, millisecondsEach: 500 });
  });

  it("says why a peer was skipped", async () => {
    const one = gridSuite({
      everyPiece: 100,
      everyDistortion: 100,
      everyPeerPiece: 1,
      everyPeerDistortion: 2,
      hardSeeds: 0,
      timings: 1,
    });
    const without = await runSuite(one, { signal });
    expect((without.peers as Row[])[2].note).toBe("skipped: --peers names no Python that has perfect-pixel");
    const missing = await runSuite(one, { signal, options: { peers: join(folder, "nowhere") } });
    expect((missing.peers as Row[])[2].note).toContain("ENOENT");
    const broken = await peerThat(`echo "No module named 'perfect_pixel'" >&2; exit 1`);
    const failed = await runSuite(one, { signal, options: { peers: broken } });
    expect((failed.peers as Row[])[2].note).toBe("skipped: No module named 'perfect_pixel'");
  });

  it.each([0, 1.5, 101])("refuses %s seeds", async (seeds) => {
    await expect(runSuite(quick, { signal, options: { seeds } })).rejects.toThrow(
      `Cannot draw ${seeds} seeds: give a whole number from 1 to 100`,
    );
  });
});
