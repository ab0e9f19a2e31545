"""What makes ComfyUI quicker for dgx-pixels: copy this folder into its custom_nodes, or let `bench comfyui` do it.

Beside the node, it takes all that ComfyUI has loaded by now out of the garbage collector's sight: between two jobs
ComfyUI collects garbage, every ten seconds at most, and answers nobody meanwhile. Modules and classes are most of what it
looks through then, and never garbage.
"""

import gc

from .cuda_graphs import CudaGraphs

gc.collect()
gc.freeze()

NODE_CLASS_MAPPINGS = {"DgxPixelsCudaGraphs": CudaGraphs}
NODE_DISPLAY_NAME_MAPPINGS = {"DgxPixelsCudaGraphs": "CUDA graphs"}
