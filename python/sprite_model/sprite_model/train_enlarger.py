"""Trains the second stage on sprites and their halves.

    python -m sprite_model.train_enlarger PACK RUN (--steps N | --seconds S) [--large sprites64.npz]

RUN gets `enlarger.pt`, averaged weights and all that a resumed run needs; a run that finds it goes on
from there. Under torchrun the processes share each batch (see team.py).
"""

from __future__ import annotations

import argparse
import copy
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np
import torch
from torch import Tensor

from .augment import to_model_form, toroidal_roll
from .enlarge import Enlarger, EnlargerConfig, colour_space, decided_planes, enlarging_loss, halve
from .prepare import DatasetError, Pack
from .team import ALONE, CLOCK_STEPS, Team
from .train import NAN_CHECK_STEPS, note_loss

FORMAT = "sprite-enlarger/1"
# Of a batch, cut from sprites drawn at 64 px: the very step that the second stage has to take.
LARGE_SHARE = 0.2
WINDOW = 32


@dataclass(frozen=True)
class EnlargerSettings:
    # Windows of a step, over all processes.
    batch: int = 64
    peak_rate: float = 2e-3
    warm_up_steps: int = 200
    weight_decay: float = 0.01
    average_decay: float = 0.998
    seed: int = 0


class EnlargingSet:
    """Windows of 32 x 32 px from training sprites, and the same at half the size."""

    def __init__(self, pack: Pack, large: np.ndarray | None, device: torch.device) -> None:
        # Art of doubled pixels would teach to double pixels.
        small = [i for i in pack.indices("train") if not pack.sprites[i].doubled]
        if not small:
            raise DatasetError("Cannot train: the pack has no training sprites drawn at full size")
        self.device = device
        self.images = torch.from_numpy(pack.images[small]).to(device)
        composed = torch.tensor(["composition" in pack.sprites[i].tags for i in small])
        self.weights = torch.where(composed, 0.25, 1.0).to(device)
        self.large = None if large is None else torch.from_numpy(large).to(device)

    def batch(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Fine [B, 32, 32, 4] and coarse [B, 16, 16, 4], uint8."""

        def integers(limit: int, size: int) -> Tensor:
            return torch.randint(limit, (size,), device=self.device, generator=generator)

        from_large = 0 if self.large is None else int(count * LARGE_SHARE)
        chosen = torch.multinomial(self.weights, count - from_large, replacement=True, generator=generator)
        fine = self.images[chosen]
        # Either phase of the grid of blocks, on the torus: what wraps is one row or column of mostly nothing.
        fine = toroidal_roll(fine, integers(2, len(fine)), integers(2, len(fine)))
        if self.large is not None and from_large:
            whole = self.large[integers(len(self.large), from_large)]
            down, right = integers(WINDOW + 1, from_large), integers(WINDOW + 1, from_large)
            whole = toroidal_roll(whole, -down, -right)[:, :WINDOW, :WINDOW]
            fine = torch.cat([fine, whole])
        flip = torch.rand(count, device=self.device, generator=generator) < 0.5
        fine = torch.where(flip[:, None, None, None], fine.flip(2), fine)
        # The network has to follow shapes, not to know which colours sprites have.
        order = torch.tensor([[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]], device=self.device)
        order = torch.cat([order[integers(6, count)], torch.full((count, 1), 3, device=self.device)], 1)
        fine = fine.gather(3, order[:, None, None].expand_as(fine)).contiguous()
        return fine, halve(fine, generator)


def hidden(count: int, side: int, device: torch.device, generator: torch.Generator) -> Tensor:
    """bool [B, side, side]: which pixels are undecided, a share of cos(pi / 2 * u) of them."""
    share = (torch.rand(count, device=device, generator=generator) * math.pi / 2).cos()
    return torch.rand(count, side, side, device=device, generator=generator) < share[:, None, None]


def train(
    data: EnlargingSet,
    settings: EnlargerSettings,
    config: EnlargerConfig,
    run: Path,
    steps: int | None,
    seconds: float | None,
    narrow: bool = False,
    stop_after: int | None = None,
    team: Team = ALONE,
) -> float:
    """Goes on until `steps` or `seconds` are used up in all, or earlier after `stop_after` steps.

    Returns the mean loss of the last 200 steps.
    """
    device = data.device
    share = team.share_of(settings.batch)
    torch.manual_seed(settings.seed)
    model = Enlarger(config).to(device)
    team.same_start(model)
    average = copy.deepcopy(model).eval().requires_grad_(False)
    optimiser = torch.optim.AdamW(model.parameters(), lr=settings.peak_rate, weight_decay=settings.weight_decay)
    generator = torch.Generator(device).manual_seed(settings.seed + 7919 * team.rank)
    done, used = 0, 0.0
    path = run / "enlarger.pt"
    if path.exists():
        stored = torch.load(path, map_location=device, weights_only=True)
        if stored.get("format") != FORMAT or stored.get("config") != config.to_dict():
            raise DatasetError(f"Cannot go on from {path.name}: it is of another kind or shape; name another folder")
        if len(stored["generators"]) != team.size:
            raise DatasetError(
                f"Cannot go on from {path.name}: {len(stored['generators'])} processes made it, not {team.size}"
            )
        model.load_state_dict(stored["model"])
        average.load_state_dict(stored["weights"])
        optimiser.load_state_dict(stored["optimiser"])
        generator.set_state(stored["generators"][team.rank].cpu())
        done, used = stored["step"], stored["seconds"]
    run.mkdir(parents=True, exist_ok=True)

    def save() -> None:
        generators = team.states(generator)
        if not team.leads:
            return
        partial = path.with_name(path.name + ".partial")
        torch.save(
            {
                "format": FORMAT,
                "config": config.to_dict(),
                "weights": average.state_dict(),
                "model": model.state_dict(),
                "optimiser": optimiser.state_dict(),
                "generators": generators,
                "step": done,
                "seconds": used,
            },
            partial,
        )
        partial.replace(path)

    def mean_loss(count: int) -> float:
        """Of the last steps; raises DatasetError where it is no number."""
        mean = float(torch.stack(recent[-count:]).mean()) if recent else 0.0
        if not math.isfinite(mean):
            raise DatasetError(
                f"Cannot go on: the loss is {mean} at step {done}; the last good state is in {path.name}"
            )
        return mean

    recent: list[Tensor] = []
    start, base, saved = time.monotonic(), used, used
    while True:
        if team.size == 1 or done % CLOCK_STEPS == 0:
            used = team.agree(base + time.monotonic() - start)
        progress = done / steps if steps is not None else used / (seconds or 1.0)
        if progress >= 1 or done == stop_after:
            break
        warmth = min(1, (done + 1) / settings.warm_up_steps)
        rate = settings.peak_rate * warmth * (0.02 + 0.98 * (1 + math.cos(math.pi * progress)) / 2)
        for group in optimiser.param_groups:
            group["lr"] = rate
        fine, coarse = data.batch(share, generator)
        undecided = hidden(len(fine), fine.shape[1], device, generator)
        with torch.autocast(device.type, torch.bfloat16, enabled=narrow):
            logits = model(to_model_form(coarse), decided_planes(fine, ~undecided))
        loss = enlarging_loss(logits, colour_space(coarse), colour_space(fine), undecided.float())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        recent = [*recent[-199:], team.average(model.parameters(), loss)]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        done += 1
        decay = min(settings.average_decay, (1 + done) / (10 + done))
        with torch.no_grad():
            for kept, current in zip(average.parameters(), model.parameters()):
                kept.lerp_(current, 1 - decay)
        if done % NAN_CHECK_STEPS == 0:
            mean_loss(NAN_CHECK_STEPS)
        if done % 100 == 0 and team.leads:
            print(f"step {done}, {used:.0f} s, loss {mean_loss(100):.4f}", flush=True)
            note_loss(run, done, used, mean_loss(100))
        if used - saved > 120:
            mean_loss(NAN_CHECK_STEPS)
            save()
            saved = used
    last = mean_loss(200)
    save()
    return last


def load_enlarger(path: Path | str) -> Enlarger:
    stored = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ValueError(f"Cannot read {path}: it is no {FORMAT} checkpoint")
    model = Enlarger(EnlargerConfig(**stored["config"]))
    model.load_state_dict(stored["weights"])
    return model.eval()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sprite_model.train_enlarger", description="Train the second stage.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--large", type=Path, help="sprites64.npz of the dataset")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--batch", type=int, default=EnlargerSettings.batch)
    parser.add_argument("--narrow", action="store_true", help="bfloat16 products")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args(arguments)
    team = Team.from_environment(options.device)
    torch.backends.cudnn.benchmark = True
    if (options.steps is None) == (options.seconds is None):
        parser.error("give --steps or --seconds")
    try:
        pack = Pack.load(options.pack)
        large = np.load(options.large)["images"] if options.large else None
        data = EnlargingSet(pack, large, team.device)
        settings = EnlargerSettings(batch=options.batch)
        team.meet()
        length = (options.steps, options.seconds)
        loss = train(data, settings, EnlargerConfig(), options.run, *length, options.narrow, team=team)
    except (DatasetError, OSError, KeyError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    team.part()
    if team.leads:
        print(f"loss {loss:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
