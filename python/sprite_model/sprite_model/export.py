"""The network as an ONNX graph, written node by node from a SpriteDenoiser's weights.

    graph = denoiser_graph(model)                     # float
    graph = denoiser_graph(model, Int8Linears())      # as shipped, see quantise.py
    onnx.save(graph, "denoiser.onnx")

Tracing gives about 1,200 nodes, of which ONNX Runtime fuses too few on a CPU; written by hand
there are about 400, in fused operators of long standing (SimplifiedLayerNormalization,
SkipSimplifiedLayerNormalization, MultiHeadAttention, QuickGelu). parity.py holds the graph to the
PyTorch module, so a change in model.py that is not repeated here fails.

    python -m sprite_model.export MODEL OUT --words FOLDER --version 0.3.0 [--reference FILE.json]

MODEL is a checkpoint, or the folder of the prototype's weights (then the words come with it). The
command refuses to write a graph that strays from PyTorch.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Mapping, Protocol, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from .model import NORM_EPSILON, NORM_GROUPS, PADDING_SCORE, RootMeanSquareNorm, SpriteDenoiser, TransformerBlock

OPSET = 17
# The newest file format that every ONNX Runtime since 1.13 reads.
IR_VERSION = 8
CONTRIBUTED = "com.microsoft"

# Root mean square of the difference over that of the prediction. Weights that are stored as float16
# cost about 1e-4 where the checkpoint has float32.
FLOAT_LIMIT = 1e-3
SHIPPED_LIMIT = 0.05


class GraphWriter:
    """Collects nodes and constants; every method returns the names of the values it makes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, np.ndarray] = {}

    def constant(self, value: np.ndarray | Tensor, name: str) -> str:
        """Stores an array under `name`; a second, equal array of that name is stored once."""
        array = value.detach().numpy() if isinstance(value, Tensor) else np.asarray(value)
        known = self.constants.setdefault(name, array)
        if known is not array and not (known.dtype == array.dtype and np.array_equal(known, array)):
            raise ValueError(f"Cannot store constant {name}: the name has another value")
        return name

    def half_constant(self, value: np.ndarray | Tensor, name: str) -> str:
        """Stores float32 values as float16, to be widened once when the graph is loaded."""
        array = value.detach().numpy() if isinstance(value, Tensor) else value
        if name + ".half" in self.constants:
            return name
        stored = self.constant(array.astype(np.float16), name + ".half")
        return self.node("Cast", [stored], name, to=TensorProto.FLOAT)

    def node(self, operator: str, inputs: Sequence[str], name: str, domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, domain=domain, **attributes))
        return name

    def split(self, value: str, parts: int, axis: int, name: str) -> list[str]:
        names = [f"{name}.{part}" for part in range(parts)]
        self.nodes.append(helper.make_node("Split", [value], names, name=name, axis=axis))
        return names

    def reshape(self, value: str, shape: Sequence[int], name: str) -> str:
        target = self.constant(np.array(shape, np.int64), "shape_" + "_".join(map(str, shape)).replace("-", "m"))
        return self.node("Reshape", [value, target], name)


class LinearWriter(Protocol):
    """How the large matrix products of the blocks are written."""

    def write(self, graph: GraphWriter, x: str, weights: Mapping[str, Tensor]) -> list[str]:
        """`x` [B, N, in] times each of the named weights [out, in], in order."""
        ...


class FloatLinears:
    def write(self, graph: GraphWriter, x: str, weights: Mapping[str, Tensor]) -> list[str]:
        return [
            graph.node("MatMul", [x, graph.constant(weight.T.contiguous(), f"{name}.weight")], name)
            for name, weight in weights.items()
        ]


def denoiser_graph(model: SpriteDenoiser, linears: LinearWriter | None = None) -> onnx.ModelProto:
    """The graph of `model`, its blocks' products written by `linears` (float by default).

    Inputs image [B, 4, H, W], time [B], vectors [B, L, D], words int64 [B, L], mask [B, L], and for a
    model that takes it guidance [B]; output denoised [B, 4, H, W]. B and L are free.
    """
    writer = GraphWriter()
    DenoiserWriter(writer, model, linears or FloatLinears()).write()
    config = model.config
    picture = ["batch", config.image_channels, config.canvas, config.canvas]
    inputs = [
        helper.make_tensor_value_info("image", TensorProto.FLOAT, picture),
        helper.make_tensor_value_info("time", TensorProto.FLOAT, ["batch"]),
        helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", "length", config.vector_dimensions]),
        helper.make_tensor_value_info("words", TensorProto.INT64, ["batch", "length"]),
        helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["batch", "length"]),
    ]
    if config.takes_guidance:
        inputs.append(helper.make_tensor_value_info("guidance", TensorProto.FLOAT, ["batch"]))
    graph = helper.make_graph(
        writer.nodes,
        "sprite_denoiser",
        inputs,
        [helper.make_tensor_value_info("denoised", TensorProto.FLOAT, picture)],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in writer.constants.items()],
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIBUTED, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="sprite_model")


class DenoiserWriter:
    """Mirrors SpriteDenoiser.forward, part by part."""

    def __init__(self, graph: GraphWriter, model: SpriteDenoiser, linears: LinearWriter) -> None:
        self.graph = graph
        self.model = model
        self.config = model.config
        self.linears = linears

    def write(self) -> None:
        graph, model, config = self.graph, self.model, self.config
        modulations = self.modulations()
        features = self.convolution("image", model.stem, "stem")
        patches = self.linear(self.cut(features), model.patch_input, "patch_input")
        positions = graph.constant(model.patch_positions, "patch_positions")
        patches = graph.node("Add", [patches, positions], "patches")
        tokens = graph.node("Concat", [patches, self.text_lead(), self.text_tokens()], "tokens", axis=1)
        keep = self.keys_to_attend()
        waiting: str | None = None  # what the last layer has yet to add to the tokens
        for index, block in enumerate(model.blocks):
            tokens, waiting = self.block(tokens, waiting, block, modulations[6 * index : 6 * index + 6], keep, index)
        tokens = graph.node("Add", [tokens, waiting], "tokens_out") if waiting else tokens
        bounds = [graph.constant(np.array([edge], np.int64), f"edge_{edge}") for edge in (0, config.patches, 1)]
        tokens = graph.node("Slice", [tokens, *bounds], "patches_out")
        tokens = self.root_mean_square(tokens, model.output_norm, "output_norm")
        drawn = self.join(self.linear(tokens, model.patch_output, "patch_output"))
        x = graph.node("Concat", [features, drawn], "merge_input", axis=1)
        x = self.convolution(x, model.merge, "merge")
        for index, block in enumerate(model.refine):
            x = self.convolution_block(x, block, f"refine.{index}")
        x = self.swish(self.group_norm(x, model.head_norm, "head_norm"), "head_input")
        self.convolution(x, model.head, "denoised")

    def modulations(self) -> list[str]:
        """Six values [B, 1, width] a block: scale, shift, gate of the attention, then of the feed-forward layer.

        One product and one sum make them for all blocks: the norms' weights and the 1 of (1 + scale)
        are folded into the constants.
        """
        graph, model, config = self.graph, self.model, self.config
        axis = graph.constant(np.array([1], np.int64), "axis_1")
        one = graph.constant(np.array(1, np.float32), "one")
        count = graph.node("Max", [graph.node("ReduceSum", ["mask", axis], "mask_sum", keepdims=1), one], "word_count")
        shares = graph.node("Unsqueeze", [graph.node("Div", ["mask", count], "word_share"), axis], "word_shares")
        # A product, since ReduceSum adds in another order for another batch size.
        mean = graph.node("MatMul", [shares, "vectors"], "vector_mean")
        mean = graph.reshape(mean, [-1, config.vector_dimensions], "vector_mean_row")
        summary = self.linear(mean, model.text_summary, "text_summary")
        condition = graph.node("Add", [summary, self.sinusoids("time", model.time)], "time_and_text")
        if model.guidance is not None:
            guided = self.sinusoids("guidance", model.guidance)
            condition = graph.node("Add", [condition, guided], "time_text_and_guidance")
        shared = self.linear(self.swish(condition, "condition"), model.modulation, "modulation")
        shared = graph.reshape(shared, [-1, 1, 6, config.width], "shared_modulation")
        factors, offsets = zip(*(folded_modulation(block) for block in model.blocks))
        factor = graph.constant(np.stack(factors)[None], "modulation_factors")
        offset = graph.constant(np.stack(offsets)[None], "modulation_offsets")
        scaled = graph.node("Mul", [shared, factor], "modulation_scaled")
        every = graph.node("Add", [scaled, offset], "modulation_every")
        count = 6 * config.depth
        return graph.split(graph.reshape(every, [0, count, config.width], "modulation_rows"), count, 1, "modulations")

    def sinusoids(self, number: str, embedding: nn.Module) -> str:
        graph = self.graph
        axis = graph.constant(np.array([1], np.int64), "axis_1")
        column = graph.node("Unsqueeze", [number, axis], f"{number}.column")
        angles = graph.node("Mul", [column, graph.constant(embedding.frequencies, "frequencies")], f"{number}.angles")
        cosines, sines = graph.node("Cos", [angles], f"{number}.cos"), graph.node("Sin", [angles], f"{number}.sin")
        waves = graph.node("Concat", [cosines, sines], f"{number}.waves", axis=1)
        hidden = self.swish(self.linear(waves, embedding.input, f"{number}.input"), f"{number}.hidden")
        return self.linear(hidden, embedding.output, f"{number}.output")

    def text_tokens(self) -> str:
        graph, text = self.graph, self.model.text
        meaning = self.linear("vectors", text.projection, "text.projection")
        table = graph.half_constant(text.residual.weight, "text.residual")
        meaning = graph.node("Add", [meaning, graph.node("Gather", [table, "words"], "text.residuals")], "text.meaning")
        last = graph.constant(np.array([2], np.int64), "axis_2")
        column = graph.node("Unsqueeze", ["mask", last], "mask_column")
        masked = graph.node("Mul", [meaning, column], "text.masked")
        shape = graph.node("Shape", ["words"], "words_shape", start=1, end=2)
        start = graph.constant(np.array([0], np.int64), "edge_0")
        axis = graph.constant(np.array([1], np.int64), "axis_1")
        places = graph.constant(text.positions, "text.positions")
        places = graph.node("Slice", [places, start, shape, axis], "text.places")
        return graph.node("Add", [masked, places], "text.tokens")

    def text_lead(self) -> str:
        """The token that is always there, once per image of the batch."""
        graph = self.graph
        batch = graph.node("Shape", ["time"], "batch")
        ones = graph.constant(np.array([1, 1], np.int64), "ones_1_1")
        repeats = graph.node("Concat", [batch, ones], "lead_repeats", axis=0)
        return graph.node("Tile", [graph.constant(self.model.text.lead, "text.lead"), repeats], "lead")

    def keys_to_attend(self) -> str:
        """int32 [B, patches + 1 + L]: 1 where a token may be attended to."""
        graph = self.graph
        pads = graph.constant(np.array([0, self.config.patches + 1, 0, 0], np.int64), "mask_pads")
        one = graph.constant(np.array(1, np.float32), "one")
        return graph.node("Cast", [graph.node("Pad", ["mask", pads, one], "mask_all")], "keep", to=TensorProto.INT32)

    def block(
        self,
        tokens: str,
        waiting: str | None,
        block: TransformerBlock,
        modulation: Sequence[str],
        keep: str,
        index: int,
    ) -> tuple[str, str]:
        """The tokens before this block's last sum, and what that sum has yet to add."""
        graph, name = self.graph, f"blocks.{index}"
        scale1, shift1, gate1, scale2, shift2, gate2 = modulation
        tokens, x = self.add_and_normalise(tokens, waiting, f"{name}.attention_norm")
        x = self.modulate(x, scale1, shift1, f"{name}.attention_input")
        names = [f"{name}.query", f"{name}.key", f"{name}.value"]
        query, key, value = self.linears.write(graph, x, dict(zip(names, block.query_key_value.weight.chunk(3))))
        query = self.normalise_heads(query, block.query_norm, f"{name}.query_even")
        key = self.normalise_heads(key, block.key_norm, f"{name}.key_even")
        x = graph.node(
            "MultiHeadAttention",
            [query, key, value, "", keep],
            f"{name}.attention",
            CONTRIBUTED,
            num_heads=self.config.width // self.config.head_width,
            mask_filter_value=PADDING_SCORE,
        )
        (x,) = self.linears.write(graph, x, {f"{name}.attention_output": block.attention_output.weight})
        waiting = graph.node("Mul", [x, gate1], f"{name}.attention_gated")
        tokens, x = self.add_and_normalise(tokens, waiting, f"{name}.feed_forward_norm")
        x = self.modulate(x, scale2, shift2, f"{name}.feed_forward_input")
        names = [f"{name}.gate", f"{name}.gated_value"]
        gate, value = self.linears.write(graph, x, dict(zip(names, block.gate_and_value.weight.chunk(2))))
        x = graph.node("Mul", [self.swish(gate, f"{name}.open"), value], f"{name}.hidden")
        (x,) = self.linears.write(graph, x, {f"{name}.feed_forward_output": block.feed_forward_output.weight})
        return tokens, graph.node("Mul", [x, gate2], f"{name}.feed_forward_gated")

    def add_and_normalise(self, tokens: str, waiting: str | None, name: str) -> tuple[str, str]:
        """The sum, and the sum with a root mean square of 1 in each row (its weight is in the modulation)."""
        graph = self.graph
        ones = graph.constant(np.ones(self.config.width, np.float32), "ones_width")
        if waiting is None:
            return tokens, graph.node(
                "SimplifiedLayerNormalization", [tokens, ones], name, axis=-1, epsilon=NORM_EPSILON, stash_type=1
            )
        total = f"{name}.sum"
        graph.nodes.append(
            helper.make_node(
                "SkipSimplifiedLayerNormalization",
                [tokens, waiting, ones],
                [name, "", "", total],
                name=name,
                domain=CONTRIBUTED,
                epsilon=NORM_EPSILON,
            )
        )
        return total, name

    def modulate(self, x: str, scale: str, shift: str, name: str) -> str:
        return self.graph.node("Add", [self.graph.node("Mul", [x, scale], f"{name}.scaled"), shift], name)

    def normalise_heads(self, x: str, norm: RootMeanSquareNorm, name: str) -> str:
        graph, config = self.graph, self.config
        heads = graph.reshape(x, [0, 0, config.width // config.head_width, config.head_width], f"{name}.heads")
        return graph.reshape(self.root_mean_square(heads, norm, f"{name}.norm"), [0, 0, config.width], name)

    def root_mean_square(self, x: str, norm: RootMeanSquareNorm, name: str) -> str:
        weight = self.graph.constant(norm.weight, f"{name}.weight")
        return self.graph.node(
            "SimplifiedLayerNormalization", [x, weight], name, axis=-1, epsilon=NORM_EPSILON, stash_type=1
        )

    def linear(self, x: str, layer: nn.Linear, name: str) -> str:
        """A layer that stays float, its weights stored as float16."""
        graph = self.graph
        weight = graph.half_constant(layer.weight.T.contiguous(), f"{name}.weight")
        product = graph.node("MatMul", [x, weight], f"{name}.product")
        return graph.node("Add", [product, graph.constant(layer.bias, f"{name}.bias")], name)

    def convolution(self, x: str, layer: nn.Conv2d, name: str) -> str:
        graph = self.graph
        weights = [graph.constant(layer.weight, f"{name}.weight"), graph.constant(layer.bias, f"{name}.bias")]
        pads = [layer.padding[0], layer.padding[1]] * 2
        return graph.node("Conv", [x, *weights], name, kernel_shape=list(layer.kernel_size), pads=pads)

    def convolution_block(self, x: str, block: nn.Module, name: str) -> str:
        inner = self.swish(self.group_norm(x, block.norm, f"{name}.norm"), f"{name}.first_input")
        inner = self.swish(self.convolution(inner, block.first, f"{name}.first"), f"{name}.second_input")
        return self.graph.node("Add", [x, self.convolution(inner, block.second, f"{name}.second")], name)

    def group_norm(self, x: str, norm: nn.GroupNorm, name: str) -> str:
        graph, config = self.graph, self.config
        groups = graph.reshape(x, [0, NORM_GROUPS, -1], f"{name}.groups")
        ones = graph.constant(np.ones(NORM_GROUPS, np.float32), "ones_groups")
        zeros = graph.constant(np.zeros(NORM_GROUPS, np.float32), "zeros_groups")
        even = graph.node("InstanceNormalization", [groups, ones, zeros], f"{name}.even", epsilon=norm.eps)
        even = graph.reshape(even, [0, config.stem_channels, config.canvas, config.canvas], f"{name}.image")
        weight = graph.constant(norm.weight[:, None, None], f"{name}.weight")
        bias = graph.constant(norm.bias[:, None, None], f"{name}.bias")
        return graph.node("Add", [graph.node("Mul", [even, weight], f"{name}.scaled"), bias], name)

    def swish(self, x: str, name: str) -> str:
        return self.graph.node("QuickGelu", [x], name, CONTRIBUTED, alpha=1.0)

    def cut(self, features: str) -> str:
        graph, config = self.graph, self.config
        side, patch, channels = config.canvas // config.patch, config.patch, config.stem_channels
        grid = graph.reshape(features, [-1, channels, side, patch, side, patch], "cut.grid")
        grid = graph.node("Transpose", [grid], "cut.order", perm=[0, 2, 4, 1, 3, 5])
        return graph.reshape(grid, [-1, config.patches, config.patch_values], "cut")

    def join(self, patches: str) -> str:
        graph, config = self.graph, self.config
        side, patch, channels = config.canvas // config.patch, config.patch, config.stem_channels
        grid = graph.reshape(patches, [-1, side, side, channels, patch, patch], "join.grid")
        grid = graph.node("Transpose", [grid], "join.order", perm=[0, 3, 1, 4, 2, 5])
        return graph.reshape(grid, [-1, channels, config.canvas, config.canvas], "join")


def folded_modulation(block: TransformerBlock) -> tuple[np.ndarray, np.ndarray]:
    """Factor and offset, each [6, width], that turn the shared modulation into the block's own."""
    offset = block.modulation.detach().numpy().copy()
    factor = np.ones_like(offset)
    for row, norm in ((0, block.attention_norm), (3, block.feed_forward_norm)):
        weight = norm.weight.detach().numpy()
        factor[row] = weight
        offset[row] = (1 + offset[row]) * weight
    return factor, offset


def main(arguments: Sequence[str] | None = None) -> int:
    from .checkpoint import load_model, load_prototype
    from .distil import LEAST_GUIDANCE, MOST_GUIDANCE
    from .package import DEFAULTS, write_package
    from .parity import PROMPTS, onnx_denoise, torch_denoise, value_error
    from .quantise import Int8Linears
    from .reference import reference
    from .sample import GUIDANCE_UNIT
    from .text import Vocabulary

    parser = argparse.ArgumentParser(prog="sprite_model.export", description="Write the model that ships.")
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--words", type=Path, help="folder of the word lists that belong to a checkpoint")
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--settings", type=Path, help="JSON with keys of package.SETTINGS for the manifest")
    parser.add_argument(
        "--steps", type=int, default=DEFAULTS["steps"], help="evaluations a sprite that the manifest offers"
    )
    parser.add_argument("--float", type=Path, dest="float_graph", help="write the float graph here as well")
    parser.add_argument("--reference", type=Path, help="write the numbers for the generator's tests here")
    options = parser.parse_args(arguments)
    if options.model.is_dir():
        model, vocabulary = load_prototype(options.model)
    elif options.words:
        model, vocabulary = load_model(options.model), Vocabulary.load(options.words)
    else:
        parser.error("a checkpoint needs --words")
    float_graph = denoiser_graph(model)
    if options.float_graph:
        onnx.save(float_graph, options.float_graph)
    shipped_graph = denoiser_graph(model, Int8Linears())
    torch_model, shipped = torch_denoise(model), onnx_denoise(shipped_graph.SerializeToString())
    written = onnx_denoise(float_graph.SerializeToString())
    errors = {
        "float": value_error(torch_model, written, vocabulary, PROMPTS),
        "shipped": value_error(torch_model, shipped, vocabulary, PROMPTS),
    }
    for kind, limit in (("float", FLOAT_LIMIT), ("shipped", SHIPPED_LIMIT)):
        if not errors[kind]["relative"] <= limit:
            print(
                f"Cannot export: the {kind} graph strays {errors[kind]['relative']:.2g} from PyTorch, limit {limit}",
                file=sys.stderr,
            )
            return 1
    guidance_range = {"divisor": GUIDANCE_UNIT, "least": LEAST_GUIDANCE, "most": MOST_GUIDANCE}
    manifest = write_package(
        options.out,
        shipped_graph,
        vocabulary,
        model.config,
        version=options.version,
        settings={
            "defaults": {**DEFAULTS, "steps": options.steps},
            **(json.loads(options.settings.read_text("utf-8")) if options.settings else {}),
        },
        guidance_input=guidance_range if model.config.takes_guidance else None,
    )
    if options.reference:
        # The words as they ship: rounded vectors.
        numbers = reference(model, shipped_graph.SerializeToString(), Vocabulary.load(options.out), options.steps)
        options.reference.parent.mkdir(parents=True, exist_ok=True)
        options.reference.write_text(json.dumps({"version": options.version, **numbers}, indent=1) + "\n", "utf-8")
    print(json.dumps({"errors": errors, "files": manifest["files"]}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
