"""Makes a new model out of a pack: every step from the judge to the files that ship, on all GPUs at hand.

    python -m sprite_model.produce PACK OUT --words WORDS [--start TEACHER] [--large sprites64.npz] [--plan PLAN.json]

The steps and what they need are the table of `steps`; how long each takes is the `Plan`, made for eight
H100 and half an hour. A step that has ended leaves OUT/done/NAME and is not made again; one that was cut
off goes on from its checkpoint when the command is given anew. A step that fails keeps back only those
that need it. OUT/results has what is worth keeping, OUT/logs what each step said, OUT/times.json how long
it took.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, Sequence

import torch

from .ablate import main as ablations
from .evaluate import PROMPTS_FILE
from .launch import Command, over_all, side_by_side
from .model import ModelConfig

PARAPHRASES_FILE = PROMPTS_FILE.with_name("paraphrases.jsonl")
SETTINGS_FILE = Path(__file__).parents[1] / "settings.json"


@dataclass(frozen=True)
class Plan:
    """Seconds of each step, beside what it takes to start and compile; images of a step over all GPUs."""

    judge_seconds: float = 60
    judge_batch: int = 1024
    teach_seconds: float = 540
    teach_batch: int = 2048
    teach_rate: float = 6e-4
    # Compiles the teacher block by block, for short trials.
    teach_quick: bool = False
    guide_seconds: float = 150
    guide_batch: int = 4096
    guide_rate: float = 4e-4
    shorten_seconds: float = 170
    shorten_batch: int = 4096
    shorten_rate: float = 3e-4
    evaluations: int = 4
    enlarge_seconds: float = 80
    enlarge_batch: int = 2048
    ablate_seconds: float = 75
    # Instead of seconds, where trainings share a GPU: as much of it for each.
    ablate_steps: int | None = None
    ablate_batch: int = 1024
    ablate_width: int = 256
    ablate_depth: int = 8
    # Of a teacher that does not start from another.
    width: int = ModelConfig.width
    depth: int = ModelConfig.depth
    # Of the steps made of several chains: how many run at once on a GPU.
    chains_a_gpu: int = 1
    # Processes that write captions, for each GPU.
    workers: int = 12
    seeds: int = 5
    # Of the evaluation's prompts, every so many.
    every: int = 1
    version: str = "0.3.0"


@dataclass(frozen=True)
class Step:
    name: str
    needs: Sequence[str]
    # True where it did what it should.
    run: Callable[[], bool]


@dataclass(frozen=True)
class Order:
    """What the command was asked to make, and where."""

    pack: Path
    out: Path
    words: Path
    start: Path | None
    large: Path | None
    plan: Plan
    processes: int
    device: str

    @property
    def results(self) -> Path:
        return self.out / "results"

    @property
    def slots(self) -> int:
        return self.processes * self.plan.chains_a_gpu

    def team(self, name: str, module: str, *arguments: object) -> bool:
        return over_all(
            self.processes, module, [*map(str, arguments), "--device", self.device], self.out / "logs" / f"{name}.txt"
        )

    def each(self, chains: dict[str, Sequence[tuple[str, Sequence[object]]]]) -> bool:
        written = {name: [(module, [*map(str, given)]) for module, given in chain] for name, chain in chains.items()}
        return not side_by_side(self.slots, written, self.out / "logs")


def steps(order: Order) -> list[Step]:
    """In the order in which they are made: what must not be missing first."""
    plan, out, results = order.plan, order.out, order.results
    judge, teacher, guided, student = results / "judge.pt", out / "teacher", out / "guided", out / "student"
    enlarger = out / "enlarger"

    def make_judge() -> bool:
        length = ("--seconds", plan.judge_seconds, "--batch", plan.judge_batch)
        return order.team("judge", "classifier", order.pack, judge, "--onnx", results / "classifier.onnx", *length)

    def teach() -> bool:
        start = ("--from", order.start) if order.start else ("--width", plan.width, "--depth", plan.depth)
        length = ("--seconds", plan.teach_seconds, "--batch", plan.teach_batch, "--rate", plan.teach_rate)
        more = ("--workers", plan.workers, *(("--quick",) if plan.teach_quick else ()))
        return order.team("teach", "train", order.pack, teacher, "--words", order.words, *start, *length, *more)

    def guide() -> bool:
        length = ("--seconds", plan.guide_seconds, "--batch", plan.guide_batch, "--rate", plan.guide_rate)
        given = (order.pack, teacher / "model.pt", guided, "--words", teacher, "--workers", plan.workers)
        return order.team("guide", "distil", *given, *length)

    def shorten() -> bool:
        length = ("--seconds", plan.shorten_seconds, "--batch", plan.shorten_batch, "--rate", plan.shorten_rate)
        given = (order.pack, guided / "model.pt", student, "--words", teacher, "--workers", plan.workers)
        return order.team("shorten", "distil", *given, "--evaluations", plan.evaluations, *length)

    def enlarge() -> bool:
        length = ("--seconds", plan.enlarge_seconds, "--batch", plan.enlarge_batch, "--narrow")
        large = ("--large", order.large) if order.large else ()
        return order.team("enlarge", "train_enlarger", order.pack, enlarger, *large, *length)

    def deliver() -> bool:
        def package(name: str, model: Path, count: int) -> list[Command]:
            folder = results / name
            words = ("--words", teacher, "--version", plan.version, "--settings", SETTINGS_FILE, "--steps", count)
            written = (
                "export",
                [model / "model.pt", folder, *words, "--reference", results / f"{name}-reference.json"],
            )
            return [written, ("export_enlarger", [enlarger / "enlarger.pt", folder])]

        return order.each(
            {
                "deliver-student": package("package", student, plan.evaluations),
                "deliver-guided": package("package-8", guided, 8),
                "deliver-teacher": [("checkpoint", [teacher / "model.pt", results / "teacher.npz"])],
                "deliver-floats": [("checkpoint", [student / "model.pt", results / "student.npz", "--half"])],
            }
        )

    def measure() -> bool:
        def figures(name: str, model: Path, *more: object, words: Path = teacher) -> list[tuple[str, Sequence[object]]]:
            filed = (
                "--name",
                name,
                "--out",
                results / f"figures-{name}.json",
                "--every",
                plan.every,
                "--device",
                order.device,
            )
            return [("evaluate", [order.pack, judge, "--model", model, "--words", words, *filed, *more])]

        def kept(name: str) -> tuple[object, ...]:
            return ("--save-samples", results / f"samples-{name}.npz", "--seeds", plan.seeds)

        grid = ("--guidance", 2, 3, 4, "--seeds", 2, "--every", 2 * plan.every)
        chains = {
            "teacher": figures("teacher", teacher / "model.pt", *kept("teacher")),
            "guided": figures("guided", guided / "model.pt", *kept("guided")),
            "student": figures("student", student / "model.pt", "--steps", plan.evaluations, *kept("student")),
            "said": figures("said", student / "model.pt", "--steps", plan.evaluations, "--prompts", PARAPHRASES_FILE),
            "teacher-grid": figures("teacher-grid", teacher / "model.pt", "--steps", 8, 24, *grid),
            "guided-grid": figures("guided-grid", guided / "model.pt", "--steps", 4, 8, 16, *grid),
            "student-grid": figures("student-grid", student / "model.pt", "--steps", 2, 4, 8, *grid),
        }
        if order.start:
            chains["start"] = figures("start", order.start, words=order.words)
        return order.each({f"measure-{name}": chain for name, chain in chains.items()})

    def ablate() -> bool:
        shape = ("--width", plan.ablate_width, "--depth", plan.ablate_depth, "--batch", plan.ablate_batch)
        length = ("--steps", plan.ablate_steps) if plan.ablate_steps else ("--seconds", plan.ablate_seconds)
        given = (order.pack, judge, out / "ablations", "--words", order.words, *length, *shape)
        more = (
            "--workers",
            plan.workers,
            "--every",
            plan.every,
            "--processes",
            order.slots,
            "--device",
            order.device,
        )
        if ablations([*map(str, (*given, *more))]):
            return False
        (results / "ablations.json").write_bytes((out / "ablations" / "ablations.json").read_bytes())
        return True

    return [
        Step("judge", (), make_judge),
        Step("teach", (), teach),
        Step("guide", ("teach",), guide),
        Step("shorten", ("guide",), shorten),
        Step("enlarge", (), enlarge),
        Step("deliver", ("shorten", "enlarge"), deliver),
        Step("measure", ("shorten", "judge"), measure),
        Step("ablate", ("judge",), ablate),
    ]


def produce(order: Order) -> list[str]:
    """Makes what is not yet made; returns the names of the steps that failed or had to be left out."""
    (order.out / "done").mkdir(parents=True, exist_ok=True)
    order.results.mkdir(exist_ok=True)
    times_file = order.out / "times.json"
    times = json.loads(times_file.read_text("utf-8")) if times_file.exists() else {}
    missed: list[str] = []
    for step in steps(order):
        mark = order.out / "done" / step.name
        if mark.exists():
            continue
        lacking = [name for name in step.needs if name in missed]
        if lacking:
            print(f"{step.name}: left out, it needs {' and '.join(lacking)}", flush=True)
            missed.append(step.name)
            continue
        started = time.monotonic()
        print(f"{step.name}: begins", flush=True)
        is_made = step.run()
        seconds = time.monotonic() - started
        print(f"{step.name}: {'made' if is_made else 'FAILED, see logs'}, {seconds:.0f} s", flush=True)
        if is_made:
            mark.touch()
        else:
            missed.append(step.name)
        times[step.name] = times.get(step.name, 0) + round(seconds, 1)
        times_file.write_text(json.dumps(times, indent=2) + "\n", "utf-8")
    return missed


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sprite_model.produce", description="Make a new model out of a pack.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--words", type=Path, required=True, help="folder of the word lists and vectors to begin with")
    parser.add_argument("--start", type=Path, help="teacher to train on from")
    parser.add_argument("--large", type=Path, help="sprites64.npz of the dataset")
    parser.add_argument("--plan", type=Path, help="JSON with fields of Plan to change")
    parser.add_argument("--processes", type=int, default=max(1, torch.cuda.device_count()))
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args(arguments)
    plan = replace(Plan(), **(json.loads(options.plan.read_text("utf-8")) if options.plan else {}))
    given = (options.pack, options.out, options.words, options.start, options.large)
    return 1 if produce(Order(*given, plan, options.processes, options.device)) else 0


if __name__ == "__main__":
    sys.exit(main())
