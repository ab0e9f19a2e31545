"""A small network that names a sprite's category and colours, to judge what the generator draws.

    python -m sprite_model.classifier PACK CLASSIFIER.pt [--onnx CLASSIFIER.onnx]

It is trained on the training split only. Its last hidden layer is the feature space of the kernel
distance in evaluate.py. Colours are labelled from the pixels (augment.colour_shares), categories
come from the dataset.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .augment import COLOUR_FAMILIES, colour_jitter, margins, to_model_form, toroidal_roll
from .prepare import DatasetError, Pack

CATEGORIES = (
    "animal", "armour", "character", "door", "effect", "food", "item", "monster", "other", "potion",
    "spell icon", "statue/altar", "tile-floor", "tile-wall", "tree/plant", "ui icon", "vehicle", "weapon",
)  # fmt: skip
FEATURES = 128
FORMAT = "sprite-classifier/1"


class SpriteClassifier(nn.Module):
    """[B, 4, 32, 32] in the model's form -> category logits [B, 18], colour logits [B, 12], features [B, 128]."""

    def __init__(self, widths: Sequence[int] = (24, 48, 80, 104)) -> None:
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
        self.colour = nn.Linear(FEATURES, len(COLOUR_FAMILIES))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.body(image)
        features = F.relu(self.hidden(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)))
        dropped = F.dropout(features, 0.2, self.training)
        return self.category(dropped), self.colour(dropped), features


def colour_labels(colours: Sequence[Sequence[str]]) -> Tensor:
    """Names of families -> float [N, 12] of 0 and 1."""
    labels = torch.zeros(len(colours), len(COLOUR_FAMILIES))
    for row, names in enumerate(colours):
        for name in names:
            labels[row, COLOUR_FAMILIES.index(name)] = 1
    return labels


def train_classifier(pack: Pack, device: torch.device, epochs: int, batch: int = 512, seed: int = 0) -> SpriteClassifier:
    """Trains on the training split; compositions, which all look alike, count for a sixth."""
    indices = pack.indices("train")
    sprites = [pack.sprites[i] for i in indices]
    images = torch.from_numpy(pack.images[indices]).to(device)
    categories = torch.tensor([CATEGORIES.index(sprite.category) for sprite in sprites], device=device)
    colours = colour_labels([sprite.colours for sprite in sprites]).to(device)
    room = margins(images)
    counts = torch.bincount(categories, minlength=len(CATEGORIES)).float()
    # Part-way to equal categories: the judge must know the rare ones, and not guess them everywhere.
    weights = counts[categories] ** -0.4
    composed = torch.tensor(["composition" in sprite.tags for sprite in sprites], device=device)
    weights = torch.where(composed, weights / 6, weights)
    torch.manual_seed(seed)
    generator = torch.Generator(device).manual_seed(seed)
    model = SpriteClassifier().to(device)
    steps = epochs * math.ceil(len(sprites) / batch)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    for _ in range(steps):
        chosen = torch.multinomial(weights, batch, replacement=True, generator=generator)
        x = images[chosen]
        moves = []
        for before, after in ((0, 1), (2, 3)):
            wanted = torch.randint(-3, 4, (batch,), device=device, generator=generator)
            moves.append(torch.maximum(torch.minimum(wanted, room[chosen, after]), -room[chosen, before]))
        x = toroidal_roll(x, moves[0], moves[1])
        flip = torch.rand(batch, device=device, generator=generator) < 0.5
        x = torch.where(flip[:, None, None, None], x.flip(2), x)
        x = colour_jitter(to_model_form(x), generator, 0.3)
        category, colour, _ = model(x)
        loss = F.cross_entropy(category, categories[chosen], label_smoothing=0.1)
        loss = loss + F.binary_cross_entropy_with_logits(colour, colours[chosen]) * 2
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
    return model.eval()


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
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args(arguments)
    try:
        pack = Pack.load(options.pack)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    model = train_classifier(pack, torch.device(options.device), options.epochs)
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
