import pytest
import torch

from sprite_model.checkpoint import load_model, prototype_name, read_checkpoint, save_model, save_small

from test_model import inputs, small_model


def test_a_saved_model_predicts_the_same(tmp_path):
    model = small_model()
    save_model(model, tmp_path / "model.pt", step=7)
    assert read_checkpoint(tmp_path / "model.pt")["details"] == {"step": 7}
    assert [file.name for file in tmp_path.iterdir()] == ["model.pt"]
    with torch.no_grad():
        assert torch.equal(load_model(tmp_path / "model.pt")(*inputs(2, 3)), model(*inputs(2, 3)))


def test_the_small_form_is_small_and_nearly_the_same(tmp_path):
    model = small_model()
    with torch.no_grad():
        model.patch_positions.normal_()
    save_small(model, tmp_path / "model.npz")
    assert [file.name for file in tmp_path.iterdir()] == ["model.npz"]
    again = load_model(tmp_path / "model.npz")
    assert again.config == model.config
    for name, weight in model.state_dict().items():
        error = (again.state_dict()[name] - weight).norm() / weight.norm().clamp(min=1e-6)
        assert error < 0.02, name


def test_another_file_is_refused(tmp_path):
    torch.save({"weights": {}}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="no sprite-denoiser/1 checkpoint"):
        load_model(tmp_path / "other.pt")


@pytest.mark.parametrize(
    "prototype, name",
    [
        ("blocks.3.qkv.weight", "blocks.3.query_key_value.weight"),
        ("blocks.12.ada", "blocks.12.modulation"),
        ("blocks.0.kn.w", "blocks.0.key_norm.weight"),
        ("h2.c1.bias", "refine.1.first.bias"),
        ("pos", "patch_positions"),
        ("txt.pos", "text.positions"),
        ("out.weight", "head.weight"),
        ("stem.bias", "stem.bias"),
    ],
)
def test_the_prototypes_names_are_translated(prototype, name):
    assert prototype_name(prototype) == name


def test_a_half_checkpoint_predicts_what_the_model_does(tmp_path):
    model, values = small_model(), inputs(2, 5)
    save_small(model, tmp_path / "half.npz", half=True)
    with torch.no_grad():
        expected, actual = model(*values), load_model(tmp_path / "half.npz")(*values)
    assert (actual - expected).norm() < 2e-3 * expected.norm()
