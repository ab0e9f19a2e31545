"""New weapons and potions out of the halves of two: the head of an axe on another's handle.

    images, sprites = recombined(pack, seed=0, each=2)

Both halves come from one source, and are joined at the row where they fit best: the same columns
opaque, in near colours. A weapon is named by its upper half, where its head is; a potion by its lower
half, where the liquid is. The same was tried on monsters and is left out: half of them fall apart, and
no caption is true of an owl with a lizard's legs.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import torch

from .augment import colour_shares
from .captions import Sprite
from .prepare import Pack, named_colours
from .text import split

# Where halves may be joined; even, so that doubled art keeps its grid.
ROWS = range(10, 24, 2)
# What a join is worth at least: the share of common columns, less the mean difference in value over 300.
LEAST_FIT = 0.8
# Both halves have to matter: the least share of the canvas that differs from either origin.
LEAST_CHANGE = 0.05
TRIES = 24
# Held across, worn, thrown or slanted: without a head above and a handle below.
_WHOLE = frozenset(
    "bow longbow shortbow crossbow arbalest gun pistol rifle launcher cannon whip sling blowgun glove gloves fist claw "
    "claws gauntlet arrow bolt needle shuriken star boomerang net bullet stone rock dart rocket bomb grenade chain "
    "nunchaku fan slanted tube".split()
)
# Sets in one hand's manner, whose halves may be mixed.
_KIN = {"dcss-nov2015": "dcss", "dcss-2026": "dcss", "dcss-oct2010": "dcss"}


def is_mixable(sprite: Sprite) -> bool:
    words = set(split(sprite.caption))
    # Art in one colour betrays every join.
    return sprite.category in ("potion", "weapon") and not words & _WHOLE and "one-bit" not in sprite.tags


def best_join(upper: np.ndarray, lower: np.ndarray) -> tuple[float, int]:
    """How well two sprites (uint8 [H, W, 4]) fit, and the row from which on the lower one is taken."""
    rows = np.array(ROWS)
    above, below = upper[rows - 1].astype(int), lower[rows].astype(int)
    both, either = (above[..., 3] > 0) & (below[..., 3] > 0), (above[..., 3] > 0) | (below[..., 3] > 0)
    common = both.sum(1)
    difference = (np.abs(above - below)[..., :3].mean(2) * both).sum(1) / np.maximum(common, 1)
    fit = np.where(common >= 3, common / np.maximum(either.sum(1), 1) - difference / 300, -1.0)
    place = int(fit.argmax())
    return float(fit[place]), ROWS[place]


def recombined(pack: Pack, seed: int, each: int = 2) -> tuple[np.ndarray, list[Sprite]]:
    """Up to `each` mixtures for every training sprite that can give a name: uint8 [N, H, W, 4], and their records."""
    chance = Random(seed)
    groups: dict[tuple[str, str, bool], list[int]] = {}
    for index in pack.indices("train"):
        sprite = pack.sprites[index]
        if is_mixable(sprite):
            groups.setdefault((_KIN.get(sprite.source, sprite.source), sprite.category, sprite.doubled), []).append(
                index
            )
    images, sprites = [], []
    for (_, category, _), members in groups.items():
        for named in members:
            partners = chance.sample(members, min(TRIES, len(members)))
            found = 0
            for other in partners:
                above, below = (named, other) if category == "weapon" else (other, named)
                upper, lower = pack.images[above], pack.images[below]
                fit, row = best_join(upper, lower)
                mixed = np.concatenate([upper[:row], lower[row:]])
                change = min((mixed != origin).any(-1).mean() for origin in (upper, lower))
                if fit < LEAST_FIT or change < LEAST_CHANGE:
                    continue
                own = pack.sprites[named]
                images.append(mixed)
                sprites.append(replace(own, id=f"{own.id}+{pack.sprites[other].id}", tags=[*own.tags, "recombined"]))
                found += 1
                if found == each:
                    break
    if not images:
        return np.zeros((0, *pack.images.shape[1:]), np.uint8), []
    shares = colour_shares(torch.from_numpy(np.stack(images))).tolist()
    return np.stack(images), [replace(sprite, colours=named_colours(own)) for sprite, own in zip(sprites, shares)]
