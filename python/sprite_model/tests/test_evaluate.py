import json
from collections import Counter

import numpy as np
import pytest
import torch

from sprite_model.augment import COLOUR_FAMILIES, colour_shares, from_model_form
from sprite_model.captions import Sprite
from sprite_model.classifier import (
    CATEGORIES,
    JudgeSet,
    SpriteClassifier,
    classify,
    export_onnx,
    load_classifier,
    save_classifier,
    train_classifier,
)
from sprite_model.evaluate import (
    Prompt,
    colours_used,
    kernel_distance,
    main,
    mean_distance,
    measure,
    near_copies,
    orphan_share,
    read_prompts,
)
from sprite_model.prepare import DatasetError, Pack

CPU = torch.device("cpu")


def noise(count, seed=0):
    images = torch.randint(0, 256, (count, 32, 32, 4), generator=torch.Generator().manual_seed(seed)).to(torch.uint8)
    images[..., 3] = 255
    return images


def test_the_prompt_list_covers_every_category_and_colour():
    prompts = read_prompts()
    assert len(prompts) >= 200 and len({prompt.prompt for prompt in prompts}) == len(prompts)
    counts = Counter(prompt.category for prompt in prompts)
    assert set(counts) == set(CATEGORIES) and min(counts.values()) >= 10
    assert {prompt.color for prompt in prompts if prompt.color} == set(COLOUR_FAMILIES)


def test_a_prompt_of_no_category_is_refused(tmp_path):
    path = tmp_path / "prompts.jsonl"
    path.write_text(json.dumps({"prompt": "x", "category": "toaster"}))
    with pytest.raises(DatasetError, match="'toaster' of 'x' is no category"):
        read_prompts(path)


def test_copies_are_found_mirrored_moved_and_slightly_changed():
    originals = noise(5)
    mirrored = originals[1:2].flip(2)
    moved = originals[2:3].roll((1, -1), (1, 2))
    tinted = (originals[3:4].int() + 8 * (originals[3:4] < 128)).to(torch.uint8)
    # 102 of 1024 pixels changed still leaves 90 %; one more does not.
    barely, hardly = originals[4:5].clone(), originals[4:5].clone()
    barely.view(1, -1, 4)[0, :102] += 90
    hardly.view(1, -1, 4)[0, :103] += 90
    samples = torch.cat([mirrored, moved, tinted, barely, hardly, noise(1, 9), originals[:1].roll(2, 1)])
    assert near_copies(samples, originals, CPU).tolist() == [True, True, True, True, False, False, False]


def test_distance_counts_transparent_pixels_as_equal():
    images = torch.zeros(2, 2, 2, 4, dtype=torch.uint8)
    images[0, ..., :3] = 200
    assert mean_distance(images) == 0
    images[0] = 255
    assert mean_distance(images) == pytest.approx(1)


def test_kernel_distance_is_near_zero_for_one_distribution_and_large_for_two():
    features = torch.randn(400, 16, generator=torch.Generator().manual_seed(1))
    assert abs(kernel_distance(features[:200], features[200:])) < 0.05
    assert kernel_distance(features[:200], features[200:] + 2) > 0.5


def test_orphans_have_no_neighbour_like_them():
    image = torch.zeros(1, 4, 4, 4, dtype=torch.uint8)
    image[0, 0, 0] = image[0, 1, 1] = torch.tensor([200, 0, 0, 255], dtype=torch.uint8)
    image[0, 3, 3] = torch.tensor([0, 0, 200, 255], dtype=torch.uint8)
    assert orphan_share(image) == pytest.approx(1 / 3)
    assert colours_used(image[0]) == 2


def test_all_figures_are_there_and_the_real_thing_scores_as_itself():
    sprites, images = [], noise(40, 3)
    for i in range(40):
        category = CATEGORIES[i % 2]
        sprites.append(Sprite(f"s{i}", "", "thing", category, colours=["red"], split="heldout" if i < 10 else "train"))
    pack = Pack(images.numpy(), sprites)
    prompts = [Prompt("a", CATEGORIES[0], "red"), Prompt("b", CATEGORIES[1])]
    torch.manual_seed(0)
    figures = measure(pack, SpriteClassifier().eval(), prompts, images[10:20].view(2, 5, 32, 32, 4), images[:10], CPU)
    assert figures["prompts"] == 2 and figures["nearCopyPct"] == 100 and figures["nearCopyPctReal"] == 0
    assert figures["diversity"] == pytest.approx(1, abs=0.05)
    assert set(figures["byCategory"]) == set(CATEGORIES) and set(figures["byColor"]) == set(COLOUR_FAMILIES)
    json.dumps(figures, allow_nan=False)


def test_samples_of_the_wrong_shape_are_refused():
    pack = Pack(np.zeros((1, 32, 32, 4), np.uint8), [Sprite("s", "", "thing", "item")])
    with pytest.raises(DatasetError, match="does not fit 1 prompts"):
        measure(pack, SpriteClassifier(), [Prompt("a", "item")], torch.zeros(2, 5, 32, 32, 4), torch.zeros(0), CPU)


def test_the_classifier_is_small_and_comes_back(tmp_path):
    model = SpriteClassifier().eval()
    save_classifier(model, tmp_path / "c.pt")
    assert (tmp_path / "c.pt").stat().st_size < 2_000_000
    image = torch.randn(2, 4, 32, 32)
    assert torch.equal(load_classifier(tmp_path / "c.pt")(image)[0], model(image)[0])


def test_the_classifier_runs_the_same_in_onnx(tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    model = SpriteClassifier().eval()
    image = torch.randn(3, 4, 32, 32)
    expected = [part.detach().numpy() for part in model(image)]
    export_onnx(model, tmp_path / "c.onnx")
    outputs = onnxruntime.InferenceSession(tmp_path / "c.onnx").run(
        ["category", "colour", "features"], {"image": image.numpy()}
    )
    for mine, theirs in zip(outputs, expected):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


def test_the_command_asks_for_samples_or_a_model(tmp_path, capsys):
    Pack(np.zeros((1, 32, 32, 4), np.uint8), [Sprite("s", "", "thing", "item")]).save(tmp_path / "p.npz")
    assert main([str(tmp_path / "p.npz"), "c.pt", "--out", str(tmp_path / "e.json"), "--device", "cpu"]) == 1
    assert "give either --samples, or --model and --words" in capsys.readouterr().err


def test_the_judge_learns_from_recoloured_sprites_with_labels_to_match():
    pack, colours = block_pack(), ("red", "blue")
    data = JudgeSet(pack, CPU)
    assert len(data.images) > len(pack.sprites)
    shown, categories, labels = data.batch(64, torch.Generator().manual_seed(0))
    assert shown.shape == (64, 4, 32, 32) and set(shown[:, 3].unique().tolist()) == {-1.0, 1.0}
    named = {COLOUR_FAMILIES[place] for place in labels.nonzero()[:, 1].tolist()}
    assert named > set(colours)
    # The label is what is seen, also where the sprite has been recoloured.
    for image, label in zip(shown[:8], labels[:8]):
        seen = colour_shares(from_model_form(image[None]))[0]
        assert label[seen.argmax()] == 1


def test_a_judge_that_was_trained_knows_what_it_saw():
    pack = block_pack()
    judge = train_classifier(pack, CPU, steps=60, batch=16)
    category, _, _ = classify(judge, torch.from_numpy(pack.images))
    assert category.tolist() == [CATEGORIES.index(sprite.category) for sprite in pack.sprites]


def block_pack():
    """Wide blocks are food, tall ones weapons; red and blue of each."""
    images, sprites = np.zeros((8, 32, 32, 4), np.uint8), []
    for i in range(8):
        rows, columns = ((slice(12, 20), slice(3, 29)), (slice(3, 29), slice(12, 20)))[i % 2]
        images[i, rows, columns] = ((200, 20, 30, 255), (30, 60, 220, 255))[i // 4]
        colour = ("red", "blue")[i // 4]
        sprites.append(Sprite(f"s{i}", "rltiles", f"{colour} block", ("food", "weapon")[i % 2], colours=[colour]))
    return Pack(images, sprites)
