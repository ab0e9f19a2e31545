"""Measures what the generator draws, against held-out real sprites.

    python -m sprite_model.evaluate PACK CLASSIFIER --model MODEL --words WORDS --out evaluation.json
    python -m sprite_model.evaluate PACK CLASSIFIER --samples SAMPLES.npz --out evaluation.json
    python -m sprite_model.evaluate ... --steps 4 8 --guidance 2 3 4 --seeds 2      # every pair of them
    python -m sprite_model.evaluate ... --prompts paraphrases.jsonl                 # one thing said in many ways

A fixed list of prompts (prompts.jsonl) is drawn with five seeds each, and the held-out captions once.
SAMPLES.npz holds the same made elsewhere: `prompts` uint8 [P, 5, 32, 32, 4] in the order of the list,
`heldout` uint8 [300, 32, 32, 4] in the order of the pack.

What the figures mean:
- categoryAccuracy: share of the prompts' sprites that the classifier puts into the prompt's category;
  categoryAccuracyReal the same for held-out sprites.
- colorAccuracy: share of the sprites of prompts that name a colour in which the classifier finds it;
  colorAccuracyReal: share of the held-out sprites in which it finds their largest colour.
- kid: unbiased squared maximum mean discrepancy, polynomial kernel of degree 3, in the classifier's
  features scaled to length 1, times 1000; held-out captions drawn, against the held-out sprites.
  kidReal: training sprites of the same categories against the held-out sprites.
- diversity: mean distance between two seeds of a prompt, over the mean distance between two real
  sprites of its category (root mean square over colour times coverage, and coverage).
- nearCopyPct: percentage of sprites of which at least 90 % of the pixels lie within 8/255 in all four
  channels of a training sprite, its mirror, or either of them moved by one pixel.
- orphanPixelPct: opaque pixels without a neighbour (of eight) within 24/255 in every channel.
- colors: median number of distinct opaque colours of a sprite.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np
import torch
from torch import Tensor

from .augment import COLOUR_FAMILIES
from .classifier import CATEGORIES, SpriteClassifier, classify, load_classifier
from .prepare import DatasetError, Pack

SEEDS = 5
NEAR_TOLERANCE = 8
NEAR_SHARE = 0.9
# Probability from which the classifier "finds" a colour: on training sprites it then misses about as many as it invents.
COLOUR_THRESHOLD = 0.35
PROMPTS_FILE = Path(__file__).parents[3] / "models" / "sprite" / "evaluation" / "prompts.jsonl"


@dataclass(frozen=True)
class Prompt:
    prompt: str
    category: str
    color: str | None = None
    # How it is said, in a list that says the same things in several ways.
    manner: str | None = None


def read_prompts(path: Path = PROMPTS_FILE) -> list[Prompt]:
    prompts = [Prompt(**json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]
    for prompt in prompts:
        if prompt.category not in CATEGORIES:
            raise DatasetError(f"Cannot use {path.name}: {prompt.category!r} of {prompt.prompt!r} is no category")
        if prompt.color is not None and prompt.color not in COLOUR_FAMILIES:
            raise DatasetError(f"Cannot use {path.name}: {prompt.color!r} of {prompt.prompt!r} is no colour family")
    return prompts


def kernel_distance(real: Tensor, drawn: Tensor) -> float:
    """Bińkowski et al., 'Demystifying MMD GANs': unbiased, polynomial kernel of degree 3.

    The features are scaled to length 1 first: with a few hundred sprites the cube of unbounded
    features is dominated by the longest of them.
    """

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        a, b = (torch.nn.functional.normalize(part.double(), dim=1) for part in (a, b))
        return (a @ b.T + 1) ** 3

    def off_diagonal_mean(matrix: Tensor) -> Tensor:
        count = len(matrix)
        return (matrix.sum() - matrix.diagonal().sum()) / (count * (count - 1))

    cross = kernel(real, drawn).mean()
    return float(off_diagonal_mean(kernel(real, real)) + off_diagonal_mean(kernel(drawn, drawn)) - 2 * cross)


def mean_distance(images: Tensor) -> float:
    """Mean over all pairs of the root mean square difference; uint8 [N, H, W, 4]."""
    flat = images.float() / 255
    flat = torch.cat([flat[..., :3] * flat[..., 3:], flat[..., 3:]], -1).flatten(1)
    distances = torch.cdist(flat, flat) / flat.shape[1] ** 0.5
    count = len(images)
    return float(distances.sum() / (count * (count - 1)))


def near_copies(
    samples: Tensor, originals: Tensor, device: torch.device, tolerance: int = NEAR_TOLERANCE, share: float = NEAR_SHARE
) -> Tensor:
    """bool [N]: whether a sample is a near copy of any of the originals, both uint8 [., 32, 32, 4].

    Two screenings leave out pairs that agree in less than half of 16 pixels, or less than three quarters
    of 64 (about two in 100,000 true copies would be lost); the others are compared in full. Moved by a
    pixel means rolled: what leaves at an edge enters at the other one, which is empty in most sprites.
    """
    samples = samples.to(device)
    originals = originals.to(device)
    pixels = samples.shape[1] * samples.shape[2]
    screen = torch.randperm(pixels, generator=torch.Generator().manual_seed(7))[:64].to(device)
    few = screen[:16]
    found = torch.zeros(len(samples), dtype=torch.bool, device=device)
    shifts = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    flat_samples = samples.flatten(1, 2).short()
    for mirrored in (originals, originals.flip(2)):
        for shift in shifts:
            variant = mirrored.roll(shift, (1, 2)).flatten(1, 2)
            first, second = variant[:, few].short(), variant[:, screen].short()
            for start in range(0, len(samples), 16):
                block = flat_samples[start : start + 16]
                agree = (block[:, None, few] - first[None]).abs().amax(-1) <= tolerance
                rows, columns = torch.where(agree.sum(-1) >= 8)
                agree = (block[:, screen][rows] - second[columns]).abs().amax(-1) <= tolerance
                left = agree.sum(-1) >= 48
                rows, columns = rows[left], columns[left]
                for piece in range(0, len(rows), 8192):
                    r, c = rows[piece : piece + 8192], columns[piece : piece + 8192]
                    same = ((block[r] - variant[c].short()).abs().amax(-1) <= tolerance).float().mean(1) >= share
                    found[start + r[same]] = True
    return found.cpu()


def orphan_share(images: Tensor, tolerance: int = 24) -> float:
    """Share of the opaque pixels that no neighbour resembles; uint8 [N, H, W, 4]."""
    padded = torch.nn.functional.pad(images.permute(0, 3, 1, 2).float(), (1, 1, 1, 1))
    height, width = images.shape[1:3]
    centre = padded[:, :, 1:-1, 1:-1]
    related = torch.zeros_like(centre[:, 0], dtype=torch.bool)
    for down in range(3):
        for right in range(3):
            if (down, right) != (1, 1):
                neighbour = padded[:, :, down : down + height, right : right + width]
                related |= (neighbour - centre).abs().amax(1) <= tolerance
    opaque = centre[:, 3] > 127
    return float((opaque & ~related).sum() / opaque.sum().clamp(min=1))


def colours_used(image: Tensor) -> int:
    opaque = image[image[..., 3] > 127]
    return len(torch.unique(opaque[:, :3], dim=0))


def measure(
    pack: Pack,
    classifier: SpriteClassifier,
    prompts: Sequence[Prompt],
    drawn: Tensor,
    heldout: Tensor,
    device: torch.device,
) -> dict:
    """All figures; `drawn` uint8 [P, S, 32, 32, 4] in the prompts' order, `heldout` uint8 [H, 32, 32, 4]."""
    if tuple(drawn.shape[2:]) != (32, 32, 4) or len(drawn) != len(prompts):
        raise DatasetError(f"Cannot judge the samples: shape {list(drawn.shape)} does not fit {len(prompts)} prompts")
    seeds = drawn.shape[1]
    flat = drawn.flatten(0, 1)
    category, colour, _ = classify(classifier, flat)
    wanted = torch.tensor([CATEGORIES.index(prompt.category) for prompt in prompts]).repeat_interleave(seeds)
    right = (category == wanted).float()
    coloured = torch.tensor([prompt.color is not None for prompt in prompts]).repeat_interleave(seeds)
    colour_index = torch.tensor(
        [COLOUR_FAMILIES.index(prompt.color) if prompt.color else 0 for prompt in prompts]
    ).repeat_interleave(seeds)
    named = (colour.gather(1, colour_index[:, None])[:, 0] > COLOUR_THRESHOLD).float()

    held = pack.indices("heldout")
    real_images = torch.from_numpy(pack.images[held])
    real_category, real_colour, real_features = classify(classifier, real_images)
    truth = torch.tensor([CATEGORIES.index(pack.sprites[i].category) for i in held])
    real_right = (real_category == truth).float()
    first_colour = torch.tensor(
        [COLOUR_FAMILIES.index(pack.sprites[i].colours[0]) if pack.sprites[i].colours else -1 for i in held]
    )
    real_named = (real_colour.gather(1, first_colour.clamp(min=0)[:, None])[:, 0] > COLOUR_THRESHOLD).float()[
        first_colour >= 0
    ]
    _, _, drawn_features = classify(classifier, heldout)

    training = pack.indices("train")
    composed = np.array(["composition" in pack.sprites[i].tags for i in training])
    chance = np.random.default_rng(5)
    originals_of = {
        name: training[np.array([pack.sprites[i].category == name for i in training]) & ~composed]
        for name in CATEGORIES
    }
    stand_ins = [
        chance.choice(originals_of[pack.sprites[i].category])
        for i in held
        if len(originals_of[pack.sprites[i].category])
    ]
    _, _, stand_in_features = classify(classifier, torch.from_numpy(pack.images[stand_ins]))
    by_category, spread = {}, {}
    for place, name in enumerate(CATEGORIES):
        pool = originals_of[name]
        chosen = chance.choice(pool, min(200, len(pool)), replace=False) if len(pool) > 1 else pool
        spread[name] = mean_distance(torch.from_numpy(pack.images[chosen])) if len(pool) > 1 else float("nan")
        of_prompts = [i for i, prompt in enumerate(prompts) if prompt.category == name]
        mine, theirs = wanted == place, truth == place
        with_colour = mine & coloured
        distances = [mean_distance(drawn[i]) for i in of_prompts]
        by_category[name] = {
            "prompts": len(of_prompts),
            "categoryAccuracy": _rounded(right[mine].mean()),
            "categoryAccuracyReal": _rounded(real_right[theirs].mean()),
            "colorAccuracy": _rounded(named[with_colour].mean()),
            "diversity": _rounded(np.mean(distances) / spread[name] if distances else float("nan")),
        }
    by_colour = {
        name: _rounded(named[coloured & (colour_index == place)].mean()) for place, name in enumerate(COLOUR_FAMILIES)
    }
    manners = sorted({prompt.manner for prompt in prompts if prompt.manner})
    by_manner = {}
    for name in manners:
        said = torch.tensor([prompt.manner == name for prompt in prompts]).repeat_interleave(seeds)
        by_manner[name] = {
            "prompts": int(said.sum()) // seeds,
            "categoryAccuracy": _rounded(right[said].mean()),
            "colorAccuracy": _rounded(named[said & coloured].mean()),
        }
    ratios = [mean_distance(drawn[i]) / spread[prompt.category] for i, prompt in enumerate(prompts)]
    originals = torch.from_numpy(pack.images[training])
    copies = near_copies(flat, originals, device)
    held_copies = near_copies(real_images, originals, device)
    return {
        "prompts": len(prompts),
        "seeds": seeds,
        "categoryAccuracy": _rounded(right.mean()),
        "categoryAccuracyReal": _rounded(real_right.mean()),
        # The held-out set with as many sprites of each category as the prompts have.
        "categoryAccuracyRealSameMix": _rounded(
            np.average(
                [by_category[name]["categoryAccuracyReal"] or 0 for name in CATEGORIES],
                weights=[by_category[name]["prompts"] for name in CATEGORIES],
            )
        ),
        "colorAccuracy": _rounded(named[coloured].mean()),
        "colorAccuracyReal": _rounded(real_named.mean()),
        "kid": _rounded(1000 * kernel_distance(real_features, drawn_features), 2),
        "kidReal": _rounded(1000 * kernel_distance(real_features, stand_in_features), 2),
        "diversity": _rounded(np.mean(ratios)),
        "nearCopyPct": _rounded(100 * copies.float().mean(), 2),
        "nearCopyPctReal": _rounded(100 * held_copies.float().mean(), 2),
        "orphanPixelPct": _rounded(100 * orphan_share(flat), 2),
        "orphanPixelPctReal": _rounded(100 * orphan_share(real_images), 2),
        "colors": int(np.median([colours_used(image) for image in flat])),
        "colorsReal": int(np.median([colours_used(image) for image in real_images])),
        "byCategory": by_category,
        "byColor": by_colour,
        **({"byManner": by_manner} if by_manner else {}),
    }


def _rounded(value: float | Tensor | np.floating, digits: int = 4) -> float | None:
    number = float(value)
    return round(number, digits) if np.isfinite(number) else None


def draw(
    model,
    vocabulary,
    settings,
    prompts: Sequence[Prompt],
    pack: Pack,
    seeds: int = SEEDS,
    every: int = 1,
    seed: int = 0,
) -> tuple[Tensor, Tensor]:
    """What `measure` wants: the prompts `seeds` times each, and every N-th of the held-out captions once."""
    from .sample import sample

    texts = [prompt.prompt for prompt in prompts for _ in range(seeds)]
    drawn = sample(model, vocabulary, texts, settings, seed).unflatten(0, (len(prompts), seeds))
    captions = [pack.sprites[i].caption for i in pack.indices("heldout")[::every]]
    return drawn, sample(model, vocabulary, captions, settings, seed + 1)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sprite_model.evaluate", description="Measure what the generator draws.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("classifier", type=Path)
    parser.add_argument("--samples", type=Path, help="sprites drawn elsewhere")
    parser.add_argument("--model", type=Path, help="checkpoint, or the prototype's folder")
    parser.add_argument("--words", type=Path)
    parser.add_argument("--prompts", type=Path, default=PROMPTS_FILE)
    parser.add_argument("--steps", type=int, nargs="+", default=[8])
    parser.add_argument("--guidance", type=float, nargs="+", default=[3.0])
    parser.add_argument("--seeds", type=int, default=SEEDS, help="sprites of each prompt; at least 2")
    parser.add_argument("--every", type=int, default=1, help="take every N-th of the prompts and held-out captions")
    parser.add_argument("--time-power", type=float, default=1.0)
    parser.add_argument("--name", default="float", help="the key under which the figures are filed")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--save-samples", type=Path)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args(arguments)
    device = torch.device(options.device)
    try:
        pack = Pack.load(options.pack)
        prompts = read_prompts(options.prompts)[:: options.every]
        if options.samples:
            with np.load(options.samples) as stored:
                results = [(options.name, torch.from_numpy(stored["prompts"]), torch.from_numpy(stored["heldout"]))]
        elif options.model and options.words:
            from .sample import SamplerSettings
            from .train import load_start, load_words

            model, vocabulary = load_start(options.model).to(device), load_words(options.words)
            grid = [(steps, guidance) for steps in options.steps for guidance in options.guidance]
            results = (
                (
                    options.name if len(grid) == 1 else f"{options.name}, {steps} steps, guidance {guidance:g}",
                    *draw(
                        model,
                        vocabulary,
                        SamplerSettings(steps, guidance, options.time_power),
                        prompts,
                        pack,
                        options.seeds,
                        options.every,
                    ),
                )
                for steps, guidance in grid
            )
        else:
            raise DatasetError("Cannot evaluate: give either --samples, or --model and --words")
        classifier = load_classifier(options.classifier).to(device)
        filed = json.loads(options.out.read_text("utf-8")) if options.out.exists() else {}
        for name, drawn, heldout in results:
            if options.save_samples:
                np.savez_compressed(options.save_samples, prompts=drawn.numpy(), heldout=heldout.numpy())
            figures = measure(pack, classifier, prompts, drawn, heldout, device)
            filed[name] = figures
            options.out.write_text(json.dumps(filed, indent=2) + "\n", "utf-8")
            print(
                name,
                json.dumps({key: value for key, value in figures.items() if not isinstance(value, dict)}),
                flush=True,
            )
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
