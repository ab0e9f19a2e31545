"""The folder that ships: the quantised graph, the words, and a manifest with a hash of every file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import onnx

from .model import ModelConfig
from .text import CAPTION_WORDS_FILE, VECTORS_ENCODING, VECTORS_FILE, WORDS_FILE, Vocabulary

DENOISER_FILE = "denoiser.onnx"
MANIFEST_FILE = "model.json"
DEFAULTS = {"steps": 8, "guidance": 3, "guidanceInterval": [0.15, 0.95]}
# Sizes in pixels; words added to a prompt to ask for a smaller size, by size, for a tile, or for a look, by its name.
SETTINGS = {"defaults": DEFAULTS, "sizes": [16, 32], "sizeWords": {}, "tileWords": "", "styles": {}}
LIMIT_BYTES = 40_000_000


def write_package(
    folder: Path | str,
    graph: onnx.ModelProto,
    vocabulary: Vocabulary,
    config: ModelConfig,
    *,
    version: str,
    name: str = "sprite",
    settings: dict | None = None,
    guidance_input: dict | None = None,
) -> dict:
    """Writes everything and returns the manifest; the manifest goes last, by a rename.

    `settings` replaces or adds keys of SETTINGS: what the generator offers with these weights.
    `guidance_input` has the keys divisor, least and most: for a model that takes the guidance scale, what
    the scale is divided by and the range it has learned. Raises ValueError where the files exceed 40 MB
    together, or where `guidance_input` is given or missing against the configuration.
    """
    if config.takes_guidance != (guidance_input is not None):
        raise ValueError(
            f"Cannot describe the model: takes_guidance is {config.takes_guidance}, its range {guidance_input}"
        )
    unknown = sorted((settings or {}).keys() - SETTINGS.keys())
    if unknown:
        raise ValueError(f"Cannot describe the model: no setting is called {', '.join(unknown)}")
    folder = Path(folder)
    vocabulary.save(folder)
    onnx.save(graph, folder / DENOISER_FILE)
    manifest = {
        "name": name,
        "version": version,
        "canvas": config.canvas,
        "maxWords": config.max_words,
        "vectorDimensions": config.vector_dimensions,
        "wordVectors": {"file": VECTORS_FILE, "encoding": VECTORS_ENCODING, "rows": len(vocabulary.words)},
        "words": WORDS_FILE,
        "captionWords": CAPTION_WORDS_FILE,
        "denoiser": DENOISER_FILE,
        **SETTINGS,
        **(settings or {}),
        **({"guidanceInput": guidance_input} if guidance_input else {}),
        "files": {
            file: describe(folder / file) for file in (DENOISER_FILE, WORDS_FILE, VECTORS_FILE, CAPTION_WORDS_FILE)
        },
    }
    write_manifest(folder, manifest)
    return manifest


def write_manifest(folder: Path, manifest: dict) -> None:
    """Moves the manifest into place; raises ValueError where its files exceed 40 MB together."""
    total = sum(file["bytes"] for file in manifest["files"].values())
    if total > LIMIT_BYTES:
        raise ValueError(f"Cannot ship the model: its files are {total} bytes, the limit is {LIMIT_BYTES}")
    partial = folder / (MANIFEST_FILE + ".partial")
    partial.write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    partial.replace(folder / MANIFEST_FILE)


def describe(path: Path) -> dict:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def changed_files(folder: Path | str) -> list[str]:
    """The files of the manifest that are missing or differ from their hash."""
    folder = Path(folder)
    manifest = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
    return [
        file
        for file, expected in manifest["files"].items()
        if not (folder / file).is_file() or describe(folder / file) != expected
    ]
