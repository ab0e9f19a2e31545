"""The sprite denoiser: a transformer over 4x4 pixel patches that predicts the clean sprite.

    model = SpriteDenoiser(ModelConfig())
    denoised = model(image, time, vectors, words, mask)     # [B, 4, 32, 32]

An image is [B, 4, H, W] in -1..1: alpha in channel 3, and in channels 0..2 colour times
coverage, so that a transparent pixel is (0, 0, 0, -1). `time` runs from 1 (pure noise) to 0
(clean); a noised image is (1 - time) * clean + time * noise. Words enter as pretrained vectors,
looked up outside the network, plus a learned residual for words seen in captions (see text.py).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class ModelConfig:
    """Everything that fixes the shapes of the weights. Widths are in channels, sizes in pixels."""

    canvas: int = 32
    patch: int = 4
    width: int = 384
    depth: int = 13
    head_width: int = 64
    stem_channels: int = 48
    image_channels: int = 4
    max_words: int = 32
    vector_dimensions: int = 100
    caption_words: int = 3081
    # True adds an input for the guidance scale, for a model distilled to need one evaluation a step.
    takes_guidance: bool = False

    def __post_init__(self) -> None:
        if self.canvas % self.patch:
            raise ValueError(f"Cannot cut the canvas into patches: {self.canvas} px is no multiple of {self.patch} px")
        if self.width % self.head_width:
            raise ValueError(f"Cannot split attention heads: width {self.width} is no multiple of {self.head_width}")
        if self.stem_channels % NORM_GROUPS:
            raise ValueError(f"Cannot group channels: {self.stem_channels} is no multiple of {NORM_GROUPS}")

    @property
    def patches(self) -> int:
        return (self.canvas // self.patch) ** 2

    @property
    def patch_values(self) -> int:
        """Values of one patch after the stem."""
        return self.stem_channels * self.patch**2

    @property
    def hidden_width(self) -> int:
        """Width of the gated feed-forward layer: 8/3 of `width`, rounded down to a multiple of 32."""
        return self.width * 8 // 3 // 32 * 32

    def to_dict(self) -> dict:
        return asdict(self)


NORM_GROUPS = 8
NORM_EPSILON = 1e-6
TIME_FREQUENCIES = 128
# Added to the attention score of a padding word; exp() of it is 0 in every float format used.
PADDING_SCORE = -1e4


class RootMeanSquareNorm(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.weight.shape, self.weight.to(x.dtype), NORM_EPSILON)


class SinusoidEmbedding(nn.Module):
    """A number in about 0..1 as 256 cosines and sines, then a two-layer perceptron: [B] -> [B, width]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        exponents = torch.arange(TIME_FREQUENCIES, dtype=torch.float32) / TIME_FREQUENCIES
        self.register_buffer("frequencies", 1000.0 * torch.exp(-math.log(10000.0) * exponents), persistent=False)
        self.input = nn.Linear(2 * TIME_FREQUENCIES, width)
        self.output = nn.Linear(width, width)

    def forward(self, number: Tensor) -> Tensor:
        angles = number.float()[:, None] * self.frequencies
        waves = torch.cat([angles.cos(), angles.sin()], dim=-1)
        return self.output(F.silu(self.input(waves)))


class TextTokens(nn.Module):
    """One token a word, led by a token that is always there: [B, L] words -> [B, 1 + L, width]."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.projection = nn.Linear(config.vector_dimensions, config.width)
        self.residual = nn.Embedding(config.caption_words + 1, config.width, padding_idx=0)
        self.positions = nn.Parameter(0.02 * torch.randn(1, config.max_words, config.width))
        self.lead = nn.Parameter(0.02 * torch.randn(1, 1, config.width))
        nn.init.normal_(self.residual.weight, std=0.02)
        with torch.no_grad():
            self.residual.weight[0] = 0

    def forward(self, vectors: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        meaning = self.projection(vectors) + self.residual(words)
        tokens = meaning * mask[..., None].to(meaning.dtype) + self.positions[:, : words.shape[1]]
        lead = self.lead.expand(words.shape[0], -1, -1).to(tokens.dtype)
        return torch.cat([lead, tokens], dim=1)


class TransformerBlock(nn.Module):
    """Joint attention over image and text tokens, then a SwiGLU layer; both modulated by time and text."""

    def __init__(self, width: int, head_width: int, hidden_width: int) -> None:
        super().__init__()
        self.head_width = head_width
        self.attention_norm = RootMeanSquareNorm(width)
        self.query_norm = RootMeanSquareNorm(head_width)
        self.key_norm = RootMeanSquareNorm(head_width)
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.attention_output = nn.Linear(width, width, bias=False)
        self.feed_forward_norm = RootMeanSquareNorm(width)
        self.gate_and_value = nn.Linear(width, 2 * hidden_width, bias=False)
        self.feed_forward_output = nn.Linear(hidden_width, width, bias=False)
        # What this block adds to the modulation that all blocks share.
        self.modulation = nn.Parameter(torch.zeros(6, width))

    def forward(self, tokens: Tensor, shared_modulation: Tensor, padding_scores: Tensor) -> Tensor:
        modulation = (shared_modulation + self.modulation).to(tokens.dtype)
        scale1, shift1, gate1, scale2, shift2, gate2 = modulation[:, :, None].unbind(1)
        attended = self.attend(self.attention_norm(tokens) * (1 + scale1) + shift1, padding_scores)
        tokens = tokens + gate1 * attended
        gate, value = self.gate_and_value(self.feed_forward_norm(tokens) * (1 + scale2) + shift2).chunk(2, dim=-1)
        return tokens + gate2 * self.feed_forward_output(F.silu(gate) * value)

    def attend(self, tokens: Tensor, padding_scores: Tensor) -> Tensor:
        batch, length, width = tokens.shape
        split = self.query_key_value(tokens).view(batch, length, 3, width // self.head_width, self.head_width)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = F.scaled_dot_product_attention(
            self.query_norm(query), self.key_norm(key), value, attn_mask=padding_scores.to(value.dtype)
        )
        return self.attention_output(mixed.transpose(1, 2).reshape(batch, length, width))


class ConvolutionBlock(nn.Module):
    """Two 3x3 convolutions beside an identity; starts as the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(NORM_GROUPS, channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.silu(self.first(F.silu(self.norm(x)))))


class SpriteDenoiser(nn.Module):
    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        width, channels = config.width, config.stem_channels
        self.text = TextTokens(config)
        self.time = SinusoidEmbedding(width)
        self.guidance = SinusoidEmbedding(width) if config.takes_guidance else None
        self.text_summary = nn.Linear(config.vector_dimensions, width)
        self.modulation = nn.Linear(width, 6 * width)
        self.stem = nn.Conv2d(config.image_channels, channels, 3, padding=1)
        self.patch_input = nn.Linear(config.patch_values, width)
        self.patch_positions = nn.Parameter(0.02 * torch.randn(1, config.patches, width))
        self.blocks = nn.ModuleList(
            TransformerBlock(width, config.head_width, config.hidden_width) for _ in range(config.depth)
        )
        self.output_norm = RootMeanSquareNorm(width)
        self.patch_output = nn.Linear(width, config.patch_values)
        self.merge = nn.Conv2d(2 * channels, channels, 1)
        self.refine = nn.ModuleList([ConvolutionBlock(channels), ConvolutionBlock(channels)])
        self.head_norm = nn.GroupNorm(NORM_GROUPS, channels)
        self.head = nn.Conv2d(channels, config.image_channels, 3, padding=1)
        for layer in (self.modulation, self.head):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(
        self,
        image: Tensor,
        time: Tensor,
        vectors: Tensor,
        words: Tensor,
        mask: Tensor,
        guidance: Tensor | None = None,
    ) -> Tensor:
        """Predicts the clean image.

        image    float [B, 4, canvas, canvas]: the noised image, in -1..1 where clean
        time     float [B]: its share of noise, 0..1
        vectors  float [B, L, vector_dimensions]: pretrained word vectors, 1 <= L <= max_words
        words    int   [B, L]: caption-word index of the learned residual, 0 for none
        mask     float or bool [B, L]: 1 for a word, 0 for padding; all 0 is the unconditional prediction
        guidance float [B]: guidance scale divided by 10, only for a model that takes it
        returns  float [B, 4, canvas, canvas]

        Raises ValueError where guidance is given or missing against the configuration; other wrong
        shapes fail in the layer that meets them.
        """
        if (guidance is None) != (self.guidance is None):
            raise ValueError(
                f"Cannot denoise: takes_guidance is {self.config.takes_guidance}, "
                f"guidance is {'missing' if guidance is None else 'given'}"
            )
        mask = mask.to(vectors.dtype)
        modulation = self.modulate(time, vectors, mask, guidance)
        features = self.stem(image)
        patches = self.patch_input(self.cut(features)) + self.patch_positions
        tokens = self.text(vectors, words, mask)
        tokens = torch.cat([patches.to(tokens.dtype), tokens], dim=1)
        if torch.is_autocast_enabled(image.device.type):
            # Training is bound by memory traffic: the residual stream goes in the narrow type as well.
            tokens = tokens.to(torch.get_autocast_dtype(image.device.type))
        scores = F.pad((1 - mask) * PADDING_SCORE, (self.config.patches + 1, 0))[:, None, None]
        for block in self.blocks:
            tokens = block(tokens, modulation, scores)
        drawn = self.patch_output(self.output_norm(tokens[:, : self.config.patches]))
        x = self.merge(torch.cat([features, self.join(drawn).to(features.dtype)], dim=1))
        for block in self.refine:
            x = block(x)
        return self.head(F.silu(self.head_norm(x)))

    def modulate(self, time: Tensor, vectors: Tensor, mask: Tensor, guidance: Tensor | None) -> Tensor:
        """The scales, shifts and gates that all blocks share: [B, 6, width]."""
        count = mask.sum(dim=1, keepdim=True).clamp(min=1)
        mean = (vectors * mask[..., None]).sum(dim=1) / count
        condition = self.time(time) + self.text_summary(mean)
        if self.guidance is not None:
            condition = condition + self.guidance(guidance)
        return self.modulation(F.silu(condition)).view(-1, 6, self.config.width)

    def cut(self, features: Tensor) -> Tensor:
        """[B, channels, canvas, canvas] -> [B, patches, patch_values], rows of patches first."""
        side, patch, channels = self.config.canvas // self.config.patch, self.config.patch, self.config.stem_channels
        grid = features.view(-1, channels, side, patch, side, patch)
        return grid.permute(0, 2, 4, 1, 3, 5).reshape(-1, side * side, channels * patch * patch)

    def join(self, patches: Tensor) -> Tensor:
        """The inverse of `cut`."""
        side, patch, channels = self.config.canvas // self.config.patch, self.config.patch, self.config.stem_channels
        grid = patches.view(-1, side, side, channels, patch, patch)
        return grid.permute(0, 3, 1, 4, 2, 5).reshape(-1, channels, side * patch, side * patch)
