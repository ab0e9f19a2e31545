import type { SpriteJob } from "#protocol";
import type { App } from "../app.ts";
import { confirm } from "../dialogs/ask.ts";
import { counted } from "../counted.ts";
import type { ActionId } from "../key-map.ts";
import type { Screen } from "../screen.ts";
import { wrapText } from "../terminal/grapheme.ts";
import type { Key } from "../terminal/key.ts";
import type { Surface } from "../terminal/surface.ts";
import type { Role } from "../theme.ts";
import { paintBar, paintChart } from "../widgets/charts.ts";
import { ScrollList } from "../widgets/scroll-list.ts";

const filters = ["all", "open", "ended", "failed"] as const;

const stateRoles: Readonly<Record<SpriteJob["state"], Role>> = {
  running: "accent",
  queued: "text",
  waiting: "muted",
  paused: "warning",
  done: "good",
  failed: "bad",
  cancelled: "muted",
};

/** What is to be done, what is being done and what came of it. */
export async function queueScreen(app: App): Promise<Screen> {
  return new QueueScreen(app);
}

class QueueScreen implements Screen {
  readonly id = "queue";
  readonly focus = "none";
  readonly #app: App;
  readonly #list = new ScrollList();
  #filter: (typeof filters)[number] = "all";
  /** The job that is selected, which may move while others come and go. */
  #selectedId: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(app: App) {
    this.#app = app;
  }

  enter(): void {
    this.#app.attempt(() => this.#app.feed.reload());
    // Estimates go down by themselves, while something runs.
    this.#timer ??= setInterval(() => {
      if (this.#app.feed.counts.running > 0) this.#app.invalidate();
    }, 500).unref();
  }

  leave(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  close(): void {
    this.leave();
  }

  key(key: Key): boolean {
    if (!this.#list.key(key)) return false;
    this.#selectedId = this.#jobs[this.#list.selected]?.id;
    return true;
  }

  run(action: ActionId): void {
    const { client } = this.#app.backend;
    const job = this.#jobs[this.#list.selected];
    switch (action) {
      case "queue.pauseAll":
        return this.#do(() => (this.#app.feed.isPaused ? client.resumeAll() : client.pauseAll()));
      case "queue.filter":
        this.#filter = filters[(filters.indexOf(this.#filter) + 1) % filters.length];
        this.#list.selected = 0;
        this.#selectedId = undefined;
        return;
      case "queue.clear":
        return this.#app.show(
          confirm(this.#app, {
            title: "Forget all ended jobs",
            text: "Their sprites stay in the library.",
            yes: "forget them",
            confirmed: () => this.#do(() => client.remove({ states: ["done", "failed", "cancelled"] })),
          }),
        );
      default:
    }
    if (job === undefined) return this.#app.tell("There is no job here.", "muted");
    const { id } = job;
    switch (action) {
      case "queue.cancel":
        return this.#do(() => client.cancel({ id }));
      case "queue.retry":
        return this.#do(() => client.retry({ id }));
      case "queue.pause":
        return this.#do(() => (job.state === "paused" ? client.resume({ id }) : client.pause({ id })));
      case "queue.up":
      case "queue.down":
      case "queue.top":
      case "queue.bottom":
        return this.#do(() => client.move({ id, to: action.slice("queue.".length) as "up" }));
      case "queue.higher":
        return this.#do(() => client.setPriority({ id, priority: Math.min(10, job.priority + 1) }));
      case "queue.lower":
        return this.#do(() => client.setPriority({ id, priority: Math.max(-10, job.priority - 1) }));
      case "queue.forget":
        return this.#do(() => client.remove({ id }));
      default:
    }
  }

  paint(surface: Surface): void {
    const { feed } = this.#app;
    const jobs = this.#jobs;
    const at = jobs.findIndex(({ id }) => id === this.#selectedId);
    if (at >= 0) this.#list.selected = at;
    const detailHeight = surface.height >= 20 ? 8 : 0;
    const { counts, isPaused } = feed;
    const head = surface.part(0, 0, surface.width, 1);
    const shown = (["running", "queued", "waiting", "paused", "done", "failed", "cancelled"] as const).filter(
      (state) => counts[state] > 0,
    );
    let x = 1;
    if (isPaused) x += head.text(x, 0, "HELD  ", "warning");
    for (const state of shown) x += head.text(x, 0, `${counts[state]} ${state}  `, stateRoles[state]);
    if (shown.length === 0) head.text(x, 0, "The queue is empty.", "muted");
    head.textRight(
      0,
      `${counted(feed.throughput(this.#app.clockMs()), "sprite")} in the last minute  show: ${this.#filter} `,
      "muted",
    );

    const box = surface.part(0, 1, surface.width, surface.height - 1 - detailHeight).box("Jobs", { isFocused: true });
    const promptWidth = Math.max(10, box.width - 56);
    const header = box.part(0, 0, box.width, 1);
    columns(promptWidth).forEach(([title, at]) => header.text(at, 0, title, "muted"));
    this.#list.paint(box.part(0, 1), { count: jobs.length }, (row, index, isSelected) => {
      const job = jobs[index];
      if (job !== undefined) this.#row(row, job, isSelected, promptWidth);
    });
    if (detailHeight > 0) this.#detail(surface.part(0, surface.height - detailHeight), jobs[this.#list.selected]);
  }

  #row(row: Surface, job: SpriteJob, isSelected: boolean, promptWidth: number): void {
    const { feed } = this.#app;
    const [prompt, state, progress, eta, lane, priority] = columns(promptWidth).map(([, at]) => at);
    const role = isSelected ? "selected" : "text";
    row.text(prompt + 1, 0, job.order?.request.prompt ?? job.kind, role, promptWidth - 2);
    row.text(state, 0, job.state, isSelected ? "selected" : stateRoles[job.state], 10);
    if (job.state === "running")
      paintBar(row.part(progress, 0, 12, 1), 0, feed.shareOf(job), isSelected ? "selected" : "bar");
    else if (job.state === "failed") row.text(progress, 0, job.failure.code, isSelected ? "selected" : "bad", 12);
    else if (job.state === "done")
      row.text(progress, 0, `${((job.endedMs - job.startedMs) / 1000).toFixed(2)} s`, role, 12);
    const seconds = feed.etaOf(job, this.#app.clockMs());
    if (seconds !== undefined) row.text(eta, 0, duration(seconds), role, 8);
    row.text(lane, 0, job.lane, role, 9);
    row.text(priority, 0, job.priority === 0 ? "" : String(job.priority), role, 4);
  }

  #detail(surface: Surface, job: SpriteJob | undefined): void {
    const box = surface.box("Job", { note: job?.id ?? "" });
    const { times } = this.#app.feed;
    const chartWidth = Math.min(40, box.width >> 1);
    if (times.length > 0) {
      const chart = box.part(box.width - chartWidth, 0, chartWidth, box.height);
      const seconds = times.map((time) => time.seconds);
      const most = Math.max(...seconds);
      chart.text(0, 0, `seconds a sprite, up to ${most.toFixed(2)}`, "muted");
      paintChart(chart.part(0, 1), { values: seconds, role: "chart1", most });
    }
    if (job === undefined) return;
    const room = box.width - chartWidth - 1;
    const request = job.order?.request;
    const lines = [
      ...(job.state === "failed"
        ? wrapText(job.failure.message, room)
        : wrapText(request?.prompt ?? "", room).slice(0, 2)),
      `seed ${request?.seed ?? ""}  ${request?.size ?? ""} px  priority ${job.priority}  try ${job.attempts} of ${job.maxAttempts}`,
      `asked by ${job.client} at ${clockTime(job.addedMs)}${job.group === undefined ? "" : `  group ${job.group}`}`,
      job.state !== "failed" && job.lastFailure !== undefined ? `before: ${job.lastFailure.message}` : "",
    ];
    lines.forEach((line, y) =>
      box.text(0, y, line, job.state === "failed" && y < lines.length - 3 ? "bad" : "text", room),
    );
  }

  get #jobs(): readonly SpriteJob[] {
    const { jobs } = this.#app.feed;
    const isEnded = ({ state }: SpriteJob) => state === "done" || state === "failed" || state === "cancelled";
    switch (this.#filter) {
      case "all":
        return jobs;
      case "open":
        return jobs.filter((job) => !isEnded(job));
      case "ended":
        return jobs.filter(isEnded);
      case "failed":
        return jobs.filter(({ state }) => state === "failed");
    }
  }

  #do(work: () => Promise<unknown>): void {
    this.#selectedId = this.#jobs[this.#list.selected]?.id;
    this.#app.attempt(async () => {
      await work();
      await this.#app.feed.reload();
    });
  }
}

function columns(promptWidth: number): readonly (readonly [title: string, at: number])[] {
  return [
    ["Prompt", 0],
    ["State", promptWidth],
    ["Progress", promptWidth + 11],
    ["Left", promptWidth + 25],
    ["By", promptWidth + 34],
    ["Prio", promptWidth + 44],
  ];
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${Math.round(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${Math.round((seconds % 3600) / 60)}m`;
}

/** Hours, minutes and seconds of this place's time. */
function clockTime(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}
