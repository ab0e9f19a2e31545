"""What each part of the recipe is worth: short trainings, each without one part, measured alike.

    python -m sprite_model.ablate PACK CLASSIFIER OUT --words WORDS (--seconds 75 | --steps 2000) [--processes 3]

One training a GPU; where several share one (--processes), --steps gives all of them as much. The network
is smaller than the one that ships, so that it gets somewhere in the time.
"whole again" is the whole recipe with another seed: what differs by less than these two is noise.
OUT/ablations.json has the figures, the standard output a table.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Sequence

import torch

from .launch import Command, side_by_side
from .train import Recipe

SHOWN = ("categoryAccuracy", "colorAccuracy", "kid", "diversity", "nearCopyPct", "orphanPixelPct")
WHOLE, AGAIN = "whole", "whole again"


def variants() -> dict[str, list[str]]:
    """Names, and the arguments of `train` that differ."""
    left_out = {f"without {part.replace('_', ' ')}": ["--without", part] for part in Recipe().to_dict()}
    return {WHOLE: [], AGAIN: ["--seed", "1"], **left_out}


def chain(options: argparse.Namespace, name: str, own: Sequence[str]) -> list[Command]:
    run = options.out / name.replace(" ", "-")
    shape = ["--width", str(options.width), "--depth", str(options.depth), "--batch", str(options.batch), "--quick"]
    length = ["--seconds", str(options.seconds)] if options.steps is None else ["--steps", str(options.steps)]
    train = [str(options.pack), str(run), "--words", str(options.words), *length, *shape]
    workers = ["--workers", str(options.workers), "--rate", str(options.rate)]
    measured = [
        "--model",
        str(run / "model.pt"),
        "--words",
        str(run),
        "--name",
        name,
        "--out",
        str(run / "figures.json"),
    ]
    device = ["--device", options.device]
    return [
        ("train", [*train, *workers, *own, *device]),
        (
            "evaluate",
            [
                str(options.pack),
                str(options.classifier),
                *measured,
                "--seeds",
                str(options.seeds),
                "--every",
                str(options.every),
                *device,
            ],
        ),
    ]


def table(figures: dict[str, dict]) -> str:
    lines = ["| recipe | " + " | ".join(SHOWN) + " |", "|---|" + "---|" * len(SHOWN)]
    lines += [f"| {name} | " + " | ".join(str(own[key]) for key in SHOWN) + " |" for name, own in figures.items()]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sprite_model.ablate", description="Train without each part of the recipe.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("classifier", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--words", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=75)
    parser.add_argument("--steps", type=int, help="of each training, instead of seconds")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="take every N-th of the prompts")
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--depth", type=int, default=8)
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--workers", type=int, default=1, help="processes that write captions, for each training")
    parser.add_argument("--processes", type=int, default=max(1, torch.cuda.device_count()))
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args(arguments)
    chains = {name: chain(options, name, own) for name, own in variants().items()}
    failed = side_by_side(options.processes, chains, options.out / "logs")
    figures = {
        name: json.loads((options.out / name.replace(" ", "-") / "figures.json").read_text("utf-8"))[name]
        for name in chains
        if name not in failed
    }
    (options.out / "ablations.json").write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    print(table(figures))
    for name in failed:
        print(f"Cannot tell what {name!r} is worth: see {options.out}/logs/{name}.txt", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
