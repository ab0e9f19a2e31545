import numpy as np
import pytest
import torch

from sprite_model.model import ModelConfig, SpriteDenoiser
from sprite_model.sample import SamplerSettings, contact_sheet, sample, time_grid
from sprite_model.text import Vocabulary


@pytest.fixture(scope="module")
def drawing():
    torch.manual_seed(0)
    model = SpriteDenoiser(
        ModelConfig(width=64, depth=1, stem_channels=8, max_words=8, vector_dimensions=4, caption_words=2)
    ).eval()
    torch.nn.init.normal_(model.head.weight, std=0.5)
    return model, Vocabulary(["red", "key"], np.ones((2, 4), np.float32), ["red", "key"])


def test_times_run_from_one_to_zero():
    assert time_grid(4) == [1, 0.75, 0.5, 0.25, 0]
    assert time_grid(2, 2.0) == [1, 0.25, 0]


def test_a_seed_draws_the_same_sprite_again(drawing):
    first, second = (sample(*drawing, ["red key"], SamplerSettings(steps=2), seed=4) for _ in range(2))
    other = sample(*drawing, ["red key"], SamplerSettings(steps=2), seed=5)
    assert first.shape == (1, 32, 32, 4) and first.dtype == torch.uint8
    assert torch.equal(first, second) and not torch.equal(first, other)
    assert set(first[..., 3].unique().tolist()) <= {0, 255}
    assert not first[first[..., 3] == 0].any()


def test_doubled_sprites_are_made_of_blocks(drawing):
    image = sample(*drawing, ["red key"], SamplerSettings(steps=3, doubled=True, seamless=True))[0]
    blocks = image.view(16, 2, 16, 2, 4)
    assert torch.equal(blocks, blocks[:, :1, :, :1].expand_as(blocks))


def test_a_sheet_lays_sprites_out_in_rows():
    images = np.zeros((3, 1, 1, 4), np.uint8)
    images[0, 0, 0] = (10, 20, 30, 255)
    sheet = contact_sheet(images, columns=2, scale=1, gap=1, backdrop=99)
    assert sheet[..., 0].tolist() == [[70] * 5, [70, 10, 70, 99, 70], [70] * 5, [70, 99, 70, 70, 70], [70] * 5]
