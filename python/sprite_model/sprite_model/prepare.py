"""Checks the dataset and packs it for training.

    python -m sprite_model.prepare DATASET PACK

Reads sprites32.npz, sprites32.jsonl.gz and heldout.jsonl; writes PACK (.npz: images and records).
What is wrong with a single entry (a duplicate id, an id seen with other pixels, a caption without a
word in Latin letters) is left out and reported; what is wrong with a file stops the run.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Sequence

import numpy as np
import torch

from .augment import COLOUR_FAMILIES, colour_shares, is_doubled, is_seamless
from .captions import Sprite
from .text import split

CANVAS = 32
TILE_CATEGORIES = frozenset({"tile-floor", "tile-wall"})


class DatasetError(Exception):
    """A dataset that cannot be used; the message is one sentence for the person who started the run."""


class Pack:
    """`images` uint8 [N, 32, 32, 4] and `sprites`, in the same order."""

    def __init__(self, images: np.ndarray, sprites: Sequence[Sprite]) -> None:
        if len(images) != len(sprites):
            raise DatasetError(f"Cannot use the pack: it has {len(images)} images and {len(sprites)} records")
        self.images = images
        self.sprites = list(sprites)

    def indices(self, split_name: str) -> np.ndarray:
        return np.array([i for i, sprite in enumerate(self.sprites) if sprite.split == split_name], np.int64)

    def save(self, path: Path | str) -> None:
        lines = "\n".join(json.dumps(asdict(sprite)) for sprite in self.sprites)
        np.savez_compressed(path, images=self.images, records=np.frombuffer(lines.encode(), np.uint8))

    @classmethod
    def load(cls, path: Path | str) -> Pack:
        arrays = _read_arrays(Path(path), ("images", "records"))
        lines = arrays["records"].tobytes().decode().split("\n")
        return cls(arrays["images"], [Sprite(**json.loads(line)) for line in lines if line])


def prepare(dataset: Path) -> tuple[Pack, list[str]]:
    """The pack, and one sentence for each entry that was left out."""
    images = _read_arrays(dataset / "sprites32.npz", ("images",))["images"]
    if images.dtype != np.uint8 or images.shape[1:] != (CANVAS, CANVAS, 4):
        raise DatasetError(
            f"Cannot use sprites32.npz: its images are {images.dtype} {list(images.shape[1:])}, not uint8 [32, 32, 4]"
        )
    records = _read_records(dataset / "sprites32.jsonl.gz")
    if len(records) != len(images):
        raise DatasetError(f"Cannot pair captions with images: {len(records)} records, {len(images)} images")
    held, near = _read_held_out(dataset / "heldout.jsonl")

    problems: list[str] = []
    kept: list[int] = []
    seen_ids: dict[str, int] = {}
    seen_pixels: dict[str, str] = {}
    for index, record in enumerate(records):
        name, caption = record.get("id"), record.get("caption")
        if not isinstance(name, str) or not isinstance(caption, str) or not isinstance(record.get("category"), str):
            problems.append(f"Entry {index} left out: it lacks an id, a caption or a category.")
            continue
        if name in seen_ids:
            problems.append(f"Entry {index} left out: its id {name} is that of entry {seen_ids[name]}.")
            continue
        seen_ids[name] = index
        if not split(caption):
            problems.append(f"Entry {index} ({name}) left out: its caption {caption!r} has no word in Latin letters.")
            continue
        alpha = images[index, ..., 3]
        if not alpha.any():
            problems.append(f"Entry {index} ({name}) left out: its image is empty.")
            continue
        if not np.isin(alpha, (0, 255)).all():
            problems.append(f"Entry {index} ({name}) left out: its alpha is neither 0 nor 255 everywhere.")
            continue
        digest = hashlib.sha256(images[index].tobytes() + caption.encode()).hexdigest()
        if digest in seen_pixels:
            problems.append(f"Entry {index} ({name}) left out: pixels and caption are those of {seen_pixels[digest]}.")
            continue
        seen_pixels[digest] = name
        kept.append(index)
    if not kept:
        raise DatasetError(f"Cannot use the dataset: none of its {len(records)} entries is usable")

    chosen = torch.from_numpy(images[kept])
    doubled, seamless = is_doubled(chosen).tolist(), is_seamless(chosen).tolist()
    shares = colour_shares(chosen).tolist()
    sprites = [
        Sprite(
            id=records[index]["id"],
            source=str(records[index].get("source", "")),
            caption=records[index]["caption"],
            category=records[index]["category"],
            tags=list(records[index].get("tags") or ()),
            doubled=doubled[place],
            seamless=seamless[place] and records[index]["category"] in TILE_CATEGORIES,
            colours=named_colours(shares[place]),
            split="heldout" if records[index]["id"] in held else "near" if records[index]["id"] in near else "train",
        )
        for place, index in enumerate(kept)
    ]
    missing = held - set(seen_ids)
    if missing:
        problems.append(f"{len(missing)} held-out ids are not in the dataset, among them {sorted(missing)[0]}.")
    return Pack(images[kept], sprites), problems


def named_colours(shares: Sequence[float]) -> list[str]:
    """The families by which a person would name a sprite with these shares, the largest first.

    A family takes a quarter of what is not black; black, the outline's colour, half of everything.
    """
    enough = [
        (share, name) for share, name in zip(shares, COLOUR_FAMILIES) if share >= (0.5 if name == "black" else 0.25)
    ]
    return [name for _, name in sorted(enough, reverse=True)]


def _read_arrays(path: Path, names: Sequence[str]) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in names}
    except FileNotFoundError as error:
        raise DatasetError(f"Cannot read {path.name}: the file is missing") from error
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetError(f"Cannot read {path.name}: the file is damaged ({error})") from error


def _read_records(path: Path) -> list[dict]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return [_parse(line, path.name, number) for number, line in enumerate(lines, 1) if line.strip()]
    except FileNotFoundError as error:
        raise DatasetError(f"Cannot read {path.name}: the file is missing") from error
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DatasetError(f"Cannot read {path.name}: the file is damaged ({error})") from error


def _read_held_out(path: Path) -> tuple[set[str], set[str]]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError as error:
        raise DatasetError(f"Cannot read {path.name}: the file is missing") from error
    entries = [_parse(line, path.name, number) for number, line in enumerate(lines, 1) if line.strip()]
    held = {str(entry.get("id")) for entry in entries}
    return held, {name for entry in entries for name in entry.get("near") or ()} - held


def _parse(line: str, file: str, number: int) -> dict:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError as error:
        raise DatasetError(f"Cannot read {file}: line {number} is no JSON ({error.msg})") from error
    if not isinstance(entry, dict):
        raise DatasetError(f"Cannot read {file}: line {number} is no JSON object")
    return entry


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sprite_model.prepare", description="Check the dataset and pack it.")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("pack", type=Path)
    options = parser.parse_args(arguments)
    try:
        pack, problems = prepare(options.dataset)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    for problem in problems:
        print(problem, file=sys.stderr)
    options.pack.parent.mkdir(parents=True, exist_ok=True)
    pack.save(options.pack)
    counts = {name: len(pack.indices(name)) for name in ("train", "heldout", "near")}
    print(f"{len(pack.sprites)} sprites packed, {len(problems)} problems; {counts}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
