"""Matrix products in 8-bit integers, exact on every processor and independent of their neighbours.

    graph = denoiser_graph(model, Int8Linears())

Weights: int8 with one scale per output channel. x86 processors without VNNI multiply bytes in
adjacent pairs and clip each pair's sum to 16 bits, so two weights at places 2i and 2i + 1 must not
add up to more than 128 in size: 255 * 128 < 2**15. The scale of a channel is the smallest that
allows it, about 1.4 times finer than giving up the eighth bit.

Inputs: uint8 around 128 with one scale per token, measured at run time. A token's product thus
depends on that token alone, and a sprite on nothing else in its batch. (Padding a text to another
length may still change the order of float sums over its tokens, in attention.) The input of the second
feed-forward layer has rare large values that would cost the others their resolution; a Hadamard
rotation of each 32 channels spreads them, and the same rotation of the weights undoes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping

import numpy as np
import torch
from torch import Tensor

from .export import CONTRIBUTED, GraphWriter

LARGEST_WEIGHT = 127
# The most that two weights of one sign in a pair may add up to.
LARGEST_PAIR = 128
LARGEST_INPUT = 127
INPUT_ZERO = 128
# Below every real token's maximum; keeps an all-zero token from dividing by zero.
SMALLEST_MAXIMUM = 1e-6


@dataclass(frozen=True)
class Int8Linears:
    """`rotated` gives, by the last part of a product's name, the width of the rotation of its input."""

    rotated: tuple[tuple[str, int], ...] = (("feed_forward_output", 32),)

    def write(self, graph: GraphWriter, x: str, weights: Mapping[str, Tensor]) -> list[str]:
        first = next(iter(weights))
        block = dict(self.rotated).get(first.rpartition(".")[2])
        if block:
            x = write_rotation(graph, x, weights[first].shape[1], block, f"{first}.rotated")
            weights = {name: rotate(weight, block) for name, weight in weights.items()}
        steps, largest = write_steps(graph, x, f"{first}.input")
        return [write_product(graph, steps, largest, weight, name) for name, weight in weights.items()]


def write_rotation(graph: GraphWriter, x: str, width: int, block: int, name: str) -> str:
    parts = graph.reshape(x, [0, -1, block], f"{name}.parts")
    turned = graph.node("MatMul", [parts, graph.constant(hadamard(block), f"hadamard_{block}")], f"{name}.turned")
    return graph.reshape(turned, [0, -1, width], name)


def write_steps(graph: GraphWriter, x: str, name: str) -> tuple[str, str]:
    """`x` [B, N, in] as uint8 around 128, in 127ths of its token's largest value, and that value [B, N, 1]."""
    largest = graph.node("ReduceMax", [graph.node("Abs", [x], f"{name}.size")], f"{name}.maximum", axes=[2], keepdims=1)
    smallest = graph.constant(np.array(SMALLEST_MAXIMUM, np.float32), "smallest_maximum")
    largest = graph.node("Max", [largest, smallest], f"{name}.largest")
    share = graph.node("Div", [x, largest], f"{name}.share")
    return graph.node("QuantizeLinear", [share, *step_and_zero(graph)], name), largest


def write_product(graph: GraphWriter, steps: str, largest: str, weight: Tensor, name: str) -> str:
    rows, scales = quantise_weight(weight.detach())
    step, zero = step_and_zero(graph)
    weights = graph.constant(np.ascontiguousarray(rows.numpy().T), f"{name}.weight")
    weight_scales = graph.constant(scales.numpy(), f"{name}.scales")
    weight_zeros = graph.constant(np.zeros(len(rows), np.int8), f"zeros_{len(rows)}")
    inputs = [steps, weights, step, weight_scales, zero, weight_zeros]
    return graph.node("Mul", [graph.node("MatMulIntegerToFloat", inputs, f"{name}.share", CONTRIBUTED), largest], name)


def step_and_zero(graph: GraphWriter) -> tuple[str, str]:
    step = graph.constant(np.array(1 / LARGEST_INPUT, np.float32), "input_step")
    return step, graph.constant(np.array(INPUT_ZERO, np.uint8), "input_zero")


def quantise_weight(weight: Tensor) -> tuple[Tensor, Tensor]:
    """[out, in] -> int8 [out, in] within the pair limit, and float32 scales [out]; `in` is even."""
    weight = weight.double()
    pairs = weight.unflatten(1, (-1, 2))
    same_sign = pairs.prod(dim=2) > 0
    pair_size = torch.where(same_sign, pairs.sum(dim=2).abs(), 0.0).amax(dim=1)
    scales = torch.maximum(weight.abs().amax(dim=1) / LARGEST_WEIGHT, pair_size / LARGEST_PAIR).float()
    scales = torch.where(scales > 0, scales, 1.0)
    rows = torch.round(weight / scales.double()[:, None]).clamp(-LARGEST_WEIGHT, LARGEST_WEIGHT)
    # Rounding both of a pair upwards can exceed the limit by one: take it from the second.
    first, second = rows.unflatten(1, (-1, 2)).unbind(2)
    second = torch.minimum(second, LARGEST_PAIR - first.clamp(min=0))
    second = torch.maximum(second, -LARGEST_PAIR - first.clamp(max=0))
    return torch.stack([first, second], dim=2).flatten(1).to(torch.int8), scales


def rotate(weight: Tensor, block: int) -> Tensor:
    parts = weight.detach().unflatten(1, (-1, block)).double() @ torch.from_numpy(hadamard(block)).double()
    return parts.flatten(1)


def hadamard(size: int) -> np.ndarray:
    """The orthonormal Hadamard matrix, its own inverse; `size` is a power of two."""
    if size < 1 or size & (size - 1):
        raise ValueError(f"Cannot build a Hadamard matrix: size {size} is no power of two")
    matrix = np.ones((1, 1))
    while len(matrix) < size:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return (matrix / np.sqrt(size)).astype(np.float32)
