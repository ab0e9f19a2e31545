"""Adds the second stage to the folder that ships; run after `export`, which writes the folder anew.

    python -m sprite_model.export_enlarger RUN/enlarger.pt OUT [--version 0.3.0]

Writes OUT/enlarger.onnx and enters it, its steps and the doubled size into OUT/model.json. Refuses a
graph that strays from PyTorch.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path
from typing import Sequence

import numpy as np
import onnx
import onnxruntime
import torch

from .enlarge import Enlarger
from .export import IR_VERSION, OPSET
from .package import MANIFEST_FILE, describe, write_manifest
from .train_enlarger import load_enlarger

ENLARGER_FILE = "enlarger.onnx"
STEPS = 8
# Largest difference of a score, of which the likeliest candidates' are about 10.
LIMIT = 1e-3


def enlarger_graph(model: Enlarger) -> onnx.ModelProto:
    """Inputs coarse [B, 4, H, W] and fine [B, 5, 2H, 2W]; output scores [B, 25, 2H, 2W]. All of B, H, W are free."""
    file = io.BytesIO()
    torch.onnx.export(
        model,
        (torch.zeros(2, 4, 12, 10), torch.zeros(2, 5, 24, 20)),
        file,
        input_names=["coarse", "fine"],
        output_names=["scores"],
        dynamic_axes={
            "coarse": {0: "batch", 2: "height", 3: "width"},
            "fine": {0: "batch", 2: "height2", 3: "width2"},
            "scores": {0: "batch", 2: "height2", 3: "width2"},
        },
        opset_version=OPSET,
        dynamo=False,
    )
    graph = onnx.load_from_string(file.getvalue())
    graph.ir_version = IR_VERSION
    return graph


def strays(model: Enlarger, graph: onnx.ModelProto) -> float:
    """The largest difference between PyTorch's scores and the graph's, at two sizes."""
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(0)
    worst = 0.0
    for height, width in ((32, 32), (9, 14)):
        coarse = torch.randn(1, 4, height, width, generator=generator).clamp(-1, 1)
        fine = torch.randn(1, 5, 2 * height, 2 * width, generator=generator).clamp(-1, 1)
        with torch.no_grad():
            expected = model(coarse, fine).numpy()
        (actual,) = session.run(None, {"coarse": coarse.numpy(), "fine": fine.numpy()})
        worst = max(worst, float(np.abs(expected - actual).max()))
    return worst


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sprite_model.export_enlarger", description="Add the second stage.")
    parser.add_argument("enlarger", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--version", help="the model's new version")
    options = parser.parse_args(arguments)
    model = load_enlarger(options.enlarger)
    graph = enlarger_graph(model)
    error = strays(model, graph)
    if not error <= LIMIT:
        print(f"Cannot export: the graph strays {error:.2g} from PyTorch, limit {LIMIT}", file=sys.stderr)
        return 1
    manifest = json.loads((options.out / MANIFEST_FILE).read_text("utf-8"))
    onnx.save(graph, options.out / ENLARGER_FILE)
    files = {**manifest.pop("files"), ENLARGER_FILE: describe(options.out / ENLARGER_FILE)}
    manifest["enlarger"] = {"file": ENLARGER_FILE, "steps": STEPS}
    manifest["sizes"] = sorted({*manifest["sizes"], 2 * manifest["canvas"]})
    if options.version:
        manifest["version"] = options.version
    write_manifest(options.out, {**manifest, "files": files})
    print(json.dumps({"strays": error, ENLARGER_FILE: files[ENLARGER_FILE]}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
