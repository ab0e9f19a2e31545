import dataclasses

import pytest
import torch

from sprite_model.model import ModelConfig, SpriteDenoiser

SMALL = ModelConfig(width=128, depth=2, caption_words=20)


def small_model(**changes: object) -> SpriteDenoiser:
    torch.manual_seed(1)
    model = SpriteDenoiser(dataclasses.replace(SMALL, **changes)).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.05 * torch.randn_like(weight))
        model.text.residual.weight[0] = 0
    return model


def inputs(batch: int, length: int) -> list[torch.Tensor]:
    torch.manual_seed(2)
    words = torch.randint(0, 21, (batch, length))
    vectors = torch.randn(batch, length, 100)
    return [torch.randn(batch, 4, 32, 32), torch.rand(batch), vectors, words, torch.ones(batch, length)]


@pytest.mark.parametrize("batch, length", [(1, 1), (3, 32)])
def test_a_prediction_has_the_shape_of_the_image(batch, length):
    with torch.no_grad():
        assert small_model()(*inputs(batch, length)).shape == (batch, 4, 32, 32)


def test_a_new_model_predicts_nothing():
    with torch.no_grad():
        assert SpriteDenoiser(SMALL)(*inputs(1, 3)).abs().max() == 0


def test_masked_words_change_nothing():
    image, time, vectors, words, mask = inputs(2, 6)
    mask[:, 4:] = 0
    model = small_model()
    with torch.no_grad():
        padded = model(image, time, vectors, words, mask)
        short = model(image, time, vectors[:, :4], words[:, :4], mask[:, :4])
        told = model(image, time, vectors, words, torch.ones_like(mask))
    assert torch.allclose(padded, short, atol=1e-5)
    assert not torch.allclose(padded, told, atol=1e-3)


def test_guidance_is_wanted_exactly_where_the_configuration_says_so():
    scale = torch.tensor([0.3])
    with torch.no_grad():
        guided = small_model(takes_guidance=True)
        assert not torch.equal(guided(*inputs(1, 2), scale), guided(*inputs(1, 2), 2 * scale))
        with pytest.raises(ValueError, match="guidance is missing"):
            guided(*inputs(1, 2))
        with pytest.raises(ValueError, match="guidance is given"):
            small_model()(*inputs(1, 2), scale)


def test_the_configuration_refuses_sizes_that_do_not_divide():
    with pytest.raises(ValueError, match="30 px is no multiple of 4 px"):
        ModelConfig(canvas=30)
    with pytest.raises(ValueError, match="width 100"):
        ModelConfig(width=100)
