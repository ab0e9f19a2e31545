"""A small network that names a sprite's category and colours, to judge what the generator draws.

    python -m sprite_model.classifier PACK CLASSIFIER.pt (--steps N | --seconds S) [--onnx CLASSIFIER.onnx]

It is trained on the training split only, and on palette swaps of it: a red dragon and a green one are
both monsters. Its last hidden layer is the feature space of the kernel distance in evaluate.py.
Colours are labelled from the pixels (augment.colour_shares), categories come from the dataset. Under
torchrun the processes share each batch (see team.py).
"""

from __future__ import annotations

import argparse
import copy
import math
import sys
import time
from pathlib import Path
from typing import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .augment import COLOUR_FAMILIES, colour_jitter, colour_shares, margins, to_model_form, toroidal_roll
from .prepare import DatasetError, Pack, named_colours
from .team import ALONE, CLOCK_STEPS, Team
from .train import apply_plans, recolour_plans

CATEGORIES = (
    "animal", "armour", "character", "door", "effect", "food", "item", "monster", "other", "potion",
    "spell icon", "statue/altar", "tile-floor", "tile-wall", "tree/plant", "ui icon", "vehicle", "weapon",
)  # fmt: skip
FEATURES = 128
# Values of a single pixel that the colours are told from, by their means over the picture.
PIXEL_FEATURES = 32
# A colour is named from a sharp share on: large inputs spare the weights the long way there.
PIXEL_GAIN = 32.0
WIDTHS = (32, 56, 92, 120)
FORMAT = "sprite-classifier/2"
PEAK_RATE = 3e-3
AVERAGE_DECAY = 0.998
# Of a batch's sprites, those with recolourings: how many are shown recoloured.
RECOLOURED_SHARE = 0.5
# Side in pixels of the square that is wiped out of three in ten sprites.
WIPED = 8


class SpriteClassifier(nn.Module):
    """[B, 4, 32, 32] in the model's form -> category logits [B, 18], colour logits [B, 12], features [B, 128]."""

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 4
        for width in widths:
            layers += [nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            layers += [nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            if width != widths[-1]:
                layers.append(nn.MaxPool2d(2))
            channels = width
        self.body = nn.Sequential(*layers)
        self.hidden = nn.Linear(2 * channels, FEATURES)
        self.category = nn.Linear(FEATURES, len(CATEGORIES))
        # Whether a colour takes a quarter of what is not black is a sum over pixels, each looked at alone.
        self.pixels = nn.Sequential(
            nn.Conv2d(4, 64, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
            nn.Conv2d(64, PIXEL_FEATURES, 1, bias=False), nn.BatchNorm2d(PIXEL_FEATURES), nn.ReLU(),
        )  # fmt: skip
        self.colour = nn.Linear(PIXEL_FEATURES, len(COLOUR_FAMILIES))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.body(image)
        features = F.relu(self.hidden(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)))
        dropped = F.dropout(features, 0.3, self.training)
        return self.category(dropped), self.colour(self.pixels(image).mean((2, 3)) * PIXEL_GAIN), features


def colour_labels(colours: Sequence[Sequence[str]]) -> Tensor:
    """Names of families -> float [N, 12] of 0 and 1."""
    labels = torch.zeros(len(colours), len(COLOUR_FAMILIES))
    for row, names in enumerate(colours):
        for name in names:
            labels[row, COLOUR_FAMILIES.index(name)] = 1
    return labels


class JudgeSet:
    """Training sprites and their palette swaps, with a label for each; on one device."""

    def __init__(self, pack: Pack, device: torch.device, seed: int = 0) -> None:
        indices = pack.indices("train")
        if len(indices) == 0:
            raise DatasetError("Cannot train: the pack has no training sprites")
        sprites = [pack.sprites[i] for i in indices]
        originals = torch.from_numpy(pack.images[indices]).to(device)
        plans = [plan for place, sprite in enumerate(sprites) for plan in recolour_plans(sprite, place, seed)]
        self.images, kept = apply_plans(originals, plans)
        owners = torch.tensor([plans[place].sprite for place in kept], device=device)
        self.count = torch.bincount(owners, minlength=len(sprites))
        self.first = self.count.cumsum(0) - self.count
        self.margins = margins(originals)
        self.categories = torch.tensor([CATEGORIES.index(sprite.category) for sprite in sprites], device=device)
        self.colours = colour_labels([named_colours(shares) for shares in colour_shares(self.images).tolist()]).to(
            device
        )
        counts = torch.bincount(self.categories, minlength=len(CATEGORIES)).float()
        # Part-way to equal categories: the judge must know the rare ones, and not guess them everywhere.
        weights = counts[self.categories] ** -0.4
        # Compositions all look alike.
        composed = torch.tensor(["composition" in sprite.tags for sprite in sprites], device=device)
        self.weights = torch.where(composed, weights / 6, weights)

    def batch(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Images in the model's form, categories [N], colours [N, 12]."""
        device = self.images.device

        def uniform(*shape: int) -> Tensor:
            return torch.rand(*shape, device=device, generator=generator)

        chosen = torch.multinomial(self.weights, count, replacement=True, generator=generator)
        swap = (uniform(count) * self.count[chosen]).long()
        variant = self.first[chosen] + torch.where(uniform(count) < RECOLOURED_SHARE, swap, 0)
        x, room = self.images[variant], self.margins[chosen]
        moves = []
        for before, after in ((0, 1), (2, 3)):
            wanted = torch.randint(-4, 5, (count,), device=device, generator=generator)
            moves.append(torch.maximum(torch.minimum(wanted, room[:, after]), -room[:, before]))
        x = toroidal_roll(x, moves[0], moves[1])
        x = torch.where((uniform(count) < 0.5)[:, None, None, None], x.flip(2), x)
        clean = colour_jitter(to_model_form(x), generator, 0.3)
        nothing = torch.tensor([0.0, 0.0, 0.0, -1.0], device=device)[:, None, None]
        side = torch.arange(clean.shape[-1], device=device)
        corner = (uniform(2, count) * (clean.shape[-1] - WIPED)).long()[..., None]
        rows, columns = ((side >= corner) & (side < corner + WIPED)).unbind(0)
        wiped = rows[:, :, None] & columns[:, None] & (uniform(count) < 0.3)[:, None, None]
        return torch.where(wiped[:, None], nothing, clean), self.categories[chosen], self.colours[variant]


def train_classifier(
    pack: Pack,
    device: torch.device,
    steps: int | None = None,
    seconds: float | None = None,
    batch: int = 512,
    seed: int = 0,
    team: Team = ALONE,
) -> SpriteClassifier:
    """The averaged weights after `steps`, or after `seconds`."""
    data = JudgeSet(pack, device, seed + 7919 * team.rank)
    share = team.share_of(batch)
    torch.manual_seed(seed)
    model = SpriteClassifier().to(device)
    team.meet()
    team.same_start(model)
    average = copy.deepcopy(model).eval().requires_grad_(False)
    optimiser = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, weight_decay=0.05)
    # Dropout draws from the process' own generator: another for each member.
    torch.manual_seed(seed + team.rank)
    generator = torch.Generator(device).manual_seed(seed + 7919 * team.rank)
    started, used, done = time.monotonic(), 0.0, 0
    while True:
        if team.size == 1 or done % CLOCK_STEPS == 0:
            used = team.agree(time.monotonic() - started)
        progress = done / steps if steps is not None else used / (seconds or 1.0)
        if progress >= 1:
            break
        warmth = min(1.0, progress / 0.1 + 0.01)
        for group in optimiser.param_groups:
            group["lr"] = PEAK_RATE * warmth * (0.5 + 0.5 * math.cos(math.pi * progress))
        images, categories, colours = data.batch(share, generator)
        category, colour, _ = model(images)
        loss = F.cross_entropy(category, categories, label_smoothing=0.1)
        loss = loss + F.binary_cross_entropy_with_logits(colour, colours) * 2
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        mean = team.average(model.parameters(), loss)
        optimiser.step()
        done += 1
        decay = min(AVERAGE_DECAY, (1 + done) / (10 + done))
        with torch.no_grad():
            for kept, current in zip(average.state_dict().values(), model.state_dict().values()):
                kept.lerp_(current, 1 - decay) if kept.is_floating_point() else kept.copy_(current)
        if done % 500 == 0 and team.leads:
            print(f"step {done}, {used:.0f} s, loss {float(mean):.4f}", flush=True)
    # Each member has met other images: running means of the norms differ a little.
    team.same_start(average)
    return average


@torch.no_grad()
def classify(model: SpriteClassifier, images: Tensor, batch: int = 1024) -> tuple[Tensor, Tensor, Tensor]:
    """uint8 [N, 32, 32, 4] -> category index [N], colour probability [N, 12], features [N, 128], on the CPU."""
    device = next(model.parameters()).device
    results = [model(to_model_form(images[i : i + batch].to(device))) for i in range(0, len(images), batch)]
    category, colour, features = (torch.cat(part).float().cpu() for part in zip(*results))
    return category.argmax(1), colour.sigmoid(), features


def save_classifier(model: SpriteClassifier, path: Path) -> None:
    torch.save({"format": FORMAT, "weights": model.state_dict()}, path)


def load_classifier(path: Path) -> SpriteClassifier:
    stored = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ValueError(f"Cannot read {path.name}: it is no {FORMAT} file")
    model = SpriteClassifier()
    model.load_state_dict(stored["weights"])
    return model.eval()


def export_onnx(model: SpriteClassifier, path: Path) -> None:
    """Input `image` [B, 4, 32, 32]; outputs `category`, `colour` (logits) and `features`."""
    torch.onnx.export(
        model.cpu(),
        (torch.zeros(2, 4, 32, 32),),
        str(path),
        input_names=["image"],
        output_names=["category", "colour", "features"],
        dynamic_axes={name: {0: "batch"} for name in ("image", "category", "colour", "features")},
        dynamo=False,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sprite_model.classifier", description="Train the judge.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("classifier", type=Path)
    parser.add_argument("--onnx", type=Path)
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int)
    length.add_argument("--seconds", type=float)
    parser.add_argument("--batch", type=int, default=512, help="sprites of a step, over all processes")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args(arguments)
    team = Team.from_environment(options.device)
    torch.backends.cudnn.benchmark = True
    try:
        pack = Pack.load(options.pack)
        model = train_classifier(pack, team.device, options.steps, options.seconds, options.batch, team=team)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    team.part()
    if not team.leads:
        return 0
    save_classifier(model, options.classifier)
    held = pack.indices("heldout")
    category, colour, _ = classify(model, torch.from_numpy(pack.images[held]))
    truth = np.array([CATEGORIES.index(pack.sprites[i].category) for i in held])
    labels = colour_labels([pack.sprites[i].colours for i in held])
    print(f"held-out category accuracy {(category.numpy() == truth).mean():.3f}, "
          f"colour recall {((colour > 0.5) & (labels > 0)).sum() / labels.sum():.3f}")  # fmt: skip
    if options.onnx:
        export_onnx(model, options.onnx)
    return 0


if __name__ == "__main__":
    sys.exit(main())
