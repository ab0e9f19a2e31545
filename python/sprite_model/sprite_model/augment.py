"""What may be done to a sprite so that its caption, rewritten where needed, stays true.

    shares = colour_shares(images)                        # [N, 12], over COLOUR_FAMILIES
    recoloured = recolour(images, "red", "green", wide)   # palette swaps, light and shade kept
    moved = toroidal_roll(images, down, right)            # shifts and seamless tiles

Images are uint8 [N, H, W, 4], straight alpha 0 or 255. All functions run on whichever device
holds the images, and map equal colours to equal colours, so that a palette stays a palette.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

COLOUR_FAMILIES = (
    "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "brown", "white", "gray", "black",
)  # fmt: skip
CHROMATIC_FAMILIES = COLOUR_FAMILIES[:8]
# Typical lightness, chroma and hue in degrees (OKLCh) of a saturated sprite colour of each family.
PROTOTYPES = {
    "red": (0.56, 0.21, 27.0),
    "orange": (0.70, 0.17, 58.0),
    "yellow": (0.84, 0.16, 98.0),
    "green": (0.60, 0.18, 143.0),
    "cyan": (0.76, 0.12, 200.0),
    "blue": (0.50, 0.19, 262.0),
    "purple": (0.48, 0.19, 302.0),
    "pink": (0.68, 0.20, 345.0),
    "brown": (0.45, 0.08, 58.0),
    "white": (0.93, 0.0, 0.0),
    "gray": (0.60, 0.0, 0.0),
    "black": (0.22, 0.0, 0.0),
}
ACHROMATIC_CHROMA = 0.04
BLACK_LIGHTNESS = 0.32
WHITE_LIGHTNESS = 0.86
# Half-widths in degrees of the hue window that a recolouring moves, and of the ramp beside it.
NARROW_WINDOW = (22.0, 8.0)
WIDE_WINDOW = (55.0, 20.0)


def srgb_to_oklab(rgb: Tensor) -> Tensor:
    """[..., 3] in 0..1 -> lightness, a, b. Björn Ottosson, 'A perceptual color space for image processing'."""
    linear = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = linear @ _matrix(_LINEAR_TO_CONES, rgb)
    return cones.clamp(min=0) ** (1 / 3) @ _matrix(_ROOTS_TO_LAB, rgb)


def oklab_to_srgb(lab: Tensor) -> Tensor:
    """The inverse of `srgb_to_oklab`, clamped to 0..1."""
    linear = ((lab @ _matrix(_LAB_TO_ROOTS, lab)) ** 3) @ _matrix(_CONES_TO_LINEAR, lab)
    linear = linear.clamp(0, 1)
    return torch.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear.clamp(min=1e-8) ** (1 / 2.4) - 0.055)


_LINEAR_TO_CONES = [
    [0.4122214708, 0.2119034982, 0.0883024619],
    [0.5363325363, 0.6806995451, 0.2817188376],
    [0.0514459929, 0.1073969566, 0.6299787005],
]
_ROOTS_TO_LAB = [
    [0.2104542553, 1.9779984951, 0.0259040371],
    [0.7936177850, -2.4285922050, 0.7827717662],
    [-0.0040720468, 0.4505937099, -0.8086757660],
]
_LAB_TO_ROOTS = torch.linalg.inv(torch.tensor(_ROOTS_TO_LAB, dtype=torch.float64)).tolist()
_CONES_TO_LINEAR = torch.linalg.inv(torch.tensor(_LINEAR_TO_CONES, dtype=torch.float64)).tolist()


def _matrix(rows: list[list[float]], like: Tensor) -> Tensor:
    return torch.tensor(rows, dtype=like.dtype, device=like.device)


def lightness_chroma_hue(rgb: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """[..., 3] in 0..1 -> OKLCh, the hue in degrees 0..360."""
    lab = srgb_to_oklab(rgb)
    return lab[..., 0], torch.hypot(lab[..., 1], lab[..., 2]), _hue_of(lab)


def _hue_of(lab: Tensor) -> Tensor:
    return torch.rad2deg(torch.atan2(lab[..., 2], lab[..., 1])) % 360


def families(rgb: Tensor) -> Tensor:
    """[..., 3] in 0..1 -> index into COLOUR_FAMILIES: what a person would call a pixel of this colour."""
    lightness, chroma, hue = lightness_chroma_hue(rgb)
    index = {name: place for place, name in enumerate(COLOUR_FAMILIES)}
    edges = [(12, "pink"), (42, "red"), (76, "orange"), (116, "yellow"), (172, "green"), (225, "cyan"),
             (283, "blue"), (318, "purple"), (361, "pink")]  # fmt: skip
    bounds = torch.tensor([edge for edge, _ in edges], dtype=hue.dtype, device=hue.device)
    names = torch.tensor([index[name] for _, name in edges], device=hue.device)
    family = names[torch.bucketize(hue, bounds, right=True).clamp(max=len(edges) - 1)]
    # Dim or dull orange is brown, and so is dark yellow that is not yet olive; pale red is pink.
    warm = (hue >= 30) & (hue < 92)
    family = torch.where(warm & ((lightness < 0.55) | (chroma < 0.095)), index["brown"], family)
    # What is darker than pink is purple on one side and red on the other.
    dark_pink = (family == index["pink"]) & (lightness < 0.5)
    family = torch.where(dark_pink, torch.where((hue >= 318) & (hue < 345), index["purple"], index["red"]), family)
    family = torch.where((family == index["red"]) & (lightness > 0.76), index["pink"], family)
    family = torch.where((chroma < 0.13) & (hue < 30) & (lightness < 0.45) & (hue >= 12), index["red"], family)
    gray = torch.where(lightness > WHITE_LIGHTNESS, index["white"], index["gray"])
    family = torch.where(chroma < ACHROMATIC_CHROMA, gray, family)
    dark = (lightness < BLACK_LIGHTNESS) & ((chroma < 0.06) | (lightness < 0.18))
    return torch.where(dark, index["black"], family)


def colour_shares(images: Tensor) -> Tensor:
    """[N, H, W, 4] -> float [N, 12]: each family's share of the opaque pixels.

    Black is counted over all opaque pixels, the others over those that are not black: most sprites
    are outlined in black, and the outline is not what anyone names. An empty sprite has all zeros.
    """
    opaque = images[..., 3] > 127
    family = families(images[..., :3].float() / 255)
    counts = torch.stack([((family == i) & opaque).sum((1, 2)) for i in range(len(COLOUR_FAMILIES))], 1).float()
    black = counts[:, -1:]
    total = counts.sum(1, keepdim=True)
    rest = counts[:, :-1] / (total - black).clamp(min=1)
    return torch.cat([rest, black / total.clamp(min=1)], 1)


def recolour(images: Tensor, source: str, target: str, wide: bool) -> Tensor:
    """Moves the pixels of one colour family to another; light, shade and the other hues stay.

    The hue window sits around the mean hue of the sprite's own `source` pixels. `wide` takes the
    neighbouring hues along (fire is red, orange and yellow); narrow leaves skin and leather alone
    when a red robe turns green. A gray, white or black source takes the target's chroma where the
    pixel is neither black nor white; a gray, white or black target loses it.
    """
    rgb = images[..., :3].float() / 255
    lab = srgb_to_oklab(rgb)
    lightness, chroma, hue = lab[..., 0], torch.hypot(lab[..., 1], lab[..., 2]), _hue_of(lab)
    opaque = images[..., 3] > 127
    source_lightness, source_chroma, _ = PROTOTYPES[source]
    target_lightness, target_chroma, target_hue = PROTOTYPES[target]
    middle = (4 * lightness * (1 - lightness)).clamp(0, 1)
    if source_chroma == 0:
        weight = ((0.07 - chroma) / 0.03).clamp(0, 1)
        new_chroma = 0.85 * target_chroma * middle
        new_hue = torch.full_like(hue, target_hue)
    else:
        own = ((families(rgb) == COLOUR_FAMILIES.index(source)) & opaque).float() * chroma
        centre = torch.atan2((own * torch.deg2rad(hue).sin()).sum((1, 2)), (own * torch.deg2rad(hue).cos()).sum((1, 2)))
        away = (hue - torch.rad2deg(centre)[:, None, None] + 180) % 360 - 180
        half, ramp = WIDE_WINDOW if wide else NARROW_WINDOW
        weight = ((half + ramp - away.abs()) / ramp).clamp(0, 1) * ((chroma - 0.03) / 0.02).clamp(0, 1)
        new_chroma = chroma * min(max(target_chroma / source_chroma, 0.0), 2.0)
        new_hue = target_hue + 0.8 * away
    # Black and white ends stay where they are: an outline is an outline in every colour.
    new_lightness = lightness + 0.75 * (target_lightness - source_lightness) * middle
    turned = torch.deg2rad(new_hue)
    moved = torch.stack([new_lightness, new_chroma * turned.cos(), new_chroma * turned.sin()], -1)
    mixed = torch.lerp(lab, moved, (weight * opaque)[..., None])
    out = images.clone()
    changed = (weight > 0) & opaque
    out[..., :3] = torch.where(
        changed[..., None], (oklab_to_srgb(mixed) * 255).round().to(torch.uint8), images[..., :3]
    )
    return out


def toroidal_roll(images: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Rolls each image by its own whole number of pixels; what leaves at one edge enters at the other."""
    count, height, width = images.shape[:3]
    rows = (torch.arange(height, device=images.device)[None] - down[:, None]) % height
    columns = (torch.arange(width, device=images.device)[None] - right[:, None]) % width
    return images[torch.arange(count, device=images.device)[:, None, None], rows[:, :, None], columns[:, None, :]]


def margins(images: Tensor) -> Tensor:
    """[N, H, W, 4] -> int [N, 4]: empty rows and columns at the top, bottom, left and right."""
    opaque = images[..., 3] > 127
    rows, columns = opaque.any(2), opaque.any(1)

    def leading(filled: Tensor) -> Tensor:
        return (filled.cumsum(1) == 0).sum(1)

    return torch.stack([leading(rows), leading(rows.flip(1)), leading(columns), leading(columns.flip(1))], 1)


def is_doubled(images: Tensor) -> Tensor:
    """[N] true where every 2x2 block has one colour: art drawn at half the size."""
    count, height, width = images.shape[:3]
    blocks = images.view(count, height // 2, 2, width // 2, 2, 4)
    return (blocks == blocks[:, :, :1, :, :1]).flatten(1).all(1)


def is_seamless(images: Tensor, tolerance: float = 1.25) -> Tensor:
    """[N] true for a full tile whose step across the wrapped edge is no larger than steps inside it."""
    full = (images[..., 3] > 127).flatten(1).all(1)
    rgb = images[..., :3].float()
    down = (rgb - rgb.roll(1, 1)).abs().mean((2, 3))
    right = (rgb - rgb.roll(1, 2)).abs().mean((1, 3))

    def closes(steps: Tensor) -> Tensor:
        # Step 0 is the wrapped one. A tile of bricks has a few large steps inside: compare with the larger third.
        inner = steps[:, 1:].sort(1).values[:, -(steps.shape[1] // 3) :].mean(1)
        return steps[:, 0] <= tolerance * inner + 1.0

    return full & closes(down) & closes(right)


def to_model_form(images: Tensor) -> Tensor:
    """uint8 [N, H, W, 4] -> float [N, 4, H, W] in -1..1, colour times coverage (see model.py)."""
    scaled = images.permute(0, 3, 1, 2).float() / 255
    alpha = scaled[:, 3:]
    return torch.cat([(scaled[:, :3] * 2 - 1) * alpha, alpha * 2 - 1], 1)


def from_model_form(values: Tensor) -> Tensor:
    """The inverse of `to_model_form` for what a model drew: alpha cut at half, uint8 [N, H, W, 4]."""
    opaque = values[:, 3:] > 0
    rgb = ((values[:, :3].clamp(-1, 1) + 1) * 127.5).round() * opaque
    return torch.cat([rgb, opaque * 255.0], 1).to(torch.uint8).permute(0, 2, 3, 1).contiguous()


_TO_YIQ = [[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]]
_FROM_YIQ = torch.linalg.inv(torch.tensor(_TO_YIQ, dtype=torch.float64)).tolist()


def colour_jitter(values: Tensor, generator: torch.Generator | None, share: float = 0.6) -> Tensor:
    """Turns the hue by up to about 8 degrees and scales saturation and brightness by up to about 15 %.

    Takes and returns the model's form. `share` of the images change; black and transparent stay as they are.
    """
    count, device = len(values), values.device

    def normal(deviation: float) -> Tensor:
        return torch.randn(count, device=device, generator=generator).clamp(-2, 2) * deviation

    changed = (torch.rand(count, device=device, generator=generator) < share).float()
    angle = normal(math.radians(4)) * changed
    saturation = 1 + normal(0.09) * changed
    gain = 1 + normal(0.07) * changed
    cosine, sine = saturation * angle.cos(), saturation * angle.sin()
    zero, one = torch.zeros_like(angle), torch.ones_like(angle)
    turn = torch.stack([one, zero, zero, zero, cosine, -sine, zero, sine, cosine], 1).view(-1, 3, 3)
    matrix = gain[:, None, None] * (_matrix(_FROM_YIQ, values) @ turn @ _matrix(_TO_YIQ, values))
    coverage = (values[:, 3:] + 1) / 2
    rgb = (values[:, :3] + 1) / 2
    rgb = torch.einsum("nij,njhw->nihw", matrix, rgb).clamp(0, 1)
    return torch.cat([(rgb * 2 - 1) * coverage, values[:, 3:]], 1)
