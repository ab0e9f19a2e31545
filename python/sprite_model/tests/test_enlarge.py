import numpy as np
import pytest
import torch

from sprite_model.augment import to_model_form
from sprite_model.captions import Sprite
from sprite_model.enlarge import (
    CANDIDATES,
    Enlarger,
    EnlargerConfig,
    colour_space,
    decided_planes,
    double,
    enlarge,
    enlarging_loss,
    halve,
    neighbours,
)
from sprite_model.prepare import DatasetError, Pack
from sprite_model.train_enlarger import EnlargerSettings, EnlargingSet, hidden, load_enlarger, train

SMALL = EnlargerConfig(coarse_channels=8, coarse_blocks=1, fine_channels=8, fine_blocks=1)


def pack(count=6, doubled=False):
    images = np.zeros((count, 32, 32, 4), np.uint8)
    chance = np.random.default_rng(0)
    for i in range(count):
        images[i, 4:28, 4:28] = (*chance.integers(30, 220, 3), 255)
        images[i, 4:28, 4] = images[i, 4, 4:28] = (20, 20, 20, 255)
    sprite = {"source": "rltiles", "caption": "red block", "category": "item", "tags": [], "colours": ["red"]}
    sprites = [Sprite(id=f"s{i}", split="train", doubled=doubled, seamless=False, **sprite) for i in range(count)]
    return Pack(images, sprites)


def data(**options):
    return EnlargingSet(pack(**options), None, torch.device("cpu"))


def test_neighbours_are_the_square_around_each_pixel_with_the_edge_repeated():
    planes = torch.arange(12.0).view(1, 1, 3, 4)
    squares = neighbours(planes)
    assert squares.shape == (1, CANDIDATES, 1, 3, 4)
    assert torch.equal(squares[0, 12, 0], planes[0, 0])
    assert squares[0, :, 0, 0, 0].view(5, 5).tolist() == [
        [0, 0, 0, 1, 2], [0, 0, 0, 1, 2], [0, 0, 0, 1, 2], [4, 4, 4, 5, 6], [8, 8, 8, 9, 10],
    ]  # fmt: skip


def test_halving_takes_pixels_that_are_there_and_keeps_what_is_mostly_opaque():
    images = torch.zeros(1, 4, 4, 4, dtype=torch.uint8)
    images[0, :2, :2] = torch.tensor([200, 0, 0, 255], dtype=torch.uint8)
    images[0, :2, 2] = torch.tensor([0, 200, 0, 255], dtype=torch.uint8)
    half = halve(images, torch.Generator().manual_seed(0))
    assert half.shape == (1, 2, 2, 4)
    assert half[0, 0].tolist() == [[200, 0, 0, 255], [0, 200, 0, 255]]
    assert half[0, 1].sum() == 0


def test_the_loss_is_least_where_the_right_colour_is_chosen():
    fine, coarse = data().batch(4, torch.Generator().manual_seed(1))
    everywhere = torch.ones(4, 32, 32)
    target = colour_space(fine)
    candidates = double(neighbours(colour_space(coarse)).flatten(0, 1)).view(4, CANDIDATES, 4, 32, 32)
    right = -(candidates - target[:, None]).abs().sum(2) * 100
    assert enlarging_loss(right, colour_space(coarse), target, everywhere) < 0.2
    assert enlarging_loss(-right, colour_space(coarse), target, everywhere) > 3


def test_a_new_network_answers_for_any_size_and_enlarging_keeps_the_palette():
    model = Enlarger(SMALL).eval()
    images = torch.from_numpy(pack(2).images[:, :10, :14])
    scores = model(
        to_model_form(images),
        decided_planes(torch.zeros(2, 20, 28, 4, dtype=torch.uint8), torch.zeros(2, 20, 28, dtype=torch.bool)),
    )
    assert scores.shape == (2, CANDIDATES, 20, 28)
    large = enlarge(model, images, steps=3)
    assert large.shape == (2, 20, 28, 4)
    for before, after in zip(images, large):
        assert {tuple(p) for p in after.view(-1, 4).tolist()} <= {tuple(p) for p in before.reshape(-1, 4).tolist()}


def test_the_share_of_hidden_pixels_varies_from_all_to_few():
    shares = hidden(200, 16, torch.device("cpu"), torch.Generator().manual_seed(0)).float().mean((1, 2))
    assert shares.max() > 0.97 and shares.min() < 0.1 and 0.55 < shares.mean() < 0.72


def test_training_learns_and_a_resumed_run_gives_the_same_weights(tmp_path):
    settings = EnlargerSettings(batch=8, warm_up_steps=2)
    whole = train(data(), settings, SMALL, tmp_path / "whole", 24, None)
    first = train(data(), settings, SMALL, tmp_path / "parts", 24, None, stop_after=9)
    assert np.isfinite(first)
    train(data(), settings, SMALL, tmp_path / "parts", 24, None)
    one, other = load_enlarger(tmp_path / "whole" / "enlarger.pt"), load_enlarger(tmp_path / "parts" / "enlarger.pt")
    for left, right in zip(one.state_dict().values(), other.state_dict().values()):
        assert torch.equal(left, right)
    assert whole < 3.0


def test_what_cannot_be_trained_on_is_told(tmp_path):
    with pytest.raises(DatasetError, match="no training sprites drawn at full size"):
        data(doubled=True)
    torch.save({"format": "other"}, tmp_path / "enlarger.pt")
    with pytest.raises(DatasetError, match="of another kind or shape"):
        train(data(), EnlargerSettings(batch=2), SMALL, tmp_path, 1, None)
    with pytest.raises(ValueError, match="it is no sprite-enlarger/1 checkpoint"):
        load_enlarger(tmp_path / "enlarger.pt")


def test_export_enters_the_second_stage_into_the_manifest(tmp_path):
    onnx = pytest.importorskip("onnx")
    from sprite_model.export_enlarger import main

    train(data(), EnlargerSettings(batch=2), SMALL, tmp_path, 1, None)
    (tmp_path / "model.json").write_text('{"canvas": 32, "sizes": [16, 32], "version": "1", "files": {}}')
    assert main([str(tmp_path / "enlarger.pt"), str(tmp_path), "--version", "2"]) == 0
    import json

    manifest = json.loads((tmp_path / "model.json").read_text())
    assert manifest["sizes"] == [16, 32, 64] and manifest["version"] == "2"
    assert manifest["enlarger"] == {"file": "enlarger.onnx", "steps": 8}
    onnx.checker.check_model(onnx.load(tmp_path / "enlarger.onnx"))
