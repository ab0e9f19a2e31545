"""The nodes of python/comfyui_nodes without ComfyUI and without a GPU; `python -m pytest python/tests`."""

import importlib.util
import io
import sys
import types
from pathlib import Path

import pytest
import torch

NODES = Path(__file__).parents[1] / "comfyui_nodes"


def module_of(name, monkeypatch, **stands_in):
    for other, members in stands_in.items():
        fake = types.ModuleType(other)
        fake.__dict__.update(members)
        monkeypatch.setitem(sys.modules, other, fake)
    spec = importlib.util.spec_from_file_location(f"nodes_{name}", NODES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def graphs(monkeypatch):
    """The module, with recordings that follow the inputs named in `followed`."""
    keys = {"CallbacksMP": types.SimpleNamespace(ON_DETACH="detach"),
            "WrappersMP": types.SimpleNamespace(DIFFUSION_MODEL="model")}  # fmt: skip
    monkeypatch.setitem(sys.modules, "comfy", types.ModuleType("comfy"))
    module = module_of("cuda_graphs", monkeypatch, **{"comfy.patcher_extension": keys})
    module.followed = {0, 1}
    module.recorded = 0

    class Recording:
        def __init__(self, executor, args, kwargs, pool):
            module.recorded += 1
            self.is_proved, self.executor, self.args = False, executor, [value.clone() for value in args]

        def replay(self, args, kwargs):
            given = [new if place in module.followed else old for place, (new, old) in enumerate(zip(args, self.args))]
            return self.executor(*given)

    monkeypatch.setattr(module, "Graph", Recording)
    monkeypatch.setattr(module.Recorder, "addresses_of_weights", lambda self: [1])
    monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: (0, 0))
    return module


class Network(torch.nn.Module):
    passes = 0

    def forward(self, latent, time):
        self.passes += 1
        return latent * 2 + time


def drawn(module, network, count):
    recorder = module.Recorder(network)
    steps = [(torch.full((4,), float(step)), torch.tensor([3.0 - step])) for step in range(count)]
    return [recorder.run(network, step, {}) for step in steps], [Network()(*step) for step in steps]


def test_a_recording_serves_after_it_was_proved_by_a_pass_with_other_inputs(graphs):
    network = Network()
    given, wanted = drawn(graphs, network, 6)
    assert all(torch.equal(one, other) for one, other in zip(given, wanted))
    assert graphs.recorded == 1


def test_a_recording_that_leaves_an_input_behind_is_never_used(graphs, caplog):
    graphs.followed = {0}
    given, wanted = drawn(graphs, Network(), 6)
    assert all(torch.equal(one, other) for one, other in zip(given, wanted))
    assert "does not draw what the network draws" in caplog.text


def test_a_pass_that_cannot_be_recorded_goes_on_without(graphs, monkeypatch, caplog):
    def refuses(*_):
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(graphs, "Graph", refuses)
    given, wanted = drawn(graphs, Network(), 4)
    assert all(torch.equal(one, other) for one, other in zip(given, wanted))
    assert caplog.text.count("Cannot record a CUDA graph") == 1


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_an_uncompressed_png_has_the_pixels_that_it_was_given(channels, monkeypatch):
    images = pytest.importorskip("PIL.Image")
    numpy = pytest.importorskip("numpy")
    picture = module_of("picture", monkeypatch, folder_paths={})
    pixels = numpy.random.default_rng(channels).integers(0, 256, (70, 301, channels), dtype=numpy.uint8)
    read = numpy.asarray(images.open(io.BytesIO(picture.stored_png(pixels))))
    assert numpy.array_equal(read.reshape(pixels.shape), pixels)
