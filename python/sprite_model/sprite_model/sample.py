"""Draws sprites with a trained model and lays them out on a contact sheet.

    python -m sprite_model.sample MODEL WORDS SHEET.png --prompt "red dragon" --prompt "iron key" --each 6
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np
import torch
from torch import Tensor

from .augment import from_model_form
from .checkpoint import load_model
from .model import SpriteDenoiser
from .text import Vocabulary

# Times between which guidance acts: earlier it narrows the choice of shapes, later it only adds contrast.
GUIDANCE_INTERVAL = (0.15, 0.95)


# A model that takes guidance reads the scale divided by this.
GUIDANCE_UNIT = 10.0


@dataclass(frozen=True)
class SamplerSettings:
    steps: int = 8
    guidance: float = 3.0
    # Exponent on the even grid of times: above 1 spends more steps near the clean end.
    time_power: float = 1.0
    # Rolls the canvas before every step, so that no edge is an edge: for tiles that repeat.
    seamless: bool = False
    # Makes every 2x2 block one colour: art of half the canvas' size.
    doubled: bool = False
    batch: int = 512


class Prompts:
    """Encoded prompts on a device; `mask` all zero stands for no prompt."""

    def __init__(self, vocabulary: Vocabulary, texts: Sequence[str], max_words: int, device: torch.device) -> None:
        encoded = vocabulary.encode(texts, max_words)
        self.vectors = torch.from_numpy(encoded.vectors).to(device)
        self.words = torch.from_numpy(encoded.words).to(device)
        self.mask = torch.from_numpy(encoded.mask).to(device)


@torch.no_grad()
def sample(
    model: SpriteDenoiser, vocabulary: Vocabulary, texts: Sequence[str], settings: SamplerSettings, seed: int = 0
) -> Tensor:
    """One sprite for each text, uint8 [N, 32, 32, 4] on the CPU."""
    device = model.patch_positions.device
    generator = torch.Generator(device).manual_seed(seed)
    pieces = []
    for start in range(0, len(texts), settings.batch):
        prompts = Prompts(vocabulary, texts[start : start + settings.batch], model.config.max_words, device)
        pieces.append(from_model_form(_denoise(model, prompts, settings, generator)).cpu())
    return torch.cat(pieces)


def time_grid(steps: int, power: float = 1.0) -> list[float]:
    """steps + 1 times from 1 to 0."""
    return [(1 - step / steps) ** power for step in range(steps + 1)]


def _denoise(model: SpriteDenoiser, prompts: Prompts, settings: SamplerSettings, generator: torch.Generator) -> Tensor:
    """Euler steps of the probability flow, written for a model that predicts the clean image."""
    device = prompts.mask.device
    count, side = len(prompts.mask), model.config.canvas
    x = torch.randn(count, model.config.image_channels, side, side, device=device, generator=generator)
    times = time_grid(settings.steps, settings.time_power)
    for now, following in zip(times, times[1:]):
        if settings.seamless:
            shift = torch.randint(0, side // 2, (2,), generator=generator, device=device) * 2
            down, right = shift.tolist()
            x = x.roll((down, right), (2, 3))
        clean = _predict(model, prompts, x, now, settings.guidance)
        if settings.doubled:
            clean = _blocks(clean)
        x = clean + following / now * (x - clean)
        if settings.seamless:
            x = x.roll((-down, -right), (2, 3))
    return x


def _blocks(x: Tensor) -> Tensor:
    return torch.nn.functional.interpolate(torch.nn.functional.avg_pool2d(x, 2), scale_factor=2, mode="nearest")


def _predict(model: SpriteDenoiser, prompts: Prompts, x: Tensor, time_: float, guidance: float) -> Tensor:
    times = torch.full((len(x),), time_, device=x.device)
    with torch.autocast(x.device.type, torch.bfloat16, enabled=x.device.type == "cuda"):
        if model.guidance is not None:
            scale = torch.full_like(times, guidance / GUIDANCE_UNIT)
            return model(x, times, prompts.vectors, prompts.words, prompts.mask, scale).float()
        low, high = GUIDANCE_INTERVAL
        conditional = model(x, times, prompts.vectors, prompts.words, prompts.mask).float()
        if guidance == 1 or not low < time_ < high:
            return conditional
        nothing = torch.zeros_like(prompts.mask)
        unconditional = model(x, times, prompts.vectors, prompts.words, nothing).float()
        return unconditional + guidance * (conditional - unconditional)


def contact_sheet(images: np.ndarray, columns: int, scale: int = 2, gap: int = 2, backdrop: int = 140) -> np.ndarray:
    """uint8 [N, H, W, 4] -> uint8 RGB of one picture, rows of `columns` sprites on gray."""
    count, height, width = images.shape[:3]
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap) + gap, columns * (width + gap) + gap, 3), 70, np.uint8)
    for place, image in enumerate(images):
        top = gap + place // columns * (height + gap)
        left = gap + place % columns * (width + gap)
        opaque = image[..., 3:] > 127
        sheet[top : top + height, left : left + width] = np.where(opaque, image[..., :3], backdrop)
    return sheet.repeat(scale, 0).repeat(scale, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    from PIL import Image

    parser = argparse.ArgumentParser(prog="sprite_model.sample", description="Draw a contact sheet.")
    parser.add_argument("model", type=Path)
    parser.add_argument("words", type=Path, help="folder of the word lists that belong to the model")
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--prompt", action="append", default=[], dest="prompts")
    parser.add_argument("--prompts", type=Path, dest="file", help="a prompt a line")
    parser.add_argument("--each", type=int, default=6)
    parser.add_argument("--columns", type=int)
    parser.add_argument("--steps", type=int, default=SamplerSettings.steps)
    parser.add_argument("--guidance", type=float, default=SamplerSettings.guidance)
    parser.add_argument("--seamless", action="store_true")
    parser.add_argument("--doubled", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args(arguments)
    prompts = list(options.prompts)
    if options.file:
        prompts += [line.strip() for line in options.file.read_text("utf-8").splitlines() if line.strip()]
    if not prompts:
        print("Cannot draw: no prompt was given", file=sys.stderr)
        return 1
    model = load_model(options.model).to(options.device)
    settings = SamplerSettings(
        steps=options.steps, guidance=options.guidance, seamless=options.seamless, doubled=options.doubled
    )
    texts = [prompt for prompt in prompts for _ in range(options.each)]
    images = sample(model, Vocabulary.load(options.words), texts, settings, options.seed)
    sheet = contact_sheet(images.numpy(), options.columns or options.each)
    Image.fromarray(sheet).save(options.sheet)
    return 0


if __name__ == "__main__":
    sys.exit(main())
