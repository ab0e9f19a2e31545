import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng, type Raster, type RecoveredGrid, recoverGrid } from "#pixels";
import { BenchError } from "./bench-error.ts";
import { type Distorted, type Distortion, distort, distortions } from "./grid/distortions.ts";
import { naiveSize } from "./grid/naive-grid.ts";
import { peerNames, runPeer } from "./grid/peers.ts";
import { heldOutPieces, ownPieces, type Piece } from "./grid/pieces.ts";
import { resample } from "./grid/resample.ts";
import {
  type Answer,
  isExact,
  percent,
  pixelAccuracy,
  type ReliabilityTable,
  reliabilityTable,
  tallyAnswers,
} from "./grid/tally.ts";
import { measure } from "./measure.ts";
import type { BenchSuite, FigureTable } from "./suite.ts";

/** Every how manieth is taken; of these, every how manieth goes to the peers too, which take a second or two each. */
const fullPlan = {
  everyPiece: 1,
  everyDistortion: 1,
  everyPeerPiece: 12,
  everyPeerDistortion: 3,
  hardSeeds: 10,
  timings: 9,
};

/** Doubtful findings are few, so hard distortions of pieces up to this size, which are quick, are drawn more often. */
const mostHardSide = 24;

/**
 * How well `recoverGrid` undoes what was done to art whose native size is known. Everything is drawn from seeds when it
 * runs; art and seeds are others than those that the weights and the confidence were fitted on.
 */
export function gridSuite({
  everyPiece,
  everyDistortion,
  everyPeerPiece,
  everyPeerDistortion,
  hardSeeds,
  timings,
} = fullPlan): BenchSuite {
  return {
    name: "grid",
    description: `Grid recovery: native art through ${distortions.length} distortions, and what was found of it.`,
    heeds: ["seeds", "dataset", "peers"],
    async run({ signal, log, options: { seeds = 1, dataset, peers } }) {
      if (!Number.isInteger(seeds) || seeds < 1 || seeds > 100)
        throw new BenchError("bad-option", `Cannot draw ${seeds} seeds: give a whole number from 1 to 100`, {
          subject: "seeds",
          value: seeds,
        });
      const all = [...(await ownPieces()), ...(dataset === undefined ? [] : await heldOutPieces(dataset))];
      const pieces = all.filter((_, index) => index % everyPiece === 0);
      const ways = distortions.filter((_, index) => index % everyDistortion === 0);
      const reliability = reliabilityTable();
      const found = recoverAll(pieces, ways, seeds, reliability, signal, log);
      const small = pieces.filter(({ raster }) => Math.max(raster.width, raster.height) <= mostHardSide);
      const hard = ways.filter(({ isHard }) => isHard);
      recoverHard(small, hard, hardSeeds * seeds, reliability, signal, log);
      const calibration = reliability.rows();
      log("one picture of 1024 x 1024 pixels");
      const picture = largePicture(all[0].raster);
      const { median } = await measure("recoverGrid", () => recoverGrid(picture), {
        repetitions: timings,
        signal,
        nowMs: coreMilliseconds,
      });
      const compared = pieces.filter((_, index) => index % everyPeerPiece === 0);
      return {
        ...found.figures,
        calibrationWorstPoints: Math.max(...calibration.map(({ offByPoints }) => Math.abs(offByPoints))),
        milliseconds1024: Math.round(median * 10_000) / 10,
        calibration,
        distortions: found.distortions,
        peers: await comparePeers(
          compared,
          ways.filter((_, index) => index % everyPeerDistortion === 0),
          peers,
          signal,
          log,
        ),
      };
    },
  };
}

function recoverAll(
  pieces: readonly Piece[],
  ways: readonly Distortion[],
  seeds: number,
  reliability: ReliabilityTable,
  signal: AbortSignal,
  log: (text: string) => void,
) {
  const total = tallyAnswers();
  const rows: Record<string, number | string>[] = [];
  const sureRows = { pictures: 0, sure: 0, sureAndRight: 0 };
  let [accuracy, milliseconds, megapixels] = [0, 0, 0];
  for (const [index, distortion] of ways.entries()) {
    log(`${index + 1} of ${ways.length}: ${distortion.name}`);
    const own = tallyAnswers();
    let ownAccuracy = 0;
    for (const { name, raster } of pieces)
      for (let seed = 1; seed <= seeds; seed++) {
        signal.throwIfAborted();
        const truth = distort(raster, distortion, `${name} ${seed}`);
        const started = coreMilliseconds();
        const found = recoverGrid(truth.picture);
        milliseconds += coreMilliseconds() - started;
        megapixels += (truth.picture.width * truth.picture.height) / 1e6;
        const answer = answerOf(truth, found);
        total.add(truth, answer);
        own.add(truth, answer);
        reliability.add(found.confidence, isExact(truth, answer));
        ownAccuracy += pixelAccuracy(truth.native, found.raster);
        sureRows.pictures++;
        if (found.isSure) {
          sureRows.sure++;
          if (isExact(truth, answer)) sureRows.sureAndRight++;
        }
      }
    accuracy += ownAccuracy;
    const { exactPct, plusMinusOnePct, pictures } = own.figures();
    rows.push({
      distortion: distortion.name,
      pictures,
      exactPct,
      plusMinusOnePct,
      pixelAccuracyPct: percent(ownAccuracy, pictures),
    });
  }
  const { pictures, natives, ...figures } = total.figures();
  return {
    figures: {
      pieces: pieces.length,
      distortionCount: ways.length,
      pictures,
      natives,
      ...figures,
      pixelAccuracyPct: percent(accuracy, pictures),
      surePct: percent(sureRows.sure, sureRows.pictures),
      rightOfSurePct: percent(sureRows.sureAndRight, sureRows.sure),
      msPerMegapixel: Math.round(milliseconds / megapixels),
    },
    distortions: rows,
  };
}

function recoverHard(
  pieces: readonly Piece[],
  ways: readonly Distortion[],
  seeds: number,
  reliability: ReliabilityTable,
  signal: AbortSignal,
  log: (text: string) => void,
): void {
  for (let seed = 1; seed <= seeds; seed++) {
    log(`hard distortions again, ${seed} of ${seeds}`);
    for (const distortion of ways)
      for (const { name, raster } of pieces) {
        signal.throwIfAborted();
        const truth = distort(raster, distortion, `${name} hard ${seed}`);
        const found = recoverGrid(truth.picture);
        reliability.add(found.confidence, isExact(truth, found));
      }
  }
}

function answerOf({ picture }: Distorted, { raster }: Pick<RecoveredGrid, "raster">): Answer {
  const { width, height, data } = raster;
  const isSame =
    width === picture.width && height === picture.height && data.every((value, at) => value === picture.data[at]);
  return { width, height, isSame };
}

/** Time that this process had a core: another program beside it does not count. */
function coreMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What an image model gives: 1024 pixels wide and off the grid. */
function largePicture(piece: Raster): Raster {
  return resample(piece, 1024, 1024, "bicubic");
}

/** Peers get the same pictures as we in the first row, one seed of them. */
async function comparePeers(
  pieces: readonly Piece[],
  ways: readonly Distortion[],
  python: string | undefined,
  signal: AbortSignal,
  log: (text: string) => void,
): Promise<FigureTable> {
  const folder = await mkdtemp(join(tmpdir(), "dgx-pixels-bench-"));
  try {
    const truths = new Map<string, Distorted>();
    const [own, naive] = [tallyAnswers(), tallyAnswers()];
    let milliseconds = 0;
    for (const distortion of ways)
      for (const { name, raster } of pieces) {
        signal.throwIfAborted();
        const truth = distort(raster, distortion, `${name} 1`);
        const file = `${String(truths.size).padStart(6, "0")}.png`;
        truths.set(file, truth);
        if (python !== undefined) await writeFile(join(folder, file), encodePng(truth.picture));
        const started = coreMilliseconds();
        own.add(truth, answerOf(truth, recoverGrid(truth.picture)));
        milliseconds += coreMilliseconds() - started;
        const size = naiveSize(truth.picture);
        const isSame = size.width === truth.picture.width && size.height === truth.picture.height;
        naive.add(truth, { ...size, isSame });
      }
    const rows: Record<string, number | string>[] = [
      { peer: "dgx-pixels", ...own.figures(), millisecondsEach: Math.round(milliseconds / truths.size) },
      { peer: "naive: commonest run", ...naive.figures() },
    ];
    for (const peer of peerNames) {
      if (python === undefined) {
        rows.push({ peer, note: `skipped: --peers names no Python that has ${peer}` });
        continue;
      }
      log(`peer: ${peer}, ${truths.size} pictures`);
      rows.push(await peerRow(peer, python, folder, truths, signal));
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function peerRow(
  peer: string,
  python: string,
  folder: string,
  truths: ReadonlyMap<string, Distorted>,
  signal: AbortSignal,
): Promise<Record<string, number | string>> {
  const answers = await runPeer(python, peer, folder, signal);
  if ("reason" in answers) return { peer, note: `skipped: ${answers.reason}` };
  const tally = tallyAnswers();
  let seconds = 0;
  for (const [file, truth] of truths) {
    const answer = answers.byFile.get(file);
    seconds += answer?.seconds ?? 0;
    tally.add(truth, answer?.answer);
  }
  const millisecondsEach = Math.round((seconds * 1000) / truths.size);
  return { peer: `${peer} ${answers.version}`, ...tally.figures(), millisecondsEach };
}
