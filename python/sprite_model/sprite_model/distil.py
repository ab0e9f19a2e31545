"""Distils guidance into the model: one evaluation a step instead of two.

    python -m sprite_model.distil PACK TEACHER RUN --words WORDS (--steps N | --seconds S)

The student takes the guidance scale as an input and learns the teacher's guided prediction
(Meng et al., 'On Distillation of Guided Diffusion Models', first stage). The interval of times in
which guidance acts is part of what it learns. Without a caption it keeps the teacher's prediction,
so that negative prompts still work.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Sequence

import torch
from torch import Tensor

from .checkpoint import load_model
from .model import SpriteDenoiser
from .prepare import DatasetError, Pack
from .sample import GUIDANCE_INTERVAL, GUIDANCE_UNIT
from .train import LossFunction, Run, TrainSettings, TrainingSet, TrainingStopped, load_words, noised, velocity_loss, widened

LEAST_GUIDANCE, MOST_GUIDANCE = 1.0, 4.0


def guided(conditional: Tensor, unconditional: Tensor, guidance: Tensor, time_: Tensor) -> Tensor:
    """The guided prediction; outside the interval of times the plain one."""
    low, high = GUIDANCE_INTERVAL
    scale = torch.where((time_ > low) & (time_ < high), guidance, 1.0)[:, None, None, None]
    return unconditional + scale * (conditional - unconditional)


def distilling_loss(teacher: SpriteDenoiser, settings: TrainSettings) -> LossFunction:
    def loss(student: SpriteDenoiser, data: TrainingSet, generator: torch.Generator) -> Tensor:
        batch = data.batch(settings, generator)
        image, time_ = noised(batch.images, generator)
        # The first steps of sampling start from noise alone: let a part of the batch do so as well.
        alone = torch.rand(len(time_), device=time_.device, generator=generator) < 0.08
        time_ = torch.where(alone, 1.0, time_)
        fresh = torch.randn(image.shape, device=image.device, generator=generator)
        image = torch.where(alone[:, None, None, None], fresh, image)
        spread = torch.rand(len(time_), device=time_.device, generator=generator)
        guidance = LEAST_GUIDANCE + (MOST_GUIDANCE - LEAST_GUIDANCE) * spread
        text = (batch.vectors, batch.words)
        with torch.autocast(data.device.type, torch.bfloat16, enabled=data.device.type == "cuda"):
            with torch.no_grad():
                conditional = teacher(image, time_, *text, batch.mask).float()
                unconditional = teacher(image, time_, *text, torch.zeros_like(batch.mask)).float()
                wanted = guided(conditional, unconditional, guidance, time_)
            predicted = student(image, time_, *text, batch.mask, guidance / GUIDANCE_UNIT)
        return velocity_loss(predicted, wanted, time_, settings.least_time)

    return loss


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sprite_model.distil", description="Distil guidance into the model.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--words", type=Path, required=True)
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int)
    length.add_argument("--seconds", type=float)
    parser.add_argument("--batch", type=int, default=TrainSettings.batch)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args(arguments)
    try:
        device = torch.device(options.device)
        torch.manual_seed(options.seed)
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        settings = TrainSettings(
            batch=options.batch,
            peak_rate=options.rate,
            seed=options.seed,
            warm_up_steps=100,
            weight_decay=0.0,
            average_decay=0.998,
            caption_dropout=0.06,
        )
        vocabulary = load_words(options.words)
        teacher = load_model(options.teacher)
        student = widened(teacher, teacher.config.caption_words, teacher.config.max_words, takes_guidance=True)
        data = TrainingSet(Pack.load(options.pack), vocabulary, device, options.seed, options.workers)
        teacher = teacher.to(device).requires_grad_(False)
        vocabulary.save(options.run)
        run = Run(student.to(device), data, settings, distilling_loss(teacher, settings), options.run)
        if device.type == "cuda":
            # Block by block: the blocks are alike, so that one compilation serves all, in seconds.
            for part in (*teacher.blocks, *teacher.refine, *run.model.blocks, *run.model.refine):
                part.compile()
        last = run.run(options.steps, options.seconds)
    except (DatasetError, TrainingStopped) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"done: {run.step} steps in {run.elapsed:.0f} s, loss {last:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
