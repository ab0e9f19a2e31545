"""The second stage: a sprite at twice its size, every pixel in one of the colours around its source.

    model = Enlarger(EnlargerConfig())
    logits = model(coarse, fine)                   # [B, 25, 2H, 2W] over the 5x5 pixels around the source
    doubled = enlarge(model, images, steps=8)      # uint8 [B, 2H, 2W, 4]

A network that is asked for the colours of all pixels at once blurs what it cannot know: whether an
outline lies in the left or the right half of its pixel. So this one sees which pixels have been
decided already and predicts the others, the surest first, over a few steps (masked generation as in
Chang et al., 'MaskGIT', 2022). It chooses among the colours of the source's neighbourhood instead of
mixing new ones: the palette stays the palette, and edges stay hard.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .augment import srgb_to_oklab, to_model_form

# Half-width in source pixels of the square a pixel may take its colour from.
REACH = 2
CANDIDATES = (2 * REACH + 1) ** 2
# OKLab distance at which a colour counts as half wrong; opaque against transparent is 1.
COLOUR_TOLERANCE = 0.04
FARTHEST = 8.0


@dataclass(frozen=True)
class EnlargerConfig:
    """Widths in channels, depths in blocks of two convolutions, at the source's size and at the doubled one."""

    coarse_channels: int = 64
    coarse_blocks: int = 5
    fine_channels: int = 48
    fine_blocks: int = 5

    def to_dict(self) -> dict:
        return asdict(self)


class PlainBlock(nn.Module):
    """Two 3x3 convolutions beside an identity; starts as the identity. `dilation` widens what they see."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.relu(self.first(F.relu(x))))


class Enlarger(nn.Module):
    def __init__(self, config: EnlargerConfig) -> None:
        super().__init__()
        self.config = config
        coarse, fine = config.coarse_channels, config.fine_channels
        self.stem = nn.Conv2d(4, coarse, 3, padding=1)
        self.coarse = nn.ModuleList(PlainBlock(coarse, 1 + block % 3) for block in range(config.coarse_blocks))
        self.spread = nn.Conv2d(coarse, 4 * fine, 1)
        self.decided = nn.Conv2d(5, fine, 3, padding=1)
        self.fine = nn.ModuleList(PlainBlock(fine, 1 + block % 3) for block in range(config.fine_blocks))
        self.head = nn.Conv2d(fine, CANDIDATES, 1)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """Scores of the candidate colours, in rows of the 5x5 square from its top left.

        coarse  float [B, 4, H, W]: the source in the model's form
        fine    float [B, 5, 2H, 2W]: decided pixels in the model's form and a plane of 1; 0 where undecided
        returns float [B, 25, 2H, 2W]
        """
        x = self.stem(coarse)
        for block in self.coarse:
            x = block(x)
        x = F.pixel_shuffle(self.spread(F.relu(x)), 2) + self.decided(fine)
        for block in self.fine:
            x = block(x)
        return self.head(F.relu(x))


def neighbours(planes: Tensor) -> Tensor:
    """[B, C, H, W] -> [B, 25, C, H, W]: the pixels of each 5x5 square; beyond the edge, the edge's own pixels."""
    count, channels, height, width = planes.shape
    padded = F.pad(planes, (REACH,) * 4, mode="replicate")
    squares = F.unfold(padded, 2 * REACH + 1).view(count, channels, CANDIDATES, height, width)
    return squares.transpose(1, 2)


def double(planes: Tensor) -> Tensor:
    """Every pixel twice in both directions."""
    return planes.repeat_interleave(2, -1).repeat_interleave(2, -2)


def colour_space(images: Tensor) -> Tensor:
    """uint8 [B, H, W, 4] -> [B, 4, H, W]: OKLab of what is opaque, and alpha as 0 or 1."""
    alpha = (images[..., 3:] > 127).float()
    return torch.cat([srgb_to_oklab(images[..., :3].float() / 255) * alpha, alpha], -1).permute(0, 3, 1, 2)


def enlarging_loss(logits: Tensor, coarse: Tensor, target: Tensor, undecided: Tensor) -> Tensor:
    """Mean over undecided pixels of -log of the probability of a right colour, near ones counting in part.

    coarse and target are in `colour_space`, undecided [B, 2H, 2W].
    """
    candidates = double(neighbours(coarse).flatten(0, 1)).view(len(coarse), CANDIDATES, 4, *target.shape[-2:])
    difference = candidates - target[:, None]
    distance = torch.where(
        difference[:, :, 3].abs() > 0.5, 1.0, difference[:, :, :3].square().sum(2).clamp(min=1e-12).sqrt()
    )
    closeness = -(distance / COLOUR_TOLERANCE).clamp(max=FARTHEST)
    fit = torch.logsumexp(F.log_softmax(logits.float(), 1) + closeness, 1)
    return -(fit * undecided).sum() / undecided.sum().clamp(min=1)


def halve(images: Tensor, generator: torch.Generator | None) -> Tensor:
    """Sprites at half their size as somebody would draw them: each 2x2 block becomes one of its own pixels.

    uint8 [B, H, W, 4] -> [B, H/2, W/2, 4]. The pixel nearest to the other three is taken, with a leaning to
    dark ones that differs by sprite, so that outlines stay whole in some and break in others; a block with
    two opaque pixels is opaque, and in half of the sprites one is enough.
    """
    count, height, width, _ = images.shape
    blocks = (
        images.view(count, height // 2, 2, width // 2, 2, 4)
        .permute(0, 1, 3, 2, 4, 5)
        .reshape(count, height // 2, width // 2, 4, 4)
    )
    opaque = blocks[..., 3] > 127
    lab = srgb_to_oklab(blocks[..., :3].float() / 255)
    distance = (lab[..., :, None, :] - lab[..., None, :, :]).square().sum(-1).sqrt()
    both = opaque[..., :, None] & opaque[..., None, :]

    def one_each(values: Tensor) -> Tensor:
        return values.view(count, 1, 1, 1)

    draw = torch.rand(3, count, device=images.device, generator=generator)
    darkness = one_each((draw[0] < 0.6).float() * draw[1] * 2.0) * (1 - lab[..., 0])
    cost = (distance * both).sum(-1) - darkness + torch.where(opaque, 0.0, 1e3)
    chosen = cost.argmin(-1, keepdim=True)
    picked = blocks.gather(3, chosen[..., None].expand(*chosen.shape, 4))[..., 0, :]
    enough = torch.where(draw[2] < 0.5, 1, 2).view(count, 1, 1)
    return picked * (opaque.sum(-1) >= enough)[..., None]


def decided_planes(images: Tensor, decided: Tensor) -> Tensor:
    """The network's second input: uint8 [B, H, W, 4] and bool [B, H, W] -> float [B, 5, H, W]."""
    mask = decided[:, None].float()
    return torch.cat([to_model_form(images) * mask, mask], 1)


@torch.no_grad()
def enlarge(model: Enlarger, images: Tensor, steps: int = 8) -> Tensor:
    """uint8 [B, H, W, 4] -> [B, 2H, 2W, 4] in the colours of the source, the surest pixels first.

    After step s of S a share of 1 - cos(pi / 2 * s / S) is decided: few at first, when little is known.
    """
    count, height, width, _ = images.shape
    coarse = to_model_form(images)
    packed = (images.long() * torch.tensor([1 << 24, 1 << 16, 1 << 8, 1], device=images.device)).sum(-1)
    candidates = double(neighbours(packed[:, None].double())[:, :, 0].long())
    pixels = 4 * height * width
    fine = torch.zeros(count, 2 * height, 2 * width, 4, dtype=torch.uint8, device=images.device)
    decided = torch.zeros(count, 2 * height, 2 * width, dtype=torch.bool, device=images.device)
    for step in range(1, steps + 1):
        chances = model(coarse, decided_planes(fine, decided)).float().softmax(1)
        # Equal colours add up.
        same = candidates[:, :, None] == candidates[:, None]
        totals = (chances[:, None] * same).sum(2)
        best, place = totals.max(1)
        colour = candidates.gather(1, place[:, None])[:, 0]
        wanted = pixels if step == steps else round(pixels * (1 - math.cos(math.pi / 2 * step / steps)))
        score = torch.where(decided, 2.0, best).flatten(1)
        order = score.argsort(dim=1, descending=True, stable=True)[:, :wanted]
        chosen = torch.zeros_like(score, dtype=torch.bool).scatter(1, order, True).view_as(decided) & ~decided
        values = torch.stack([colour >> 24, (colour >> 16) & 255, (colour >> 8) & 255, colour & 255], -1).to(
            torch.uint8
        )
        fine = torch.where(chosen[..., None], values, fine)
        decided = decided | chosen
    return fine
