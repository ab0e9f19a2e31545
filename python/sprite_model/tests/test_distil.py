import pytest
import torch
from test_train import SETTINGS, tiny_model, tiny_pack, tiny_vocabulary

from sprite_model.checkpoint import save_model
from sprite_model.distil import fewer_steps_loss, main, step_to
from sprite_model.sample import SamplerSettings, sample
from sprite_model.train import Run, TrainingSet, TrainSettings

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data():
    pack = tiny_pack()
    vocabulary = tiny_vocabulary(pack)
    return TrainingSet(pack, vocabulary, CPU), vocabulary


def test_a_step_keeps_the_noise_in_its_share():
    clean, noise = torch.full((1, 4, 2, 2), 0.5), torch.full((1, 4, 2, 2), -3.0)
    start, end = torch.tensor([0.75]), torch.tensor([0.5])
    image = 0.25 * clean + 0.75 * noise
    assert torch.allclose(step_to(image, clean, start, end), 0.5 * clean + 0.5 * noise)


def test_a_student_that_arrives_where_the_teacher_does_has_no_loss(data):
    training, _ = data

    def always(colour):
        return lambda image, *_: torch.full_like(image, colour)

    loss = fewer_steps_loss(always(0.3), SETTINGS, evaluations=4, teacher_steps=3)
    assert float(loss(always(0.3), training, 8, torch.Generator().manual_seed(0))) == pytest.approx(0, abs=1e-9)
    assert float(loss(always(0.4), training, 8, torch.Generator().manual_seed(0))) > 1e-3


def test_the_target_is_where_several_of_the_teachers_steps_lead(data):
    training, _ = data
    seen = []

    def teacher(image, time_, *_):
        seen.append(time_)
        return image * 0.5

    fewer_steps_loss(teacher, SETTINGS, evaluations=4, teacher_steps=2)(
        teacher, training, 64, torch.Generator().manual_seed(0)
    )
    # Three steps of the student lead to where it starts, two are the teacher's, one is learned.
    assert len(seen) == 6
    start, halfway, learned = seen[3], seen[4], seen[5]
    assert torch.equal(start, learned) and float(start.min()) > 0
    on_grid = torch.isin(start, torch.tensor([1.0, 0.75, 0.5, 0.25]))
    assert 32 < int(on_grid.sum()) < 64
    assert torch.allclose(halfway[on_grid], start[on_grid] - 0.125)


def test_four_steps_come_to_look_like_twelve(data, tmp_path):
    training, vocabulary = data
    teacher = tiny_model(vocabulary, takes_guidance=True).eval()
    for layer in (teacher.head, teacher.modulation):
        torch.nn.init.normal_(layer.weight, std=0.2)
    student = tiny_model(vocabulary, takes_guidance=True)
    student.load_state_dict(teacher.state_dict())
    texts = ["red block", "blue item"] * 8

    def drawn(model, steps):
        return sample(model, vocabulary, texts, SamplerSettings(steps=steps))[..., :3].float()

    wanted = drawn(teacher, 12)
    before = (drawn(teacher, 4) - wanted).abs().mean()
    settings = TrainSettings(batch=16, warm_up_steps=5, peak_rate=1e-3, average_decay=0.9)
    run = Run(student, training, settings, fewer_steps_loss(teacher, settings, evaluations=4), tmp_path)
    run.run(steps=60, seconds=None)
    assert (drawn(run.average, 4) - wanted).abs().mean() < 0.8 * before


@pytest.mark.parametrize(
    ("takes_guidance", "more", "lack"), [(False, ["--evaluations", "4"], "with"), (True, [], "without")]
)
def test_each_stage_asks_for_the_right_teacher(data, tmp_path, capsys, takes_guidance, more, lack):
    _, vocabulary = data
    pack = tiny_pack()
    pack.save(tmp_path / "pack.npz")
    vocabulary.save(tmp_path)
    save_model(tiny_model(vocabulary, takes_guidance=takes_guidance), tmp_path / "model.pt")
    given = [
        tmp_path / "pack.npz",
        tmp_path / "model.pt",
        tmp_path / "run",
        "--words",
        tmp_path,
        "--steps",
        1,
        "--device",
        "cpu",
    ]
    assert main([*map(str, given), *more]) == 1
    assert f"needs a model {lack} guidance as an input" in capsys.readouterr().err
