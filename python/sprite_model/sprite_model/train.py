"""Trains the denoiser on the pack.

    python -m sprite_model.train PACK RUN --words WORDS (--steps N | --seconds S) [--from CHECKPOINT]

WORDS is a folder with the pretrained word vectors (text.Vocabulary, or the prototype's files), RUN
the folder for `state.pt` (all that a resumed run needs), `model.pt` (averaged weights), `losses.jsonl` and the
extended word lists. A run that finds `state.pt` in RUN goes on from there; with --steps the result is
the one of an uninterrupted run, bit for bit on the CPU. Under torchrun the processes share each batch
(see team.py), and a run must be resumed by as many of them as began it.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import multiprocessing
import random
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Callable, NamedTuple, Sequence

import numpy as np
import torch
from torch import Tensor

from .augment import (
    CHROMATIC_FAMILIES,
    COLOUR_FAMILIES,
    colour_jitter,
    colour_shares,
    margins,
    recolour,
    to_model_form,
    toroidal_roll,
)
from .captions import COLOUR_WORDS, Sprite, caption_variants, colours_named, roles, vocabulary_additions
from .checkpoint import load_model, load_prototype, save_model
from .model import ModelConfig, SpriteDenoiser
from .parts import recombined
from .prepare import DatasetError, Pack
from .team import ALONE, CLOCK_STEPS, Team
from .text import Vocabulary, split

# Words a caption keeps: 64 patches + 1 leading token + 23 words = 88 tokens, a multiple of 8.
CAPTION_WORDS = 23
RECOLOURS = 6
# Of those sprites that have recolourings.
RECOLOURED_SHARE = 0.45
# What a swap may lead to beside the chromatic families, and what is wanted more than its share.
MORE_TARGETS = "orange cyan white white gray black black brown brown brown".split()
CAPTIONS_PER_IMAGE = 8
# Share of the batch that compositions of character parts get, and how strongly frequent categories lead.
COMPOSITION_SHARE = 0.22
CATEGORY_POWER = 0.5
TAG_WEIGHTS = {
    "part": 0.4, "sigil": 0.3, "blood": 0.3, "edge": 0.3, "base body": 0.5, "one-bit": 0.4, "water": 0.6,
}  # fmt: skip
# Nearest words by their pretrained vectors that a word may be moved to.
NEIGHBOURS = 4
NEIGHBOUR_REACH = 0.5
# What many ask for and few sprites are.
ROLE_WEIGHTS = {"ninja": 4.0, "pirate": 4.0, "samurai": 2.0}
NAN_CHECK_STEPS = 50


@dataclass(frozen=True)
class TrainSettings:
    # Images of a step, over all processes.
    batch: int = 1024
    peak_rate: float = 4e-4
    final_rate_share: float = 0.01
    warm_up_steps: int = 300
    weight_decay: float = 0.02
    average_decay: float = 0.9995
    caption_dropout: float = 0.12
    word_dropout: float = 0.06
    residual_dropout: float = 0.25
    # Standard deviation of what is added to each word vector (their length is 3), so that near words read alike.
    vector_noise: float = 0.06
    # Of the words, those whose vector is moved towards a neighbour's, by up to NEIGHBOUR_REACH of the way.
    neighbour_share: float = 0.1
    least_time: float = 0.05
    seed: int = 0


@dataclass(frozen=True)
class Recipe:
    """What is done to the data; each part can be left out to see what it is worth (ablate.py)."""

    recolouring: bool = True
    # Weapons and potions out of the halves of two.
    recombination: bool = True
    # Names, head nouns and categories beside whole captions.
    short_captions: bool = True
    # Moves, mirroring, and the jitter of colours.
    movement: bool = True
    # Categories and subjects get about as much of a batch each, instead of each sprite.
    balance: bool = True
    # Noise on word vectors, vectors on the way to a neighbour's, dropped words, dropped learned corrections.
    word_noise: bool = True

    def to_dict(self) -> dict:
        return asdict(self)


class Batch(NamedTuple):
    """Clean images in the model's form, and their captions as the model reads them."""

    images: Tensor
    vectors: Tensor
    words: Tensor
    mask: Tensor


class TrainingSet:
    """All recolourings and caption variants of the training sprites, on one device."""

    def __init__(
        self,
        pack: Pack,
        vocabulary: Vocabulary,
        device: torch.device,
        seed: int = 0,
        workers: int = 1,
        recipe: Recipe = Recipe(),
    ) -> None:
        indices = pack.indices("train")
        if len(indices) == 0:
            raise DatasetError("Cannot train: the pack has no training sprites")
        mixtures, mixed = recombined(pack, seed) if recipe.recombination else (pack.images[:0], [])
        self.sprites = [*(pack.sprites[i] for i in indices), *mixed]
        self.device = device
        self.recipe = recipe
        plans = [
            plan for place in range(len(self.sprites)) for plan in recolour_plans(self.sprites[place], place, seed)
        ]
        if not recipe.recolouring:
            plans = [plan for plan in plans if plan.source is None]
        jobs = [(self.sprites[plan.sprite], plan, seed * 1_000_003 + place, recipe) for place, plan in enumerate(plans)]
        # Processes are forked before this one touches the GPU.
        if workers > 1:
            with multiprocessing.get_context("fork").Pool(workers) as pool:
                captions = pool.map(_write_captions, jobs, chunksize=256)
        else:
            captions = [_write_captions(job) for job in jobs]
        originals = torch.from_numpy(np.concatenate([pack.images[indices], mixtures])).to(device)
        self.vectors = torch.from_numpy(
            np.concatenate([np.zeros((1, vocabulary.dimensions), np.float32), vocabulary.vectors])
        ).to(device)
        images, kept = apply_plans(originals, plans)
        # Plans are sorted by sprite, the original first: variants of sprite i are first[i] .. first[i] + count[i].
        owners = np.array([plans[place].sprite for place in kept])
        self.images = images
        self.count = torch.from_numpy(np.bincount(owners, minlength=len(self.sprites))).to(device)
        self.first = self.count.cumsum(0) - self.count
        self.rows, self.words = (
            torch.from_numpy(table).to(device) for table in encode_captions([captions[i] for i in kept], vocabulary)
        )
        self.neighbours = nearest_words(self.vectors, self.rows)
        # The neighbours of colours are other colours.
        for word in COLOUR_WORDS:
            if word in vocabulary.words:
                row = vocabulary.words.index(word) + 1
                self.neighbours[row] = row
        weights = sampling_weights(self.sprites) if recipe.balance else [1.0] * len(self.sprites)
        self.weights = torch.tensor(weights, device=device)
        self.margins = margins(originals)
        # Art drawn at half the size keeps its grid of 2x2 blocks when it moves.
        self.grid = torch.tensor([2 if sprite.doubled else 1 for sprite in self.sprites], device=device)
        self.seamless = torch.tensor([sprite.seamless for sprite in self.sprites], device=device)
        self.flippable = torch.tensor([is_flippable(sprite) for sprite in self.sprites], device=device)

    def batch(self, count: int, settings: TrainSettings, generator: torch.Generator) -> Batch:
        device = self.device

        def uniform(*shape: int) -> Tensor:
            return torch.rand(*shape, device=device, generator=generator)

        sprite = torch.multinomial(self.weights, count, replacement=True, generator=generator)
        others = self.count[sprite] - 1
        other = 1 + (uniform(count) * others).long().clamp(max=(others - 1).clamp(min=0))
        variant = self.first[sprite] + torch.where((uniform(count) < RECOLOURED_SHARE) & (others > 0), other, 0)
        images = self.images[variant]
        if self.recipe.movement:
            images = self._moved(images, sprite, uniform)
        clean = to_model_form(images)
        if self.recipe.movement:
            clean = colour_jitter(clean, generator)

        caption = (uniform(count) * self.rows.shape[1]).long()
        rows, words = self.rows[variant, caption].long(), self.words[variant, caption].long()
        mask = (rows >= 0) & (uniform(count) >= settings.caption_dropout)[:, None]
        vectors = self.vectors[rows.clamp(min=0)]
        if self.recipe.word_noise:
            # Single words vanish from captions that can spare one.
            spare = mask.sum(1, keepdim=True) >= 4
            mask = mask & ~(spare & (uniform(*mask.shape) < settings.word_dropout))
            # The pretrained vector has to carry the meaning alone now and then, as it must for unseen words.
            words = torch.where(uniform(*words.shape) < settings.residual_dropout, 0, words)
            # A synonym's vector lies that way, and has no correction either.
            moved = uniform(*words.shape) < settings.neighbour_share
            words = torch.where(moved, 0, words)
            way = uniform(*words.shape) * NEIGHBOUR_REACH * moved
            choice = (uniform(*words.shape) * NEIGHBOURS).long()
            neighbour = self.neighbours[rows.clamp(min=0), choice]
            vectors = torch.lerp(vectors, self.vectors[neighbour], way[..., None])
            noise = torch.randn(vectors.shape, device=device, generator=generator) * settings.vector_noise
            vectors = vectors + noise
        return Batch(clean, vectors, words, mask.float())

    def _moved(self, images: Tensor, sprite: Tensor, uniform: Callable[[int], Tensor]) -> Tensor:
        """Up to two pixels inside their margins, seamless tiles any distance around the torus; some are mirrored."""
        count, side = images.shape[:2]
        grid, margin, seamless = self.grid[sprite], self.margins[sprite], self.seamless[sprite]
        moves = []
        for before, after in ((0, 1), (2, 3)):
            wanted = (((uniform(count) * 5).long() - 2) * (uniform(count) < 0.5) // grid) * grid
            inside = torch.maximum(
                torch.minimum(wanted, margin[:, after] // grid * grid), -(margin[:, before] // grid * grid)
            )
            around = (uniform(count) * (side // grid)).long() * grid
            moves.append(torch.where(seamless, around, inside))
        images = toroidal_roll(images, moves[0], moves[1])
        flip = self.flippable[sprite] & (uniform(count) < 0.5)
        return torch.where(flip[:, None, None, None], images.flip(2), images)


def nearest_words(vectors: Tensor, rows: Tensor, chunk: int = 512) -> Tensor:
    """[V, NEIGHBOURS] by the angle between vectors; a row that is not among `rows`, or has no vector, gets itself."""
    own = torch.arange(len(vectors), device=vectors.device)
    nearest = own[:, None].repeat(1, NEIGHBOURS)
    directions = torch.nn.functional.normalize(vectors, dim=1)
    used = rows[rows > 0].unique().long()
    for piece in used.split(chunk):
        likeness = directions[piece] @ directions.T
        likeness[torch.arange(len(piece), device=vectors.device), piece] = -2
        found = likeness.topk(min(NEIGHBOURS, len(vectors) - 1)).indices
        nearest[piece, : found.shape[1]] = found
    return nearest


class RecolourPlan(NamedTuple):
    """`source` None is the sprite as it is. `named` says that its caption has words for the source colour."""

    sprite: int
    source: str | None
    target: str | None
    wide: bool
    named: bool


def recolour_plans(sprite: Sprite, place: int, seed: int) -> list[RecolourPlan]:
    """The original, then up to RECOLOURS - 1 palette swaps whose caption can be kept true.

    A character's colours change only where the caption names them, and never brown or orange, which
    are its skin and leather. Anything else may change in any colour that its picture shows enough of;
    the caption then says so.
    """
    chance = random.Random(f"{seed} recolour {sprite.id}")
    plans = [RecolourPlan(place, None, None, False, False)]
    named = colours_named(sprite.caption)
    person = sprite.category == "character"
    if person:
        sources = sorted(named & (set(CHROMATIC_FAMILIES) - {"orange"}))
    else:
        sources = [family for family in sprite.colours if family not in ("black",)]
    for _ in range(RECOLOURS - 1):
        if not sources:
            break
        source = chance.choice(sources)
        targets = [*CHROMATIC_FAMILIES * 3, *MORE_TARGETS]
        target = chance.choice([family for family in targets if family != source])
        plans.append(RecolourPlan(place, source, target, not person, source in named))
    return plans


def apply_plans(originals: Tensor, plans: Sequence[RecolourPlan], chunk: int = 4096) -> tuple[Tensor, list[int]]:
    """The images of those plans that worked, and their places among the plans: the target's colour is there, in place of the source's."""
    images = originals[torch.tensor([plan.sprite for plan in plans], device=originals.device)]
    keep = torch.ones(len(plans), dtype=torch.bool, device=originals.device)
    groups: dict[tuple[str, str, bool], list[int]] = {}
    for place, plan in enumerate(plans):
        if plan.source is not None and plan.target is not None:
            groups.setdefault((plan.source, plan.target, plan.wide), []).append(place)
    for (source, target, wide), places in groups.items():
        for start in range(0, len(places), chunk):
            chosen = torch.tensor(places[start : start + chunk], device=originals.device)
            before = images[chosen]
            after = recolour(before, source, target, wide)
            was, now = COLOUR_FAMILIES.index(source), COLOUR_FAMILIES.index(target)
            old, new = colour_shares(before), colour_shares(after)
            gained = new[:, now] - old[:, now]
            images[chosen] = after
            enough = 0.12 if target == "black" else 0.6 * old[:, was].clamp(min=0.08)
            keep[chosen] = (gained >= enough) & (new[:, was] < 0.5 * old[:, was])
    return images[keep], torch.where(keep)[0].tolist()


def _write_captions(job: tuple[Sprite, RecolourPlan, int, Recipe]) -> list[str]:
    sprite, plan, seed, recipe = job
    chance = random.Random(seed)
    manner = {"shortens": recipe.short_captions, "max_words": CAPTION_WORDS}
    if plan.source is None or plan.target is None:
        return caption_variants(sprite, chance, CAPTIONS_PER_IMAGE, **manner)
    return caption_variants(
        sprite,
        chance,
        CAPTIONS_PER_IMAGE,
        renames={plan.source: plan.target} if plan.named else None,
        added_colour=None if plan.named and sprite.category == "character" else plan.target,
        **manner,
    )


def encode_captions(captions: Sequence[Sequence[str]], vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    """int32 [M, C, L] each: row + 1 of the pretrained vector (0 none, -1 padding), caption-word index."""
    row_of = {word: row + 1 for row, word in enumerate(vocabulary.words)}
    shape = (len(captions), len(captions[0]), CAPTION_WORDS)
    rows, words = np.full(shape, -1, np.int32), np.zeros(shape, np.int32)
    for i, variants in enumerate(captions):
        for j, text in enumerate(variants):
            tokens = split(text)[:CAPTION_WORDS]
            rows[i, j, : len(tokens)] = [row_of.get(word, 0) for word in tokens]
            words[i, j, : len(tokens)] = [vocabulary.caption_index(word) for word in tokens]
    return rows, words


def is_flippable(sprite: Sprite) -> bool:
    """False for what has letters or a named direction."""
    words = set(split(sprite.caption))
    return sprite.category != "ui icon" and not words & {"left", "right", "sign", "rune", "letter", "sigil", "one"}


def sampling_weights(sprites: Sequence[Sprite]) -> list[float]:
    """How often each sprite is drawn; the sum is 1.

    Categories are balanced part of the way, and within a category a subject with many sprites (grass,
    kraken segments) gets less for each of them, so that the three apples are seen as well.
    """
    groups = ["composition" if "composition" in sprite.tags else sprite.category for sprite in sprites]
    subjects = [
        " ".join(word for word in split(sprite.caption.split(",")[0]) if word not in COLOUR_WORDS) for sprite in sprites
    ]
    subject_counts = Counter(zip(groups, subjects))
    weights = []
    for sprite, group, subject in zip(sprites, groups, subjects):
        weight = 1.0 if group == "composition" else subject_counts[group, subject] ** -0.5
        for tag in sprite.tags:
            weight *= TAG_WEIGHTS.get(tag, 1.0)
        if sprite.category == "character":
            weight *= max([1.0, *(ROLE_WEIGHTS.get(role, 1.0) for role in roles(sprite.caption))])
        weights.append(weight)
    totals: Counter[str] = Counter()
    for group, weight in zip(groups, weights):
        totals[group] += weight
    shares = {group: total**CATEGORY_POWER for group, total in totals.items() if group != "composition"}
    scale = sum(shares.values()) or 1.0
    rest = 1 - COMPOSITION_SHARE if "composition" in totals else 1.0
    shares = {group: rest * share / scale for group, share in shares.items()}
    shares["composition"] = 1.0 if len(shares) == 0 else COMPOSITION_SHARE
    return [weight / totals[group] * shares[group] for group, weight in zip(groups, weights)]


class TrainingStopped(Exception):
    """A run that cannot go on; the message is one sentence and names the last good state."""


# Of so many images of the set, drawn by the generator.
LossFunction = Callable[[SpriteDenoiser, TrainingSet, int, torch.Generator], Tensor]


def note_loss(run: Path, step: int, seconds: float, loss: float) -> None:
    """Adds a line of JSON to the run's `losses.jsonl`, for whoever draws its curve.

    A resumed run adds to the file from the step of its last saved state: of two lines of a step the later one holds.
    """
    line = json.dumps({"step": step, "seconds": round(seconds, 1), "loss": round(loss, 5)})
    with (run / "losses.jsonl").open("a", encoding="utf-8") as losses:
        losses.write(line + "\n")


class Run:
    """One optimisation with averaged weights that can be stopped and resumed at any step."""

    def __init__(
        self,
        model: SpriteDenoiser,
        data: TrainingSet,
        settings: TrainSettings,
        loss: LossFunction,
        folder: Path,
        compiled: bool = False,
        team: Team = ALONE,
    ) -> None:
        self.model, self.data, self.settings = model, data, settings
        self.loss, self.folder, self.team = loss, folder, team
        self.share = team.share_of(settings.batch)
        team.same_start(model)
        self.average = copy.deepcopy(model).eval().requires_grad_(False)
        self.stepping = torch.compile(model) if compiled else model
        self.optimiser = torch.optim.AdamW(
            model.parameters(),
            lr=settings.peak_rate,
            betas=(0.9, 0.98),
            weight_decay=settings.weight_decay,
            fused=data.device.type == "cuda",
        )
        self.generator = torch.Generator(data.device)
        self.generator.manual_seed(settings.seed + 7919 * team.rank)
        self.step = 0
        self.elapsed = 0.0
        self.recent: list[Tensor] = []
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "state.pt").exists():
            self._restore()

    def run(self, steps: int | None, seconds: float | None, save_every: float = 240.0) -> float:
        """Goes on until `steps` or `seconds` are used up in all; returns the mean loss of the last steps."""
        started, base = time.monotonic(), self.elapsed
        saved = shown = base
        while True:
            if self.team.size == 1 or self.step % CLOCK_STEPS == 0:
                self.elapsed = self.team.agree(base + time.monotonic() - started)
            progress = self.step / steps if steps is not None else self.elapsed / (seconds or 1.0)
            if progress >= 1:
                break
            self._step(progress)
            if self.step % NAN_CHECK_STEPS == 0:
                self._check()
            if self.elapsed - shown >= 20 or self.step in (10, 100):
                shown = self.elapsed
                mean = self._check()
                if self.team.leads:
                    used = base + time.monotonic() - started
                    rate = self.settings.batch * self.step / used
                    print(f"step {self.step}, {used:.0f} s, loss {mean:.4f}, {rate:.0f} images/s", flush=True)
                self._note(mean)
            if self.elapsed - saved >= save_every:
                saved = self.elapsed
                self._check()
                self.save()
        last = self._check()
        self._note(last)
        self.save()
        return last

    def _note(self, loss: float) -> None:
        if self.team.leads:
            note_loss(self.folder, self.step, self.elapsed, loss)

    def _step(self, progress: float) -> None:
        cosine = 0.5 * (1 + math.cos(math.pi * progress))
        share = cosine * (1 - self.settings.final_rate_share) + self.settings.final_rate_share
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.peak_rate * share * min(1.0, (self.step + 1) / self.settings.warm_up_steps)
        loss = self.loss(self.stepping, self.data, self.share, self.generator)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        mean = self.team.average(self.model.parameters(), loss)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        decay = min(self.settings.average_decay, 1 - 1 / (self.step / 8 + 1))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - decay)
        self.recent = [*self.recent[-199:], mean]

    def _check(self) -> float:
        """The recent mean loss; raises TrainingStopped if it is no number."""
        mean = float(torch.stack(self.recent).mean()) if self.recent else 0.0
        if not math.isfinite(mean):
            state = self.folder / "state.pt"
            advice = f"{state.name} holds the last good state" if state.exists() else "no state was saved yet"
            raise TrainingStopped(f"Cannot go on: the loss is {mean} at step {self.step}; {advice}")
        return mean

    def save(self) -> None:
        generators = self.team.states(self.generator)
        if not self.team.leads:
            return
        state = {
            "settings": asdict(self.settings),
            "config": self.model.config.to_dict(),
            "step": self.step,
            "elapsed": self.elapsed,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "generators": generators,
            "recent": torch.stack(self.recent) if self.recent else torch.zeros(0),
        }
        partial = self.folder / "state.pt.partial"
        torch.save(state, partial)
        partial.replace(self.folder / "state.pt")
        save_model(self.average, self.folder / "model.pt", step=self.step, seconds=self.elapsed)

    def _restore(self) -> None:
        state = torch.load(self.folder / "state.pt", map_location=self.data.device, weights_only=True)
        if state["config"] != self.model.config.to_dict():
            raise TrainingStopped("Cannot resume: state.pt belongs to a model of another configuration")
        if state["settings"] != asdict(self.settings):
            raise TrainingStopped("Cannot resume: state.pt was made with other settings")
        if len(state["generators"]) != self.team.size:
            raise TrainingStopped(
                f"Cannot resume: state.pt was made by {len(state['generators'])} processes, there are {self.team.size}"
            )
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.generator.set_state(state["generators"][self.team.rank].cpu())
        self.step, self.elapsed = state["step"], state["elapsed"]
        self.recent = list(state["recent"])


def noised(clean: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The image at a random time, and the time. Most times lie where shapes are decided (0.5 and up)."""
    count = len(clean)
    time_ = torch.sigmoid(torch.randn(count, device=clean.device, generator=generator) + 0.5)
    noise = torch.randn(clean.shape, device=clean.device, generator=generator)
    share = time_[:, None, None, None]
    return (1 - share) * clean + share * noise, time_


def velocity_loss(predicted: Tensor, wanted: Tensor, time_: Tensor, least_time: float) -> Tensor:
    """The squared error of the velocity that a predicted clean image implies; bounded as the noise goes to 0."""
    return (((predicted.float() - wanted) / time_[:, None, None, None].clamp(min=least_time)) ** 2).mean()


def denoising_loss(settings: TrainSettings) -> LossFunction:
    def loss(model: SpriteDenoiser, data: TrainingSet, count: int, generator: torch.Generator) -> Tensor:
        batch = data.batch(count, settings, generator)
        image, time_ = noised(batch.images, generator)
        with torch.autocast(data.device.type, torch.bfloat16, enabled=data.device.type == "cuda"):
            predicted = model(image, time_, batch.vectors, batch.words, batch.mask)
        return velocity_loss(predicted, batch.images, time_, settings.least_time)

    return loss


def load_words(folder: Path) -> Vocabulary:
    """A vocabulary saved by this package, or the prototype's."""
    if (folder / "glove.npy").exists():
        words = json.loads((folder / "words.json").read_text("utf-8"))
        caption_words = json.loads((folder / "vocab.json").read_text("utf-8"))
        return Vocabulary(words, np.load(folder / "glove.npy").astype(np.float32)[1:], caption_words)
    return Vocabulary.load(folder)


def extended(vocabulary: Vocabulary, sprites: Sequence[Sprite]) -> Vocabulary:
    """The same with every word of the captions and of their rewriting; known words keep their index."""
    wanted = {word for sprite in sprites for word in split(sprite.caption)} | set(vocabulary_additions())
    new = sorted(wanted - set(vocabulary.caption_words))
    return replace(vocabulary, caption_words=[*vocabulary.caption_words, *new])


def widened(model: SpriteDenoiser, caption_words: int, max_words: int, takes_guidance: bool = False) -> SpriteDenoiser:
    """A copy with room for more caption words, fewer word positions, or an (at first inert) guidance input."""
    config = replace(model.config, caption_words=caption_words, max_words=max_words, takes_guidance=takes_guidance)
    copy_ = SpriteDenoiser(config)
    own = copy_.state_dict()
    for name, weight in model.state_dict().items():
        own[name] = weight
    residual = copy_.text.residual.weight.detach().clone()
    known = min(len(residual), len(model.text.residual.weight))
    residual[:known] = model.text.residual.weight.detach()[:known]
    own["text.residual.weight"] = residual
    own["text.positions"] = model.text.positions.detach()[:, :max_words]
    if takes_guidance and model.guidance is None:
        own["guidance.output.weight"] = torch.zeros_like(own["guidance.output.weight"])
        own["guidance.output.bias"] = torch.zeros_like(own["guidance.output.bias"])
    copy_.load_state_dict(own)
    return copy_


def load_start(path: Path) -> SpriteDenoiser:
    return load_prototype(path)[0] if path.is_dir() else load_model(path)


def add_run_arguments(parser: argparse.ArgumentParser, rate: float, seed: int) -> None:
    """What every command takes that makes a `Run`."""
    parser.add_argument("--words", type=Path, required=True, help="folder of the word lists and vectors")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int)
    length.add_argument("--seconds", type=float)
    parser.add_argument("--batch", type=int, default=TrainSettings.batch, help="images of a step, over all processes")
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--seed", type=int, default=seed)
    parser.add_argument("--workers", type=int, default=1, help="processes that write captions, for each GPU")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")


def ready(options: argparse.Namespace) -> Team:
    """This process' team, the torch of it set up; it has not met yet."""
    torch.manual_seed(options.seed)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    return Team.from_environment(options.device)


def compile_blocks(*models: SpriteDenoiser) -> None:
    """Block by block: the blocks are alike, so that one compilation serves all, in seconds instead of a minute."""
    for model in models:
        if model.patch_positions.device.type == "cuda":
            for part in (*model.blocks, *model.refine):
                part.compile()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sprite_model.train", description="Train the denoiser on a pack.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--from", dest="start", type=Path, help="checkpoint, or the prototype's folder, to start from")
    add_run_arguments(parser, TrainSettings.peak_rate, seed=0)
    parser.add_argument("--width", type=int, default=ModelConfig.width)
    parser.add_argument("--depth", type=int, default=ModelConfig.depth)
    parser.add_argument("--quick", action="store_true", help="compile block by block: sooner ready, slower steps")
    parser.add_argument("--without", action="append", default=[], choices=list(Recipe().to_dict()),
                        help="leave out a part of the recipe, to see what it is worth")  # fmt: skip
    options = parser.parse_args(arguments)
    team = ready(options)
    try:
        settings = TrainSettings(batch=options.batch, peak_rate=options.rate, seed=options.seed)
        recipe = Recipe(**{name: False for name in options.without})
        pack = Pack.load(options.pack)
        vocabulary = extended(load_words(options.words), pack.sprites)
        # Each process writes captions and recolourings of its own.
        data = TrainingSet(pack, vocabulary, team.device, options.seed + 7919 * team.rank, options.workers, recipe)
        if options.start:
            model = widened(load_start(options.start), len(vocabulary.caption_words), CAPTION_WORDS)
        else:
            model = SpriteDenoiser(
                ModelConfig(
                    width=options.width,
                    depth=options.depth,
                    max_words=CAPTION_WORDS,
                    vector_dimensions=vocabulary.dimensions,
                    caption_words=len(vocabulary.caption_words),
                )
            )
        team.meet()
        if team.leads:
            vocabulary.save(options.run)
            print(f"{len(data.sprites)} sprites, {len(data.images)} with recolourings; "
                  f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f}M parameters", flush=True)  # fmt: skip
        whole = team.device.type == "cuda" and not options.quick
        run = Run(model.to(team.device), data, settings, denoising_loss(settings), options.run, whole, team)
        if options.quick:
            compile_blocks(run.model)
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
