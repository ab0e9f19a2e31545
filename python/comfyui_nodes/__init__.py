"""What makes ComfyUI quicker for dgx-pixels: copy this folder into its custom_nodes, or let `bench comfyui` do it.

Beside the nodes, it takes all that ComfyUI has loaded by now out of the garbage collector's sight: between two jobs
ComfyUI collects garbage, every ten seconds at most, and answers nobody meanwhile. Modules and classes are most of what it
looks through then, and never garbage.
"""

import gc
import os

from .cuda_graphs import CudaGraphs
from .picture import Decode, Picture

gc.collect()
gc.freeze()

NODE_CLASS_MAPPINGS = {"DgxPixelsDecode": Decode, "DgxPixelsPicture": Picture}
if os.environ.get("DGX_PIXELS_CUDA_GRAPHS") != "0":
    NODE_CLASS_MAPPINGS["DgxPixelsCudaGraphs"] = CudaGraphs
NODE_DISPLAY_NAME_MAPPINGS = {
    "DgxPixelsCudaGraphs": "CUDA graphs",
    "DgxPixelsDecode": "Quick decoding",
    "DgxPixelsPicture": "Uncompressed picture",
}
