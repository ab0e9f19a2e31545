"""A network's pass recorded as a CUDA graph: launched as one, where Python would launch thousands of kernels one by one.

For pictures of SDXL a fast GPU waits for the one thread that does this. torch.compile helps more, but takes minutes for
every shape; recording takes a second.
"""

import logging
import weakref

import torch
from comfy.patcher_extension import CallbacksMP, WrappersMP

from .quick_functions import quick_functions

KEY = "dgx-pixels-cuda-graphs"

# Latents of more numbers than these (four pictures of 1024 px) keep a GPU busy by themselves, and would take much memory.
MOST_NUMBERS = 4 * 4 * 128 * 128
# Recordings of one network, for different shapes.
MOST_GRAPHS = 4
# How far a recording may be from the pass itself, as a share of its size: some roundings of float16, no input left behind.
MOST_STRAYING = 1e-2

recorders = weakref.WeakKeyDictionary()


class CudaGraphs:
    """Between model and sampler, after any LoRA. Of a picture it changes last bits."""

    CATEGORY = "dgx-pixels"
    DESCRIPTION = "Launches the diffusion network as one CUDA graph instead of kernel by kernel."
    RETURN_TYPES = ("MODEL",)
    FUNCTION = "with_graphs"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"model": ("MODEL",)}}

    def with_graphs(self, model):
        given = model
        model = given.clone()
        model.remove_wrappers_with_key(WrappersMP.DIFFUSION_MODEL, KEY)
        model.add_wrapper_with_key(WrappersMP.DIFFUSION_MODEL, KEY, run)
        # Once the clone is gone, ComfyUI unloads the network by the one that it was cloned from.
        for patcher in (given, model):
            patcher.remove_callbacks_with_key(CallbacksMP.ON_DETACH, KEY)
            patcher.add_callback_with_key(CallbacksMP.ON_DETACH, KEY, forget)
        place_noise_levels(model)
        return (model,)


def run(executor, *args, **kwargs):
    """In place of the network's own forward, as a wrapper of ComfyUI's."""
    network = executor.class_obj
    if not is_plain(args, kwargs):
        return executor(*args, **kwargs)
    if args[0].numel() > MOST_NUMBERS:
        return run_quickly(executor, args, kwargs)
    recorder = recorders.get(network)
    if recorder is None:
        recorder = recorders[network] = Recorder(network)
    return recorder.run(executor, args, kwargs)


def run_quickly(executor, args, kwargs):
    with quick_functions():
        return executor(*args, **kwargs)


def forget(patcher, unpatch_all):
    """The weights leave the GPU."""
    if unpatch_all:
        recorders.pop(patcher.model.diffusion_model, None)
        place_noise_levels(patcher)


def place_noise_levels(patcher):
    """A sampler's steps are worked out where these numbers lie: on the processor until the model is first loaded and after it was
    unloaded, else on the GPU, where the last bit differs and, after some steps, the picture."""
    patcher.get_model_object("model_sampling").to(patcher.load_device)


def is_plain(args, kwargs):
    """Whether all of it is on the GPU and none of it does something else at every step."""
    if not args[0].is_cuda:
        return False
    for value in (*args, *kwargs.values()):
        if isinstance(value, dict):
            if not is_unpatched(value):
                return False
        elif isinstance(value, torch.Tensor):
            if not value.is_cuda:
                return False
        elif not (value is None or isinstance(value, (bool, int, float, str))):
            return False
    return True


def is_unpatched(options):
    """False for a ControlNet's output too, and for what may do something else at every step."""
    wrappers = options.get("wrappers", {}).get(WrappersMP.DIFFUSION_MODEL, {})
    has_others = any(wrappers[key] for key in wrappers if key != KEY)
    return "sigmas" in options and not (has_others or options.get("patches") or options.get("patches_replace"))


class Recorder:
    """The recordings of one network, which hold as long as its weights stay where they are. All its passes are quick, so
    that a picture is the same whether it was drawn before a recording or by it."""

    def __init__(self, network):
        self.parameters = [(m._parameters, name) for m in network.modules() for name, p in m._parameters.items() if p is not None]
        self.casting = [m for m in network.modules() if hasattr(m, "comfy_cast_weights")]
        self.addresses = None
        self.has_warned = False
        # Weights that a LoRA has changed are not kept from being freed.
        self.sigmas, self.weights = None, []
        self.forget()

    def forget(self):
        # By shape: None after a first pass, which chooses kernels; False where recording failed.
        self.graphs = {}
        self.pool = None

    def run(self, executor, args, kwargs):
        if not self.is_same_sampling(args, kwargs):
            addresses = self.addresses_of_weights()
            if addresses != self.addresses:
                self.addresses = addresses
                self.forget()
        key = key_of(args, kwargs)
        if self.addresses is None:
            self.warn_of_moving_weights()
        if self.addresses is None or self.graphs.get(key) is False:
            return run_quickly(executor, args, kwargs)
        if key not in self.graphs:
            while len(self.graphs) >= MOST_GRAPHS:
                del self.graphs[next(iter(self.graphs))]
            self.graphs[key] = None
            return run_quickly(executor, args, kwargs)
        if self.graphs[key] is None:
            try:
                self.pool = self.pool or torch.cuda.graph_pool_handle()
                self.graphs[key] = Graph(executor, args, kwargs, self.pool)
            except Exception as error:
                logging.warning("Cannot record a CUDA graph, and goes on without: %s", error)
                self.graphs[key] = False
            return run_quickly(executor, args, kwargs)
        graph = self.graphs[key]
        if graph.is_proved:
            return graph.replay(args, kwargs)
        # Once with other inputs than those it was recorded with: an input that it does not follow would show.
        drawn = run_quickly(executor, args, kwargs)
        graph.is_proved = strays(graph.replay(args, kwargs), drawn) <= MOST_STRAYING
        if not graph.is_proved:
            logging.warning("A CUDA graph does not draw what the network draws, and is not used")
            self.graphs[key] = False
        return drawn

    def is_same_sampling(self, args, kwargs):
        """Whether this is the next step of the picture that the last pass was for. Where its weights lie is asked between
        pictures alone, since looking at each of some thousand takes longer than launching a recording; that they are the
        same objects is seen soon enough."""
        options = next((value for value in (*args, *kwargs.values()) if isinstance(value, dict)), {})
        sigmas = options.get("sample_sigmas")
        if sigmas is not None and sigmas is self.sigmas:
            known = (weight() for weight in self.weights)
            if all(parameters[name] is weight for (parameters, name), weight in zip(self.parameters, known)):
                return True
        self.sigmas, self.weights = sigmas, [weakref.ref(parameters[name]) for parameters, name in self.parameters]
        return False

    def warn_of_moving_weights(self):
        if not self.has_warned:
            logging.warning(
                "Cannot record CUDA graphs: weights are moved or cast for every pass; where they fit the GPU, start ComfyUI with"
                " --disable-dynamic-vram if it has that"
            )
        self.has_warned = True

    def addresses_of_weights(self):
        """Where the weights are; None if one is not on the GPU, is made anew for every pass, or serves another forward."""
        if any(m.comfy_cast_weights or m.weight_function or m.bias_function or "forward" in vars(m) for m in self.casting):
            return None
        weights = [parameters[name] for parameters, name in self.parameters]
        if not all(weight.is_cuda for weight in weights):
            return None
        return [weight.data_ptr() for weight in weights]


def strays(given, wanted):
    difference = torch.linalg.vector_norm((given - wanted).float())
    return float(difference / torch.linalg.vector_norm(wanted.float()).clamp(min=1e-12))


class Graph:
    def __init__(self, executor, args, kwargs, pool):
        self.is_proved = False
        own_args = [copied(value) for value in args]
        own_kwargs = {name: copied(value) for name, value in kwargs.items()}
        self.inputs = tensors_of(own_args, own_kwargs)
        self.graph = torch.cuda.CUDAGraph()
        # Other threads may go on to ask for the GPU's memory meanwhile.
        with torch.cuda.graph(self.graph, pool=pool, capture_error_mode="thread_local"):
            self.output = run_quickly(executor, own_args, own_kwargs)

    def replay(self, args, kwargs):
        for own, given in zip(self.inputs, tensors_of(args, kwargs)):
            own.copy_(given)
        self.graph.replay()
        # The next replay writes over it.
        return self.output.clone()


def copied(value):
    return value.clone() if isinstance(value, torch.Tensor) else value


def tensors_of(args, kwargs):
    return [value for value in (*args, *kwargs.values()) if isinstance(value, torch.Tensor)]


def key_of(args, kwargs):
    """What must be the same for a recording to hold."""
    named = (*enumerate(args), *sorted(kwargs.items()))
    return tuple((name, fact_of(value)) for name, value in named)


def fact_of(value):
    if isinstance(value, torch.Tensor):
        return (tuple(value.shape), value.dtype, value.device)
    return None if isinstance(value, dict) else value
