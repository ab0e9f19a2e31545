import type { App } from "../app.ts";
import type { ActionId } from "../key-map.ts";
import type { Sample } from "../load-history.ts";
import type { Screen } from "../screen.ts";
import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";
import type { Role } from "../theme.ts";
import { paintChart, resample } from "../widgets/charts.ts";

const spans = [300, 60] as const;

type Chart = {
  readonly title: string;
  /** The value now, as a person reads it. */
  readonly now: string;
  readonly values: readonly (number | undefined)[];
  /** Of a full chart. */
  readonly most: number;
  readonly role: Role;
};

/** What the machine is doing, as it says itself: charts, and alerts where something runs out. */
export async function monitorScreen(app: App): Promise<Screen> {
  return new MonitorScreen(app);
}

class MonitorScreen implements Screen {
  readonly id = "monitor";
  readonly focus = "none";
  readonly #app: App;
  #seconds: (typeof spans)[number] = 300;

  constructor(app: App) {
    this.#app = app;
  }

  key(_key: Key): boolean {
    return false;
  }

  run(action: ActionId): void {
    if (action === "monitor.span") this.#seconds = this.#seconds === 300 ? 60 : 300;
  }

  paint(surface: Surface): void {
    const { latest } = this.#app.load;
    if (latest === undefined) return void surface.text(1, 1, "Reading the machine...", "muted");
    const alerts = alertsOf(latest, this.#app.feed.isConnected, this.#app.feed.counts.failed);
    surface.text(1, 0, `The last ${this.#seconds === 300 ? "5 minutes" : "minute"}`, "muted");
    if (alerts.length === 0) surface.textRight(0, "no alerts ", "good");
    else surface.textRight(0, `${alerts.join("; ")} `, "bad");

    const charts = this.#charts(latest);
    const columns = surface.width >= 100 ? 2 : 1;
    const rows = Math.ceil(charts.length / columns);
    const area = surface.part(0, 1);
    const width = Math.floor(area.width / columns);
    const height = Math.max(4, Math.floor(area.height / rows));
    for (const [index, chart] of charts.entries()) {
      const x = (index % columns) * width;
      const y = Math.floor(index / columns) * height;
      if (y + height > area.height) break;
      const box = area.part(x, y, width, height).box(chart.title, { note: chart.now });
      paintChart(box, { values: resample(chart.values, box.width), role: chart.role, most: chart.most });
    }
  }

  #charts(latest: Sample): readonly Chart[] {
    const { load, feed } = this.#app;
    const series = (valueOf: (sample: Sample) => number | undefined) => load.series(this.#seconds, valueOf);
    const share = (value: number | undefined) => (value === undefined ? "not known" : `${Math.round(value * 100)} %`);
    const { memory, disk } = latest;
    const times = feed.times.slice(-100).map(({ seconds }) => seconds);
    const longest = Math.max(0.1, ...times);
    const depth = series(({ openJobs }) => openJobs);
    const deepest = Math.max(4, ...depth.map((value) => value ?? 0));
    const gpuCharts = latest.gpus.flatMap((gpu, index): readonly Chart[] => {
      const of = (sample: Sample) => sample.gpus[index];
      const heat = gpu.celsius === undefined ? "" : `  ${gpu.celsius} °C`;
      const power = gpu.watts === undefined ? "" : `  ${gpu.watts.toFixed(0)} W`;
      const total = gpu.totalBytes;
      return [
        {
          title: latest.gpus.length > 1 ? `GPU ${index + 1}: ${gpu.name}` : `GPU: ${gpu.name}`,
          now: `${share(gpu.utilization)}${heat}${power}`,
          values: series((sample) => of(sample)?.utilization),
          most: 1,
          role: "chart2",
        },
        {
          title: "GPU memory",
          now:
            total === undefined ? "shared with the system" : `${gibibytes(gpu.usedBytes ?? 0)} of ${gibibytes(total)}`,
          values: series((sample) => of(sample)?.usedBytes),
          most: total ?? 1,
          role: "chart2",
        },
      ];
    });
    return [
      { title: "CPU", now: share(latest.cpu), values: series(({ cpu }) => cpu), most: 1, role: "chart1" },
      {
        title: "Memory",
        now: `${gibibytes(memory.usedBytes)} of ${gibibytes(memory.totalBytes)}`,
        values: series((sample) => sample.memory.usedBytes),
        most: memory.totalBytes,
        role: "chart1",
      },
      ...(gpuCharts.length > 0
        ? gpuCharts
        : [{ title: "GPU", now: "no GPU", values: [], most: 1, role: "muted" } satisfies Chart]),
      {
        title: "Disk of the library",
        now: disk === undefined ? "not known" : `${gibibytes(disk.totalBytes - disk.usedBytes)} free`,
        values: series((sample) => sample.disk?.usedBytes),
        most: disk?.totalBytes ?? 1,
        role: "chart4",
      },
      {
        title: "Seconds a sprite",
        now: times.length === 0 ? "none drawn" : `${times.at(-1)?.toFixed(2)} s last, up to ${longest.toFixed(2)}`,
        values: times,
        most: longest,
        role: "chart3",
      },
      { title: "Open jobs", now: String(latest.openJobs), values: depth, most: deepest, role: "chart3" },
    ];
  }
}

/** What runs out or went wrong, each in a few words. */
export function alertsOf({ memory, disk, gpus }: Sample, isConnected: boolean, failed: number): readonly string[] {
  const alerts: string[] = [];
  if (!isConnected) alerts.push("the daemon does not answer");
  if (memory.usedBytes > 0.95 * memory.totalBytes) alerts.push("memory is nearly full");
  if (disk !== undefined && disk.totalBytes - disk.usedBytes < 2 ** 30) alerts.push("less than 1 GiB of disk is free");
  for (const { name, celsius, usedBytes, totalBytes } of gpus) {
    if (celsius !== undefined && celsius >= 88) alerts.push(`${name} is at ${celsius} °C`);
    if (usedBytes !== undefined && totalBytes !== undefined && usedBytes > 0.97 * totalBytes)
      alerts.push(`memory of ${name} is nearly full`);
  }
  if (failed > 0) alerts.push(failed === 1 ? "a job failed" : `${failed} jobs failed`);
  return alerts;
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
