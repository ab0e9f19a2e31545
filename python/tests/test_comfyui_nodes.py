"""The nodes of python/comfyui_nodes without ComfyUI and without a GPU; `python -m pytest python/tests`."""

import importlib
import io
import re
import sys
import types
import weakref
from pathlib import Path

import pytest
import torch

NODES = Path(__file__).parents[1] / "comfyui_nodes"


class Projection(torch.nn.Linear):
    """As ComfyUI's own: weights may be made anew for every pass."""

    comfy_cast_weights = False
    weight_function = bias_function = ()


class Geglu(torch.nn.Module):
    """The arithmetic of ComfyUI's GEGLU."""

    def __init__(self, inward, outward):
        super().__init__()
        self.proj = Projection(inward, 2 * outward)

    def forward(self, x):
        value, gate = self.proj(x).chunk(2, dim=-1)
        return value * torch.nn.functional.gelu(gate)


class VaeDecode:
    """Of ComfyUI's nodes."""

    def decode(self, vae, samples):
        return (vae.decode(samples["samples"]),)


def module_of(name, monkeypatch):
    """A module of the nodes beside what they import of ComfyUI."""
    stand_ins = {
        "comfy.patcher_extension": {
            "CallbacksMP": types.SimpleNamespace(ON_DETACH="detach"),
            "WrappersMP": types.SimpleNamespace(DIFFUSION_MODEL="model"),
        },
        "comfy.ldm.modules.attention": {"GEGLU": Geglu},
        "folder_paths": {},
        "nodes": {"VAEDecode": VaeDecode},
    }
    for other, members in stand_ins.items():
        parents = other.split(".")[:-1]
        for length in range(1, len(parents) + 1):
            monkeypatch.setitem(sys.modules, ".".join(parents[:length]), types.ModuleType(parents[0]))
        fake = types.ModuleType(other)
        fake.__dict__.update(members)
        monkeypatch.setitem(sys.modules, other, fake)
    package = types.ModuleType("nodes_under_test")
    package.__path__ = [str(NODES)]
    monkeypatch.setitem(sys.modules, package.__name__, package)
    for module in [known for known in sys.modules if known.startswith(f"{package.__name__}.")]:
        monkeypatch.delitem(sys.modules, module)
    return importlib.import_module(f"{package.__name__}.{name}")


@pytest.fixture
def graphs(monkeypatch):
    """The module, with recordings that follow the inputs named in `followed`."""
    module = module_of("cuda_graphs", monkeypatch)
    module.followed = {0, 1}
    module.recorded = 0

    class Recording:
        def __init__(self, executor, args, kwargs, pool):
            module.recorded += 1
            self.is_proved, self.executor, self.args = False, executor, [module.copied(value) for value in args]

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


class Patcher:
    """Of ComfyUI: a network with what is to be done to it."""

    load_device = torch.device("meta")

    def __init__(self):
        self.sampling = torch.nn.Linear(2, 2)
        self.model = types.SimpleNamespace(diffusion_model=Network())
        self.wrappers, self.callbacks = {}, {}

    def clone(self):
        clone = Patcher()
        clone.sampling, clone.model, clone.callbacks = self.sampling, self.model, dict(self.callbacks)
        return clone

    def get_model_object(self, name):
        return {"model_sampling": self.sampling}[name]

    def remove_wrappers_with_key(self, kind, key):
        self.wrappers.pop((kind, key), None)

    def remove_callbacks_with_key(self, kind, key):
        self.callbacks.pop((kind, key), None)

    def add_wrapper_with_key(self, kind, key, wrapper):
        self.wrappers.setdefault((kind, key), []).append(wrapper)

    def add_callback_with_key(self, kind, key, callback):
        self.callbacks.setdefault((kind, key), []).append(callback)


def test_the_first_picture_of_a_model_has_the_steps_of_the_later_ones(graphs):
    (model,) = graphs.CudaGraphs().with_graphs(Patcher())
    assert list(model.wrappers.values()) == [[graphs.run]]
    assert model.sampling.weight.device == Patcher.load_device
    # Unloading moves them away.
    model.sampling = torch.nn.Linear(2, 2)
    graphs.forget(model, unpatch_all=True)
    assert model.sampling.weight.device == Patcher.load_device


def test_recordings_go_when_the_network_leaves_the_gpu_by_whichever_patcher(graphs):
    given = Patcher()
    (model,) = graphs.CudaGraphs().with_graphs(given)
    (again,) = graphs.CudaGraphs().with_graphs(model)
    network = given.model.diffusion_model
    for patcher in (given, model, again):
        graphs.recorders[network] = graphs.Recorder(network)
        ((forget,),) = patcher.callbacks.values()
        forget(patcher, unpatch_all=False)
        assert network in graphs.recorders
        forget(patcher, unpatch_all=True)
        assert network not in graphs.recorders


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_an_uncompressed_png_has_the_pixels_that_it_was_given(channels, monkeypatch):
    images = pytest.importorskip("PIL.Image")
    numpy = pytest.importorskip("numpy")
    picture = module_of("picture", monkeypatch)
    pixels = numpy.random.default_rng(channels).integers(0, 256, (70, 1000, channels), dtype=numpy.uint8)
    read = numpy.asarray(images.open(io.BytesIO(picture.stored_png(torch.from_numpy(pixels)))))
    assert numpy.array_equal(read.reshape(pixels.shape), pixels)


@pytest.mark.parametrize(("device", "is_quick"), [("cuda:0", True), ("mps", False), ("cpu", False)])
def test_decoding_is_quick_where_that_helps_and_all_else_is_left_alone(device, is_quick, monkeypatch):
    picture = module_of("picture", monkeypatch)
    usual = torch.nn.functional.group_norm

    class Vae:
        def decode(self, latent):
            return (latent, torch.nn.functional.group_norm is not usual)

    vae = Vae()
    vae.device = torch.device(device)
    assert picture.Decode().decode(vae, {"samples": "latent"}) == (("latent", is_quick),)
    assert torch.nn.functional.group_norm is usual


def test_a_picture_says_where_it_lies(monkeypatch, tmp_path):
    picture = module_of("picture", monkeypatch)
    monkeypatch.setattr(sys.modules["folder_paths"], "get_temp_directory", lambda: str(tmp_path / "temp"), raising=False)
    written = picture.Picture().write(torch.rand(2, 5, 7, 3))["ui"]["images"]
    for entry in written:
        # The name that src/generators/comfyui/read-beside.ts reads.
        assert re.fullmatch(r"dgx-pixels-[0-9a-f]{32}\.png", entry["filename"])
        assert Path(entry["path"]) == tmp_path / "temp" / entry["filename"]
        assert Path(entry["path"]).read_bytes().startswith(b"\x89PNG")
    assert len({entry["path"] for entry in written}) == 2


@pytest.mark.parametrize("pictures", [1, 3])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_the_quick_norm_is_as_near_to_the_exact_one_as_the_usual(pictures, dtype, monkeypatch):
    quick = module_of("quick_functions", monkeypatch)
    generator = torch.Generator().manual_seed(7)
    x = (torch.randn(pictures, 8, 256, 256, generator=generator) * 3 + 5).to(dtype)
    weight, bias = torch.randn(2, 8, generator=generator).to(dtype)
    exact = quick.usual_group_norm(x.double(), 4, weight.double(), bias.double(), 1e-6)
    usual = quick.usual_group_norm(x, 4, weight, bias, 1e-6)
    monkeypatch.setattr(quick, "usual_group_norm", None)
    given = quick.group_norm(x, 4, weight, bias, 1e-6)
    assert given.dtype == dtype and given.shape == x.shape
    off = lambda norm: float((norm.double() - exact).norm() / exact.norm())
    assert off(given) <= 1.05 * off(usual)


def test_small_groups_and_full_floats_are_normed_as_usual(monkeypatch):
    quick = module_of("quick_functions", monkeypatch)
    monkeypatch.setattr(quick, "usual_group_norm", lambda *_: "usual")
    for x in (torch.randn(1, 8, 16, 16).half(), torch.randn(1, 8, 256, 256)):
        weight, bias = torch.randn(2, 8).to(x.dtype)
        assert quick.group_norm(x, 4, weight, bias) == "usual"


def test_what_others_put_in_place_of_a_function_stays_there(monkeypatch):
    quick = module_of("quick_functions", monkeypatch)
    monkeypatch.setattr(torch.nn.functional, "group_norm", theirs := lambda *_: None)
    with quick.quick_functions():
        assert torch.nn.functional.group_norm is theirs
        assert Geglu.forward is quick.geglu
    assert torch.nn.functional.group_norm is theirs
    assert Geglu.forward is quick.usual_geglu


def test_two_products_are_one_product_in_two_halves(monkeypatch):
    quick = module_of("quick_functions", monkeypatch)
    unit, x = Geglu(24, 40), torch.randn(2, 10, 24)
    wanted = unit(x)
    with torch.inference_mode(), quick.quick_functions():
        assert torch.allclose(unit(x), wanted, rtol=1e-5, atol=1e-6)
        unit.proj.weight_function = (lambda weight: weight * 2,)
        assert torch.equal(unit(x), wanted)
        unit.proj.weight_function = ()
        unit.proj.forward = lambda x: torch.zeros(2, 10, 80)
        assert not unit(x).any(), "an adapter that bypasses the weights"
    assert Geglu.forward is quick.usual_geglu


def test_all_passes_are_quick(graphs, monkeypatch):
    passes = []

    def network(latent, time):
        passes.append(Geglu.forward is not usual)
        return latent * 2 + time

    usual = Geglu.forward
    recorder = graphs.Recorder(Network())
    for step in range(4):
        recorder.run(network, (torch.full((4,), float(step)), torch.ones(1)), {})
    # A first pass, one beside the recording, one that proves it; the recording's stand-in runs the network as it is.
    assert passes == [True, True, True, False, False]
    monkeypatch.setattr(graphs, "is_plain", lambda *_: True)
    large = torch.zeros(graphs.MOST_NUMBERS + 1)

    class Executor:
        class_obj = Network()

        def __call__(self, *args):
            return network(*args)

    graphs.run(Executor(), large, torch.ones(1))
    assert passes[-1] is True, "what is too large to record"


def test_a_network_whose_recording_failed_stays_quick(graphs, monkeypatch):
    def refuses(*_):
        raise RuntimeError("no")

    monkeypatch.setattr(graphs, "Graph", refuses)
    passes = []

    def network(latent, time):
        passes.append(Geglu.forward is not usual)
        return latent

    usual = Geglu.forward
    recorder = graphs.Recorder(Network())
    for step in range(4):
        recorder.run(network, (torch.ones(4), torch.ones(1)), {})
    assert passes == [True] * 4


def test_replaced_weights_are_not_kept(graphs):
    network = torch.nn.Linear(4, 4)
    recorder = graphs.Recorder(network)
    recorder.run(lambda x, options: network(x), (torch.zeros(1, 4), {"sample_sigmas": torch.ones(2)}), {})
    old = weakref.ref(network.weight)
    network.weight = torch.nn.Parameter(torch.ones(4, 4))
    assert old() is None


def test_weights_are_looked_at_once_a_picture_unless_they_are_others(graphs, monkeypatch):
    asked = []
    monkeypatch.setattr(graphs.Recorder, "addresses_of_weights", lambda self: asked.append(1) or [len(asked) > 3])
    network = torch.nn.Linear(4, 4)
    recorder = graphs.Recorder(network)
    latent = torch.zeros(1, 4)

    def step(sigmas):
        recorder.run(lambda x, options: network(x), (latent, {"sigmas": 1, "sample_sigmas": sigmas}), {})
        return len(asked)

    first, second = torch.ones(2), torch.ones(2)
    assert [step(first), step(first), step(first)] == [1, 1, 1]
    assert [step(second), step(second)] == [2, 2]
    network.weight = torch.nn.Parameter(network.weight.clone())
    assert [step(second), step(second)] == [3, 3]
    assert step(None) == 4
    assert list(recorder.graphs.values()) == [None], "what was recorded elsewhere is forgotten"
