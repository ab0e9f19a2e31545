"""Numbers by which the generator, which is not Python, checks its tokeniser, session and sampler.

The inputs are simple enough to be made again anywhere: value i of the image is
sin(0.37 * i) * 0.8, time is 0.5.
"""

from __future__ import annotations

import numpy as np

from .model import SpriteDenoiser
from .package import DEFAULTS
from .parity import draw, onnx_denoise, torch_denoise
from .text import Vocabulary, split

PROMPTS = ("red dragon", "Wizard in a purple robe, holding a glimmerstaff!")
TIME = 0.5
SHOWN = 16
# Processors round float sums differently; one 8-bit step that flips early grows on its way.
PREDICTION_TOLERANCE = 0.08
SAMPLING_TOLERANCE = 0.25


def plain_image(side: int) -> np.ndarray:
    """float32 [1, 4, side, side]; the frequency has no common period with a row."""
    return (np.sin(0.37 * np.arange(4 * side * side)) * 0.8).astype(np.float32).reshape(1, 4, side, side)


def reference(model: SpriteDenoiser, graph: bytes, vocabulary: Vocabulary, steps: int = DEFAULTS["steps"]) -> dict:
    """Predictions, and one sprite for each prompt in `steps` steps."""
    image, time = plain_image(model.config.canvas), np.array([TIME], np.float32)
    torch_model, shipped = torch_denoise(model), onnx_denoise(graph)
    # A model that takes guidance has it in every prediction already.
    outer_guidance = 1 if model.config.takes_guidance else DEFAULTS["guidance"]
    nothing = vocabulary.unconditional(1)
    return {
        "image": "value i of [1, 4, H, W] is sin(0.37 * i) * 0.8, rounded to float32",
        "time": TIME,
        "tolerance": {"prediction": PREDICTION_TOLERANCE, "sampling": SAMPLING_TOLERANCE},
        "prompts": [
            {
                "prompt": prompt,
                "words": split(prompt),
                "wordRows": vocabulary.rows(prompt),
                "captionIndices": vocabulary.encode([prompt]).words[0].tolist(),
                "unknown": vocabulary.unknown(prompt),
                "firstVector": _numbers(vocabulary.encode([prompt]).vectors[0, 0, :4]),
                "vectorSum": _number(vocabulary.encode([prompt]).vectors.sum(dtype=np.float64)),
                "torch": _summary(torch_model(image, time, vocabulary.encode([prompt]))),
                "shipped": _summary(shipped(image, time, vocabulary.encode([prompt]))),
                "sampled": _summary(draw(shipped, vocabulary, prompt, image, steps, outer_guidance)),
            }
            for prompt in PROMPTS
        ],
        "unconditional": {
            "torch": _summary(torch_model(image, time, nothing)),
            "shipped": _summary(shipped(image, time, nothing)),
        },
        "sampling": {
            "start": "the image above",
            **DEFAULTS,
            "steps": steps,
            "takesGuidance": model.config.takes_guidance,
        },
    }


def _summary(values: np.ndarray) -> dict:
    """The first values, the sum, and the sum of the sizes (both in float64)."""
    flat = values.reshape(-1).astype(np.float64)
    return {"first": _numbers(flat[:SHOWN]), "sum": _number(flat.sum()), "sizes": _number(np.abs(flat).sum())}


def _numbers(values: np.ndarray) -> list[float]:
    return [_number(value) for value in values]


def _number(value: float) -> float:
    return round(float(value), 5)
