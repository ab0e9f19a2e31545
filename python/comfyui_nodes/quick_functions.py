"""Two functions of SDXL's networks that PyTorch runs slowly on a GPU, written so that it runs them quickly.

They differ from PyTorch's in nothing but roundings: the product's are the same, and the norm's are no larger as long as the mean
of a group is within some thirty of its deviations from zero.
"""

import contextlib

import torch
from comfy.ldm.modules.attention import GEGLU
from torch.nn import functional

# Fewer numbers than these in a group are normed sooner by one block of a GPU's threads.
FEWEST_NUMBERS = 2**16

usual_group_norm = functional.group_norm
usual_geglu = GEGLU.forward


@contextlib.contextmanager
def quick_functions():
    """Networks that run within use the functions below, unless somebody else has changed what they use."""
    functions = [
        (functional, "group_norm", usual_group_norm, group_norm),
        (GEGLU, "forward", usual_geglu, geglu),
    ]
    exchange(functions)
    try:
        yield
    finally:
        exchange((owner, name, quick, usual) for owner, name, usual, quick in functions)


def exchange(functions):
    for owner, name, present, other in functions:
        if getattr(owner, name) is present:
            setattr(owner, name, other)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """As torch.nn.functional.group_norm.

    PyTorch has one block of threads read each group of each picture: 32 blocks for the 132 processors of an H100, which is
    half the time of SDXL's decoder. Here sums are taken by as many blocks as there can be, as 32-bit floats, and every
    channel is scaled as in a batch norm that has learned its mean and variance.
    """
    pictures, channels = input.shape[:2]
    groups = pictures * num_groups
    is_slow = input.dtype in (torch.float16, torch.bfloat16) and input.numel() >= groups * FEWEST_NUMBERS
    if not is_slow or weight is None or bias is None or not input.is_contiguous():
        return usual_group_norm(input, num_groups, weight, bias, eps)
    rows = input.view(groups, -1)
    mean = rows.mean(-1, dtype=torch.float32)
    square = torch.linalg.vector_norm(rows, dim=-1, dtype=torch.float32).square() / rows.shape[-1]
    variance = torch.addcmul(square, mean, mean, value=-1).clamp_(min=0)
    of_channels = [
        values.repeat_interleave(channels // num_groups, output_size=pictures * channels) for values in (mean, variance)
    ]
    scales = [values.float().repeat(pictures) for values in (weight, bias)]
    return functional.batch_norm(input.view(1, pictures * channels, -1), *of_channels, *scales, eps=eps).view(input.shape)


def geglu(self, x):
    """As GEGLU.forward of ComfyUI, which takes both halves of one product: no half lies in one piece, and what follows reads
    piece by piece. Two products do."""
    projection = self.proj
    if not is_plain_linear(projection):
        return usual_geglu(self, x)
    half = projection.weight.shape[0] // 2
    gate = functional.linear(x, projection.weight[half:], projection.bias[half:])
    return functional.gelu(gate).mul_(functional.linear(x, projection.weight[:half], projection.bias[:half]))


def is_plain_linear(module):
    """False where weights are made anew for every pass, and where somebody looks on or has put something else in its place."""
    is_cast = getattr(module, "comfy_cast_weights", True) or module.weight_function or module.bias_function
    is_watched = module._forward_hooks or module._forward_pre_hooks or "forward" in vars(module)
    return not (is_cast or is_watched) and module.bias is not None
