"""Weights on disk: the project's own checkpoints, and the prototype's weights in four parts.

    model = load_model("run/latest.pt")
    model, vocabulary = load_prototype("weights")
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .model import ModelConfig, SpriteDenoiser
from .text import Vocabulary

FORMAT = "sprite-denoiser/1"

# The prototype's names, rewritten in order; the rest of a name is kept.
_PROTOTYPE_NAMES = [
    (r"^txt\.proj\.", "text.projection."),
    (r"^txt\.res\.", "text.residual."),
    (r"^txt\.pos$", "text.positions"),
    (r"^txt\.null$", "text.lead"),
    (r"^t1\.0\.", "time.input."),
    (r"^t1\.2\.", "time.output."),
    (r"^pool\.", "text_summary."),
    (r"^ada\.", "modulation."),
    (r"^pe\.", "patch_input."),
    (r"^pos$", "patch_positions"),
    (r"^fn\.w$", "output_norm.weight"),
    (r"^un\.", "patch_output."),
    (r"^h0\.", "merge."),
    (r"^h1\.", "refine.0."),
    (r"^h2\.", "refine.1."),
    (r"^on\.", "head_norm."),
    (r"^out\.", "head."),
    (r"^(refine\.\d)\.n\.", r"\1.norm."),
    (r"^(refine\.\d)\.c1\.", r"\1.first."),
    (r"^(refine\.\d)\.c2\.", r"\1.second."),
    (r"^(blocks\.\d+)\.n1\.w$", r"\1.attention_norm.weight"),
    (r"^(blocks\.\d+)\.n2\.w$", r"\1.feed_forward_norm.weight"),
    (r"^(blocks\.\d+)\.qn\.w$", r"\1.query_norm.weight"),
    (r"^(blocks\.\d+)\.kn\.w$", r"\1.key_norm.weight"),
    (r"^(blocks\.\d+)\.qkv\.", r"\1.query_key_value."),
    (r"^(blocks\.\d+)\.o\.", r"\1.attention_output."),
    (r"^(blocks\.\d+)\.w12\.", r"\1.gate_and_value."),
    (r"^(blocks\.\d+)\.w3\.", r"\1.feed_forward_output."),
    (r"^(blocks\.\d+)\.ada$", r"\1.modulation"),
]


def save_model(model: SpriteDenoiser, path: Path | str, **details: object) -> None:
    """Writes configuration and weights, then moves the file into place, so that a reader sees all or nothing.

    `details` (plain values: step, loss, notes) are stored beside them and come back from `read_checkpoint`.
    """
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    torch.save(
        {"format": FORMAT, "config": model.config.to_dict(), "weights": model.state_dict(), "details": details}, partial
    )
    partial.replace(path)


def read_checkpoint(path: Path | str) -> dict:
    """The stored mapping: `config`, `weights`, `details`. Raises ValueError for a file of another kind."""
    stored = torch.load(path, map_location="cpu", weights_only=True)
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ValueError(f"Cannot read {path}: it is no {FORMAT} checkpoint")
    return stored


def load_model(path: Path | str) -> SpriteDenoiser:
    """The model in evaluation mode, float32, on the CPU."""
    stored = read_checkpoint(path)
    model = SpriteDenoiser(ModelConfig(**stored["config"]))
    model.load_state_dict({name: weight.float() for name, weight in stored["weights"].items()})
    return model.eval()


def load_any(path: Path | str) -> SpriteDenoiser:
    """A checkpoint, or the prototype where `path` is its folder."""
    return load_prototype(path)[0] if Path(path).is_dir() else load_model(path)


def load_prototype(folder: Path | str) -> tuple[SpriteDenoiser, Vocabulary]:
    """Reads w*.pt, glove.npy, words.json and vocab.json as the prototype left them."""
    folder = Path(folder)
    vectors = np.load(folder / "glove.npy").astype(np.float32)[1:]
    words = json.loads((folder / "words.json").read_text("utf-8"))
    caption_words = json.loads((folder / "vocab.json").read_text("utf-8"))
    parts = sorted(folder.glob("w*.pt"))
    if not parts:
        raise FileNotFoundError(f"Cannot read the prototype's weights: {folder} has no w*.pt")
    weights: dict[str, Tensor] = {}
    for part in parts:
        for name, weight in torch.load(part, map_location="cpu", weights_only=True).items():
            weights[prototype_name(name)] = weight.float()
    depth = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blocks."))
    config = ModelConfig(
        width=weights["patch_input.weight"].shape[0],
        depth=depth,
        max_words=weights["text.positions"].shape[1],
        caption_words=len(caption_words),
    )
    model = SpriteDenoiser(config)
    model.load_state_dict(weights)
    return model.eval(), Vocabulary(words, vectors, caption_words)


def prototype_name(name: str) -> str:
    for pattern, replacement in _PROTOTYPE_NAMES:
        name = re.sub(pattern, replacement, name)
    return name
