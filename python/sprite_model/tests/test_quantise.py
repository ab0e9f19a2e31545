import numpy as np
import pytest
import torch

from sprite_model.quantise import LARGEST_PAIR, hadamard, quantise_weight, rotate


def pair_sizes(rows: torch.Tensor) -> torch.Tensor:
    pairs = rows.double().unflatten(1, (-1, 2))
    return torch.where(pairs.prod(dim=2) > 0, pairs.sum(dim=2).abs(), pairs.abs().amax(dim=2))


@pytest.mark.parametrize("kind", ["normal", "equal", "one large", "opposite"])
def test_no_pair_of_weights_can_clip(kind):
    torch.manual_seed(0)
    weight = {
        "normal": torch.randn(200, 64),
        "equal": torch.ones(3, 64) * torch.tensor([[1.0], [-1.0], [0.3]]),
        "one large": torch.eye(64),
        "opposite": torch.tensor([[1.0, -1.0] * 32]),
    }[kind]
    rows, scales = quantise_weight(weight)
    assert rows.dtype == torch.int8 and scales.dtype == torch.float32
    assert pair_sizes(rows).max() <= LARGEST_PAIR
    # Half a step, and one more where rounding took a pair over its limit.
    assert ((rows * scales[:, None] - weight).abs() <= 1.5 * scales[:, None] + 1e-7).all()


def test_all_eight_bits_are_used_where_signs_differ():
    rows, _ = quantise_weight(torch.tensor([[1.0, -1.0, 0.5, 0.25]]))
    assert rows.tolist() == [[127, -127, 64, 32]]


def test_an_all_zero_channel_stays_zero():
    rows, scales = quantise_weight(torch.zeros(2, 4))
    assert not rows.any() and torch.isfinite(scales).all()


def test_a_rotation_is_undone_by_itself():
    assert np.allclose(hadamard(8) @ hadamard(8), np.eye(8), atol=1e-6)
    weight, x = torch.randn(5, 64), torch.randn(7, 64)
    turned = (x.unflatten(1, (-1, 32)) @ torch.from_numpy(hadamard(32))).flatten(1)
    assert torch.allclose(turned.double() @ rotate(weight, 32).T, x.double() @ weight.double().T, atol=1e-5)


def test_a_rotation_needs_a_power_of_two():
    with pytest.raises(ValueError, match="size 24"):
        hadamard(24)
