"""How far a graph is from the PyTorch model, in values and in pixels.

    python -m sprite_model.parity MODEL WORDS GRAPH [--prompts FILE --every 4] [--sheet SHEET.png]

MODEL is a checkpoint or the prototype's folder of weights, WORDS the folder of the word lists,
GRAPH an ONNX file. Prints one JSON object; the sheet shows PyTorch left, the graph right.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Callable, Sequence

import numpy as np
import onnxruntime
import torch

from .checkpoint import load_any
from .model import SpriteDenoiser
from .package import DEFAULTS
from .sample import GUIDANCE_UNIT
from .text import EncodedText, Vocabulary

# (image, time, text) -> denoised, all numpy.
Denoise = Callable[[np.ndarray, np.ndarray, EncodedText], np.ndarray]

PROMPTS = (
    "red dragon",
    "skeleton warrior with a sword",
    "blue potion",
    "iron battle axe",
    "stone brick wall",
    "wizard in a purple robe holding a staff",
    "treasure chest",
    "giant spider",
)


def torch_denoise(model: SpriteDenoiser) -> Denoise:
    """A model that takes guidance gets the default scale."""

    @torch.no_grad()
    def denoise(image: np.ndarray, time: np.ndarray, text: EncodedText) -> np.ndarray:
        inputs = [image, time, *text]
        if model.config.takes_guidance:
            inputs.append(guidance_input(len(image)))
        return model(*map(torch.from_numpy, inputs)).numpy()

    return denoise


def onnx_denoise(graph: bytes | str, threads: int = 1) -> Denoise:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    takes_guidance = any(value.name == "guidance" for value in session.get_inputs())

    def denoise(image: np.ndarray, time: np.ndarray, text: EncodedText) -> np.ndarray:
        inputs = {"image": image, "time": time, **text._asdict()}
        if takes_guidance:
            inputs["guidance"] = guidance_input(len(image))
        return session.run(None, inputs)[0]

    return denoise


def guidance_input(count: int) -> np.ndarray:
    """float32 [count]: the default scale as SpriteDenoiser.forward wants it."""
    return np.full(count, DEFAULTS["guidance"] / GUIDANCE_UNIT, np.float32)


def draw(
    denoise: Denoise,
    vocabulary: Vocabulary,
    prompt: str,
    noise: np.ndarray,
    steps: int = DEFAULTS["steps"],
    guidance: float = DEFAULTS["guidance"],
    interval: Sequence[float] = DEFAULTS["guidanceInterval"],
) -> np.ndarray:
    """Euler steps from `noise` [1, 4, H, W] to a sprite.

    For a model that takes guidance pass `guidance` 1: it is in every prediction already.
    """
    told, untold = vocabulary.encode([prompt]), vocabulary.unconditional(1)
    times = np.linspace(1, 0, steps + 1, dtype=np.float32)
    image = noise
    for now, following in zip(times, times[1:]):
        time = np.array([now], np.float32)
        clean = denoise(image, time, told)
        if guidance != 1 and interval[0] < now < interval[1]:
            free = denoise(image, time, untold)
            clean = free + np.float32(guidance) * (clean - free)
        image = clean + following / now * (image - clean)
    return image


def noise_for(seed: int, shape: Sequence[int] = (1, 4, 32, 32)) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def to_pixels(image: np.ndarray) -> np.ndarray:
    """[N, 4, H, W] in -1..1 -> uint8 [N, H, W, 4], alpha 0 or 255, transparent pixels all 0."""
    opaque = image[:, 3:] > 0
    color = np.clip((np.clip(image[:, :3], -1, 1) + 1) * 127.5 + 0.5, 0, 255).astype(np.uint8)
    return np.concatenate([color * opaque, opaque * np.uint8(255)], axis=1).transpose(0, 2, 3, 1)


def value_error(expected: Denoise, actual: Denoise, vocabulary: Vocabulary, prompts: Sequence[str]) -> dict:
    """Single predictions on noise: largest difference, and its root mean square over the prediction's."""
    largest, squares, reference = 0.0, 0.0, 0.0
    for seed, prompt in enumerate(prompts):
        image, time = noise_for(seed), np.array([(seed + 0.5) / len(prompts)], np.float32)
        for text in (vocabulary.encode([prompt]), vocabulary.unconditional(1)):
            wanted, got = expected(image, time, text), actual(image, time, text)
            largest = max(largest, float(np.abs(wanted - got).max()))
            squares += float(((wanted - got) ** 2).sum())
            reference += float((wanted**2).sum())
    return {"largest": largest, "relative": (squares / reference) ** 0.5}


def pixel_loss(expected: np.ndarray, actual: np.ndarray) -> dict:
    """Over uint8 [N, H, W, 4]; percentages of all pixels."""
    difference = np.abs(expected.astype(int) - actual.astype(int))
    visible = difference.max(axis=3) > 8
    return {
        "sprites": len(expected),
        "meanDifference": float(difference.mean()),
        "pixelsOver8Pct": float(100 * visible.mean()),
        "medianSpritePixelsOver8Pct": float(100 * np.median(visible.mean(axis=(1, 2)))),
        "alphaDisagreementPct": float(100 * (difference[..., 3] > 0).mean()),
    }


def draw_all(
    denoise: Denoise, vocabulary: Vocabulary, prompts: Sequence[str], seeds: int, guidance: float = DEFAULTS["guidance"]
) -> np.ndarray:
    """uint8 [prompts * seeds, H, W, 4], the seeds of a prompt beside each other."""
    jobs = [(prompt, 1000 * place + seed) for place, prompt in enumerate(prompts) for seed in range(seeds)]
    images = [draw(denoise, vocabulary, prompt, noise_for(seed), guidance=guidance) for prompt, seed in jobs]
    return to_pixels(np.concatenate(images))


def side_by_side(columns: Sequence[np.ndarray], groups_a_row: int = 10, scale: int = 2) -> np.ndarray:
    """uint8 RGB: the same sprite of every column next to each other, groups apart."""
    count, height, width = columns[0].shape[:3]
    group = len(columns) * (width + 2) + 6
    sheet = np.full((-(-count // groups_a_row) * (height + 4), groups_a_row * group, 3), 70, np.uint8)
    for place in range(count):
        top, left = place // groups_a_row * (height + 4) + 2, place % groups_a_row * group + 4
        for column in columns:
            sprite = column[place]
            sheet[top : top + height, left : left + width] = np.where(sprite[..., 3:] > 0, sprite[..., :3], 140)
            left += width + 2
    return sheet.repeat(scale, axis=0).repeat(scale, axis=1)


def prediction_milliseconds(denoise: Denoise, vocabulary: Vocabulary, repetitions: int = 30) -> float:
    """The fastest of some predictions for eight words: what else the machine does only ever adds."""
    image, time = noise_for(0), np.array([0.5], np.float32)
    text = vocabulary.encode(["wizard in a purple robe holding a staff"])
    seconds = []
    for _ in range(repetitions):
        start = perf_counter()
        denoise(image, time, text)
        seconds.append(perf_counter() - start)
    return 1000 * min(seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sprite_model.parity", description="Compare a graph with its PyTorch model.")
    parser.add_argument("model", type=Path)
    parser.add_argument("words", type=Path)
    parser.add_argument("graph", type=Path)
    parser.add_argument("--prompts", type=Path, help="one a line, or JSON lines with a field prompt")
    parser.add_argument("--every", type=int, default=1, help="take every N-th of the prompts")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args(arguments)
    vocabulary = Vocabulary.load(options.words)
    prompts = read_prompts(options.prompts) if options.prompts else list(PROMPTS)
    prompts = prompts[:: options.every]
    model = load_any(options.model)
    guidance = 1 if model.config.takes_guidance else DEFAULTS["guidance"]
    expected = torch_denoise(model)
    actual = onnx_denoise(str(options.graph), threads=2)
    wanted = draw_all(expected, vocabulary, prompts, options.seeds, guidance)
    got = draw_all(actual, vocabulary, prompts, options.seeds, guidance)
    values = value_error(expected, actual, vocabulary, prompts[:16])
    one_thread = onnx_denoise(str(options.graph))
    report = {
        "prediction": {**values, "millisecondsOneThread": prediction_milliseconds(one_thread, vocabulary)},
        "sprites": pixel_loss(wanted, got),
    }
    print(json.dumps(report, indent=2))
    if options.sheet:
        from PIL import Image

        sheet = side_by_side([wanted[:: options.seeds], got[:: options.seeds]])
        Image.fromarray(sheet).save(options.sheet, optimize=True)
    return 0


def read_prompts(path: Path) -> list[str]:
    lines = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [json.loads(line)["prompt"] if line.startswith("{") else line for line in lines]


if __name__ == "__main__":
    sys.exit(main())
