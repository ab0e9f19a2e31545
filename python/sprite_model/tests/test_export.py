"""The written graph against PyTorch, on small models with random weights."""

import numpy as np
import onnxruntime
import pytest
import torch

from sprite_model.export import GraphWriter, denoiser_graph
from sprite_model.quantise import Int8Linears

from test_model import inputs, small_model


def run(graph, *values):
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    feeds = {entry.name: value.numpy() for entry, value in zip(session.get_inputs(), values, strict=True)}
    return session.run(["denoised"], feeds)[0]


@pytest.mark.parametrize("batch, length", [(1, 1), (1, 32), (3, 5)])
def test_the_float_graph_predicts_what_pytorch_predicts(batch, length):
    model, values = small_model(), inputs(batch, length)
    values[4][0, length // 2 :] = 0
    with torch.no_grad():
        expected = model(*values).numpy()
    # Some weights are stored as float16.
    assert np.abs(run(denoiser_graph(model), *values) - expected).max() < 2e-3 * np.abs(expected).max()


def test_the_float_graph_takes_guidance():
    model, values = small_model(takes_guidance=True), [*inputs(2, 3), torch.tensor([0.1, 0.4])]
    with torch.no_grad():
        expected = model(*values).numpy()
    assert np.abs(run(denoiser_graph(model), *values) - expected).max() < 2e-3 * np.abs(expected).max()


def test_the_quantised_graph_stays_near_the_float_graph():
    model, values = small_model(), inputs(2, 5)
    expected, actual = run(denoiser_graph(model), *values), run(denoiser_graph(model, Int8Linears()), *values)
    error = np.sqrt(((actual - expected) ** 2).mean() / (expected**2).mean())
    assert 0 < error < 0.02


def test_the_inputs_are_named_as_the_generator_feeds_them():
    graph = denoiser_graph(small_model()).graph
    assert [entry.name for entry in graph.input] == ["image", "time", "vectors", "words", "mask"]
    assert [entry.name for entry in graph.output] == ["denoised"]


def test_a_constant_cannot_change_its_value():
    writer = GraphWriter()
    writer.constant(np.zeros(2), "zeros")
    writer.constant(np.zeros(2), "zeros")
    with pytest.raises(ValueError, match="Cannot store constant zeros"):
        writer.constant(np.ones(2), "zeros")
