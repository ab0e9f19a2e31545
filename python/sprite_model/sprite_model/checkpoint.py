"""Weights on disk: checkpoints, their small form for keeping, and the prototype's weights in four parts.

    model = load_model("run/latest.pt")
    save_small(model, "weights/teacher.npz")     # half the size of bfloat16; load_model reads it too
    model, vocabulary = load_prototype("weights")

    python -m sprite_model.checkpoint CHECKPOINT.pt SMALL.npz [--half]

With --half all weights are float16.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .model import ModelConfig, SpriteDenoiser
from .text import Vocabulary, quantise_rows

FORMAT = "sprite-denoiser/1"
# Matrices with fewer values stay as they are: they weigh little and matter much.
SMALLEST_ROUNDED = 20_000

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


def save_small(model: SpriteDenoiser, path: Path | str, half: bool = False) -> None:
    """Writes the weights in half the size of bfloat16, to train on from: large matrices as int8 with one scale a row,
    the rest as float16. A matrix comes back within 2 % (root mean square); an export from it is not the original's.

    With `half` everything is float16, in twice the size: near enough to the original to measure it by.
    """
    arrays: dict[str, np.ndarray] = {"config": np.frombuffer(json.dumps(model.config.to_dict()).encode(), np.uint8)}
    for name, weight in model.state_dict().items():
        values = weight.float().numpy()
        if half or values.ndim < 2 or values.size < SMALLEST_ROUNDED:
            arrays[f"values/{name}"] = values.astype(np.float16)
            continue
        scales, rows = quantise_rows(values.reshape(len(values), -1))
        arrays[f"scales/{name}"], arrays[f"rows/{name}"] = scales, rows.reshape(values.shape)
    path = Path(path)
    partial = path.with_name(path.name + ".partial.npz")
    np.savez_compressed(partial, **arrays)
    partial.replace(path)


def _read_small(path: Path | str) -> dict:
    weights: dict[str, Tensor] = {}
    with np.load(path, allow_pickle=False) as stored:
        for key in stored.files:
            kind, _, name = key.partition("/")
            if kind == "values":
                weights[name] = torch.from_numpy(stored[key].astype(np.float32))
            elif kind == "rows":
                rows = stored[key].astype(np.float32)
                scales = stored[f"scales/{name}"].reshape(-1, *[1] * (rows.ndim - 1))
                weights[name] = torch.from_numpy(rows * scales)
        return {"config": json.loads(stored["config"].tobytes()), "weights": weights, "details": {}}


def load_model(path: Path | str) -> SpriteDenoiser:
    """The model of a checkpoint or of its small form, in evaluation mode, float32, on the CPU."""
    stored = _read_small(path) if Path(path).suffix == ".npz" else read_checkpoint(path)
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


if __name__ == "__main__":
    save_small(load_model(sys.argv[1]), sys.argv[2], half="--half" in sys.argv[3:])
