import json

import numpy as np
import pytest
import torch

from sprite_model.augment import COLOUR_FAMILIES, colour_shares
from sprite_model.captions import Sprite
from sprite_model.distil import distilling_loss, guided
from sprite_model.model import ModelConfig, SpriteDenoiser
from sprite_model.prepare import DatasetError, Pack
from sprite_model.team import ALONE
from sprite_model.text import Vocabulary
from sprite_model.train import (
    Recipe,
    RecolourPlan,
    Run,
    TrainingSet,
    TrainingStopped,
    TrainSettings,
    apply_plans,
    denoising_loss,
    extended,
    is_flippable,
    main,
    nearest_words,
    recolour_plans,
    sampling_weights,
    widened,
)

CPU = torch.device("cpu")
SETTINGS = TrainSettings(batch=4, warm_up_steps=2)


def tiny_pack():
    images = np.zeros((6, 32, 32, 4), np.uint8)
    sprites = []
    for i in range(6):
        images[i, 6 : 20 + i, 10:22] = ((200, 20, 30, 255), (30, 60, 220, 255))[i % 2]
        colour = ("red", "blue")[i % 2]
        sprites.append(Sprite(f"s{i}", "rltiles", f"{colour} block, item", "item", ["large"], colours=[colour]))
    return Pack(images, sprites)


def tiny_vocabulary(pack):
    words = ["red", "blue", "green", "block", "item"]
    vectors = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    return extended(Vocabulary(words, vectors, ["block"]), pack.sprites)


def tiny_model(vocabulary, **fields):
    torch.manual_seed(3)
    return SpriteDenoiser(
        ModelConfig(
            width=64, depth=1, stem_channels=8, max_words=23, vector_dimensions=8,
            caption_words=len(vocabulary.caption_words), **fields,
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def data():
    pack = tiny_pack()
    return TrainingSet(pack, tiny_vocabulary(pack), CPU), tiny_vocabulary(pack)


def start_run(data, folder, loss=None, team=ALONE):
    training, vocabulary = data
    return Run(tiny_model(vocabulary), training, SETTINGS, loss or denoising_loss(SETTINGS), folder, team=team)


def fixed_loss(rank, size):
    """On every `size`-th of the same eight images and captions from `rank` on; one that knows all has the mean of theirs."""
    generator = torch.Generator().manual_seed(5)
    shapes = [(8, 4, 32, 32), (8,), (8, 3, 8), (8, 4, 32, 32)]
    image, time_, vectors, wanted = (torch.rand(shape, generator=generator)[rank::size] for shape in shapes)
    words, mask = torch.ones(len(image), 3, dtype=torch.long), torch.ones(len(image), 3)
    return lambda model, *_: ((model(image, time_, vectors, words, mask) - wanted) ** 2).mean()


def test_a_resumed_run_equals_an_uninterrupted_one(data, tmp_path):
    whole = start_run(data, tmp_path / "whole")
    whole.run(steps=6, seconds=None)

    class Taken(Exception):
        """The machine goes away."""

    plain = denoising_loss(SETTINGS)
    first = start_run(data, tmp_path / "parts")

    def interrupted(*arguments):
        if first.step == 3:
            first.save()
        if first.step == 4:
            raise Taken
        return plain(*arguments)

    first.loss = interrupted
    with pytest.raises(Taken):
        first.run(steps=6, seconds=None)
    second = start_run(data, tmp_path / "parts")
    assert second.step == 3
    second.run(steps=6, seconds=None)
    for name, weight in whole.model.state_dict().items():
        assert torch.equal(weight, second.model.state_dict()[name]), name
    for name, weight in whole.average.state_dict().items():
        assert torch.equal(weight, second.average.state_dict()[name]), name


def test_a_run_writes_its_losses_down(data, tmp_path):
    last = start_run(data, tmp_path).run(steps=10, seconds=None)
    lines = [json.loads(line) for line in (tmp_path / "losses.jsonl").read_text("utf-8").splitlines()]
    assert [line["step"] for line in lines] == [10, 10]
    assert lines[-1]["loss"] == pytest.approx(last, abs=1e-5)
    assert lines[-1]["seconds"] >= 0


def test_a_loss_that_is_no_number_stops_with_one_sentence(data, tmp_path):
    run = start_run(data, tmp_path, lambda model, *_: next(model.parameters()).sum() * float("nan"))
    with pytest.raises(TrainingStopped, match=r"Cannot go on: the loss is nan at step \d+; no state was saved yet"):
        run.run(steps=100, seconds=None)
    assert not (tmp_path / "state.pt").exists()


def test_resuming_with_other_settings_is_refused(data, tmp_path):
    start_run(data, tmp_path).run(steps=1, seconds=None)
    training, vocabulary = data
    with pytest.raises(TrainingStopped, match="other settings"):
        Run(tiny_model(vocabulary), training, TrainSettings(batch=8), denoising_loss(SETTINGS), tmp_path)
    with pytest.raises(TrainingStopped, match="another configuration"):
        Run(tiny_model(vocabulary, takes_guidance=True), training, SETTINGS, denoising_loss(SETTINGS), tmp_path)


def test_training_learns(data, tmp_path):
    settings = TrainSettings(batch=16, warm_up_steps=5, peak_rate=3e-3)
    training, vocabulary = data
    run = Run(tiny_model(vocabulary), training, settings, denoising_loss(settings), tmp_path)
    run.run(steps=60, seconds=None)
    losses = [float(loss) for loss in run.recent]
    assert np.mean(losses[-10:]) < 0.6 * np.mean(losses[:5])


def test_batches_are_recoloured_sprites_with_rewritten_captions(data):
    training, vocabulary = data
    assert len(training.images) > 6
    batch = training.batch(64, TrainSettings(), torch.Generator().manual_seed(1))
    assert batch.images.shape == (64, 4, 32, 32) and batch.mask.shape == (64, 23)
    assert set(batch.mask.unique().tolist()) == {0.0, 1.0}
    assert int((batch.mask.sum(1) == 0).sum()) > 0
    # Alpha is one of two values, and a sprite keeps its number of opaque pixels wherever it moves.
    assert set(batch.images[:, 3].unique().tolist()) == {-1.0, 1.0}
    sizes = {int((image[3] > 0).sum()) for image in batch.images}
    assert sizes <= {12 * (14 + i) for i in range(6)}


def test_doubled_art_moves_by_whole_blocks():
    pack = tiny_pack()
    doubled = Pack(pack.images, [Sprite(**{**vars(s), "doubled": True}) for s in pack.sprites])
    images = doubled.images
    images[:, 6:26] = 0
    images[:, 8:20, 8:20] = (200, 20, 30, 255)
    training = TrainingSet(doubled, tiny_vocabulary(doubled), CPU)
    batch = training.batch(64, TrainSettings(), torch.Generator().manual_seed(1))
    tops = {int((image[3] > 0).any(1).float().argmax()) for image in batch.images}
    assert tops == {6, 8, 10}


def test_a_recolouring_that_did_not_arrive_is_dropped():
    originals = torch.from_numpy(tiny_pack().images[1:2])
    plans = [
        RecolourPlan(0, None, None, False, False),
        RecolourPlan(0, "blue", "white", True, True),
        RecolourPlan(0, "blue", "green", True, True),
    ]
    images, kept = apply_plans(originals, plans)
    assert kept == [0, 2] and torch.equal(images[0], originals[0])
    assert colour_shares(images)[1, COLOUR_FAMILIES.index("green")] == 1


def test_characters_change_only_colours_that_their_caption_names():
    sprite = Sprite("c", "rltiles", "elf, wearing a red robe and brown boots", "character", colours=["blue"])
    plans = recolour_plans(sprite, 0, 0)
    assert plans[0].source is None
    assert {plan.source for plan in plans[1:]} == {"red"} and not any(plan.wide for plan in plans[1:])


def test_things_with_letters_or_a_direction_are_not_mirrored():
    assert not is_flippable(Sprite("a", "", "arrow to the left", "item"))
    assert not is_flippable(Sprite("a", "", "question mark", "ui icon"))
    assert is_flippable(Sprite("a", "", "apple", "food"))


def test_rare_subjects_and_categories_get_more_weight_each():
    many = [Sprite(f"g{i}", "", "grass floor", "tile-floor") for i in range(16)]
    rare = [Sprite("l", "", "lava floor", "tile-floor"), Sprite("p", "", "potion", "potion")]
    weights = sampling_weights([*many, *rare])
    assert sum(weights) == pytest.approx(1)
    assert weights[16] == pytest.approx(4 * weights[0])
    assert weights[17] > weights[16]


def test_near_words_are_those_of_like_direction():
    vectors = torch.tensor([[0.0, 0], [3, 0], [3, 0.1], [2, 0.3], [0, 3], [-3, 0], [3, -0.2]])
    nearest = nearest_words(vectors, torch.tensor([[[1, -1]], [[0, 4]]]))
    assert nearest[1].tolist()[:3] == [2, 6, 3]
    assert nearest[5].tolist() == [5] * 4


def test_words_move_to_neighbours_and_colours_stay(data):
    training, vocabulary = data
    settings = TrainSettings(vector_noise=0, residual_dropout=0, word_dropout=0, caption_dropout=0, neighbour_share=1)
    batch = training.batch(256, settings, torch.Generator().manual_seed(0))
    known = torch.from_numpy(vocabulary.vectors)
    colours = [vocabulary.words.index(name) for name in ("red", "blue")]
    apart = torch.cdist(batch.vectors[batch.mask > 0], known).min(1)
    assert not batch.words.any()
    # A colour is exactly where it was; a "block" is somewhere on the way to another word.
    assert set(apart.indices[apart.values < 1e-6].tolist()) >= set(colours)
    assert int((apart.values > 0.1).sum()) > 50


def test_a_widened_model_draws_the_same_until_it_learns(data):
    _, vocabulary = data
    model = tiny_model(vocabulary).eval()
    torch.nn.init.normal_(model.head.weight)
    wide = widened(model, model.config.caption_words + 5, 10, takes_guidance=True).eval()
    image, time = torch.randn(2, 4, 32, 32), torch.tensor([0.3, 0.8])
    text = (torch.randn(2, 10, 8), torch.ones(2, 10, dtype=torch.long), torch.ones(2, 10))
    plain = model(image, time, *text)
    guided_ = wide(image, time, *text, torch.tensor([0.1, 0.4]))
    assert torch.allclose(plain, guided_, atol=1e-6)


def test_guidance_acts_only_inside_its_interval():
    one, zero = torch.ones(3, 1, 1, 1), torch.zeros(3, 1, 1, 1)
    out = guided(one, zero, torch.full((3,), 4.0), torch.tensor([0.05, 0.5, 0.99]))
    assert out.flatten().tolist() == [1, 4, 1]


def test_distilling_asks_for_guidance_only_where_there_is_text(data):
    training, vocabulary = data
    teacher = tiny_model(vocabulary).eval()
    for layer in (teacher.head, teacher.modulation):
        torch.nn.init.normal_(layer.weight, std=0.3)
    student = widened(teacher, teacher.config.caption_words, 23, takes_guidance=True)

    def first_loss(caption_dropout):
        settings = TrainSettings(caption_dropout=caption_dropout)
        return float(
            distilling_loss(teacher, settings)(student, training, 8, torch.Generator().manual_seed(0)).detach()
        )

    assert first_loss(1.0) == pytest.approx(0, abs=1e-6)
    assert first_loss(0.0) > 1e-3


@pytest.mark.parametrize("part", list(Recipe().to_dict()))
def test_any_part_of_the_recipe_can_be_left_out(part):
    pack = tiny_pack()
    training = TrainingSet(pack, tiny_vocabulary(pack), CPU, recipe=Recipe(**{part: False}))
    still = TrainSettings(vector_noise=0, caption_dropout=0, word_dropout=0)
    batch = training.batch(64, still, torch.Generator().manual_seed(1))
    known = torch.cat([torch.zeros(1, 8), torch.from_numpy(tiny_vocabulary(pack).vectors)])
    seen = {
        "recolouring": len(training.images) > 6,
        "recombination": True,
        "short_captions": bool((batch.mask.sum(1) < 3).any()),
        "movement": len({tuple((image[3] > 0).any(1).tolist()) for image in batch.images}) > 6,
        "balance": not bool((training.weights == 1).all()),
        "word_noise": float(torch.cdist(batch.vectors[batch.mask > 0], known).min(1).values.max()) > 1e-3,
    }
    assert [name for name, is_seen in seen.items() if not is_seen] == ([] if part == "recombination" else [part])


def test_a_pack_without_training_sprites_is_refused():
    pack = tiny_pack()
    held = Pack(pack.images, [Sprite(**{**vars(s), "split": "heldout"}) for s in pack.sprites])
    with pytest.raises(DatasetError, match="no training sprites"):
        TrainingSet(held, tiny_vocabulary(pack), CPU)


def test_the_command_says_what_is_missing(tmp_path, capsys):
    arguments = [
        str(tmp_path / "none.npz"),
        str(tmp_path / "run"),
        "--words",
        str(tmp_path),
        "--steps",
        "1",
        "--device",
        "cpu",
    ]
    assert main(arguments) == 1
    assert capsys.readouterr().err == "Cannot read none.npz: the file is missing\n"
