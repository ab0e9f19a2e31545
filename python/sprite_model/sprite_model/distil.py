"""Distils the sampler into the model: first guidance, then steps.

    python -m sprite_model.distil PACK TEACHER RUN --words WORDS (--steps N | --seconds S)
    python -m sprite_model.distil PACK STUDENT RUN --words WORDS (--steps N | --seconds S) --evaluations 4

Guidance: the student takes the guidance scale as an input and learns the teacher's guided prediction
(Meng et al., 'On Distillation of Guided Diffusion Models', first stage): one evaluation a step instead
of two. The interval of times in which guidance acts is part of what it learns. Without a caption it
keeps the teacher's prediction, so that negative prompts still work.

Steps: a student that starts as a model with guidance learns to arrive in one step where that model
arrives in several (Salimans and Ho, 'Progressive Distillation', on the even times of its own sampler).
Its steps start where its own earlier steps have led, so that it learns to mend what it did before; a
part starts from noised sprites at any time, for pictures that are drawn anew from a picture.
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
from .train import (
    LossFunction,
    Run,
    TrainingSet,
    TrainingStopped,
    TrainSettings,
    add_run_arguments,
    compile_blocks,
    load_words,
    noised,
    ready,
    velocity_loss,
    widened,
)

LEAST_GUIDANCE, MOST_GUIDANCE = 1.0, 4.0
# Of the pictures from which a student of fewer steps starts.
NOISED_SHARE = 0.25
TEACHER_STEPS = 3


def guided(conditional: Tensor, unconditional: Tensor, guidance: Tensor, time_: Tensor) -> Tensor:
    """The guided prediction; outside the interval of times the plain one."""
    low, high = GUIDANCE_INTERVAL
    scale = torch.where((time_ > low) & (time_ < high), guidance, 1.0)[:, None, None, None]
    return unconditional + scale * (conditional - unconditional)


def any_guidance(count: int, device: torch.device, generator: torch.Generator) -> Tensor:
    spread = torch.rand(count, device=device, generator=generator)
    return LEAST_GUIDANCE + (MOST_GUIDANCE - LEAST_GUIDANCE) * spread


def distilling_loss(teacher: SpriteDenoiser, settings: TrainSettings) -> LossFunction:
    def loss(student: SpriteDenoiser, data: TrainingSet, count: int, generator: torch.Generator) -> Tensor:
        batch = data.batch(count, settings, generator)
        image, time_ = noised(batch.images, generator)
        # The first steps of sampling start from noise alone: let a part of the batch do so as well.
        alone = torch.rand(len(time_), device=time_.device, generator=generator) < 0.08
        time_ = torch.where(alone, 1.0, time_)
        fresh = torch.randn(image.shape, device=image.device, generator=generator)
        image = torch.where(alone[:, None, None, None], fresh, image)
        guidance = any_guidance(len(time_), time_.device, generator)
        text = (batch.vectors, batch.words)
        with torch.autocast(data.device.type, torch.bfloat16, enabled=data.device.type == "cuda"):
            with torch.no_grad():
                conditional = teacher(image, time_, *text, batch.mask).float()
                unconditional = teacher(image, time_, *text, torch.zeros_like(batch.mask)).float()
                wanted = guided(conditional, unconditional, guidance, time_)
            predicted = student(image, time_, *text, batch.mask, guidance / GUIDANCE_UNIT)
        return velocity_loss(predicted, wanted, time_, settings.least_time)

    return loss


def step_to(image: Tensor, clean: Tensor, time_: Tensor, following: Tensor) -> Tensor:
    """One Euler step of the sampler, from each image's time to its following one."""
    return clean + (following / time_)[:, None, None, None] * (image - clean)


def fewer_steps_loss(
    teacher: SpriteDenoiser, settings: TrainSettings, evaluations: int, teacher_steps: int = TEACHER_STEPS
) -> LossFunction:
    """The student draws in `evaluations` steps what the teacher draws in `teacher_steps` times as many."""

    def loss(student: SpriteDenoiser, data: TrainingSet, count: int, generator: torch.Generator) -> Tensor:
        device = data.device
        batch = data.batch(count, settings, generator)
        told = (batch.vectors, batch.words, batch.mask, any_guidance(count, device, generator) / GUIDANCE_UNIT)

        def uniform() -> Tensor:
            return torch.rand(count, device=device, generator=generator)

        noise = torch.randn(batch.images.shape, device=device, generator=generator)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            with torch.no_grad():
                place = (uniform() * evaluations).long().clamp(max=evaluations - 1)
                image, start = noise, torch.where(place > 0, 0.0, 1.0)
                drawn = noise
                for step in range(evaluations - 1):
                    now, then = (torch.full_like(start, 1 - taken / evaluations) for taken in (step, step + 1))
                    drawn = step_to(drawn, student(drawn, now, *told).float(), now, then)
                    here = place == step + 1
                    image, start = torch.where(here[:, None, None, None], drawn, image), torch.where(here, then, start)
                anywhere = 1 - uniform()
                share = anywhere[:, None, None, None]
                mixed = uniform() < NOISED_SHARE
                image = torch.where(mixed[:, None, None, None], (1 - share) * batch.images + share * noise, image)
                start = torch.where(mixed, anywhere, start)
                end = (start - 1 / evaluations).clamp(min=0)
                arrived = image
                for step in range(teacher_steps):
                    now, then = (torch.lerp(start, end, taken / teacher_steps) for taken in (step, step + 1))
                    arrived = step_to(arrived, teacher(arrived, now, *told).float(), now, then)
                # The clean image that leads there in one step.
                ratio = (end / start)[:, None, None, None]
                wanted = (arrived - ratio * image) / (1 - ratio)
            predicted = student(image, start, *told)
        return velocity_loss(predicted, wanted, start, settings.least_time)

    return loss


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="sprite_model.distil", description="Distil guidance, then steps, into the model."
    )
    parser.add_argument("pack", type=Path)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--evaluations", type=int, help="distil steps: how many the student shall need")
    parser.add_argument(
        "--teacher-steps", type=int, default=TEACHER_STEPS, help="teacher's steps for one of the student's"
    )
    add_run_arguments(parser, rate=2e-4, seed=1)
    options = parser.parse_args(arguments)
    team = ready(options)
    try:
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
        if (options.evaluations is not None) != teacher.config.takes_guidance:
            wanted = "a model with" if options.evaluations else "a model without"
            raise DatasetError(f"Cannot distil {options.teacher.name}: this needs {wanted} guidance as an input")
        student = widened(teacher, teacher.config.caption_words, teacher.config.max_words, takes_guidance=True)
        pack = Pack.load(options.pack)
        data = TrainingSet(pack, vocabulary, team.device, options.seed + 7919 * team.rank, options.workers)
        team.meet()
        teacher = teacher.to(team.device).requires_grad_(False)
        if options.evaluations:
            loss = fewer_steps_loss(teacher, settings, options.evaluations, options.teacher_steps)
        else:
            loss = distilling_loss(teacher, settings)
        if team.leads:
            vocabulary.save(options.run)
        run = Run(student.to(team.device), data, settings, loss, options.run, team=team)
        compile_blocks(teacher, run.model)
        last = run.run(options.steps, options.seconds)
    except (DatasetError, TrainingStopped) as error:
        print(error, file=sys.stderr)
        return 1
    team.part()
    if team.leads:
        print(f"done: {run.step} steps in {run.elapsed:.0f} s, loss {last:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
