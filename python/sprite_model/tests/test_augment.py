import pytest
import torch

from sprite_model.augment import (
    COLOUR_FAMILIES,
    PROTOTYPES,
    colour_jitter,
    colour_shares,
    families,
    from_model_form,
    is_doubled,
    is_seamless,
    margins,
    oklab_to_srgb,
    recolour,
    srgb_to_oklab,
    to_model_form,
    toroidal_roll,
)

CLEAR = (0, 0, 0, 0)


def picture(rows):
    """Rows of colour tuples -> uint8 [1, H, W, 4]."""
    return torch.tensor([[[(*p, 255) if len(p) == 3 else p for p in row] for row in rows]], dtype=torch.uint8)


def letters(text, alpha=255):
    """Letters as gray values: rows of one-digit numbers, '.' transparent."""
    rows = [[CLEAR if c == "." else (int(c) * 20,) * 3 for c in line] for line in text.split()]
    return picture(rows)


def grays(image):
    return [[int(p[0]) // 20 if p[3] else None for p in row] for row in image[0].tolist()]


def test_oklab_matches_published_values_and_inverts():
    # White and pure red, from the definition's own table of examples.
    lab = srgb_to_oklab(torch.tensor([[1.0, 1, 1], [1, 0, 0]]))
    assert torch.allclose(lab[0], torch.tensor([1.0, 0, 0]), atol=1e-3)
    assert torch.allclose(lab[1], torch.tensor([0.628, 0.2249, 0.1258]), atol=1e-3)
    rgb = torch.rand(100, 3, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(oklab_to_srgb(srgb_to_oklab(rgb)), rgb, atol=1e-4)


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((220, 20, 30), "red"), ((255, 140, 0), "orange"), ((255, 220, 40), "yellow"), ((30, 160, 40), "green"),
        ((30, 200, 200), "cyan"), ((30, 60, 220), "blue"), ((120, 30, 170), "purple"), ((240, 100, 190), "pink"),
        ((63, 38, 49), "black"), ((128, 0, 64), "red"), ((96, 0, 96), "purple"),
        ((110, 70, 30), "brown"), ((250, 250, 250), "white"), ((128, 128, 128), "gray"), ((5, 5, 5), "black"),
    ],
)  # fmt: skip
def test_colours_are_called_what_people_call_them(rgb, name):
    assert COLOUR_FAMILIES[families(torch.tensor([rgb]).float() / 255)[0]] == name


def test_shares_leave_the_black_outline_out():
    image = picture([[(0, 0, 0), (220, 20, 30), (220, 20, 30)], [(0, 0, 0), (30, 60, 220), CLEAR]])
    shares = dict(zip(COLOUR_FAMILIES, colour_shares(image)[0].tolist()))
    assert shares["red"] == pytest.approx(2 / 3)
    assert shares["blue"] == pytest.approx(1 / 3)
    assert shares["black"] == pytest.approx(2 / 5)


def test_red_becomes_green_and_outline_blue_and_gray_stay():
    before = picture([[(0, 0, 0), (200, 20, 30), (120, 10, 20)], [(30, 60, 220), (128, 128, 128), CLEAR]])
    after = recolour(before, "red", "green", wide=False)
    names = [[COLOUR_FAMILIES[i] for i in row] for row in families(after[0, ..., :3].float() / 255).tolist()]
    assert names[0] == ["black", "green", "green"]
    kept = [(0, 0), (1, 0), (1, 1), (1, 2)]
    assert all(torch.equal(after[0, y, x], before[0, y, x]) for y, x in kept)
    # Light stays above shade.
    assert after[0, 0, 1, :3].int().sum() > after[0, 0, 2, :3].int().sum()


def test_narrow_recolouring_leaves_skin_and_leather_alone():
    skin, leather = (224, 172, 130), (120, 78, 40)
    before = picture([[(200, 20, 30), (190, 15, 25), skin, leather]])
    after = recolour(before, "red", "blue", wide=False)
    assert torch.equal(after[0, 0, 2:], before[0, 0, 2:])
    assert not torch.equal(after[0, 0, :2], before[0, 0, :2])


def test_wide_recolouring_takes_neighbouring_hues_along():
    flame = picture([[(220, 40, 20), (255, 120, 0), (255, 140, 10), (255, 190, 40)]])
    after = recolour(flame, "orange", "blue", wide=True)
    assert all(p[2] > p[0] for p in after[0, 0].tolist())


def test_gray_takes_colour_and_its_white_and_black_ends_do_not():
    before = picture([[(128, 128, 128), (0, 0, 0), (255, 255, 255)]])
    after = recolour(before, "gray", "purple", wide=True)
    assert COLOUR_FAMILIES[families(after[0, 0, :1, :3].float() / 255)[0]] == "purple"
    assert (after[0, 0, 1:].int() - before[0, 0, 1:].int()).abs().max() <= 3


def test_equal_colours_stay_equal_when_recoloured():
    before = picture([[(200, 20, 30), (10, 90, 200), (200, 20, 30), (10, 90, 200)]])
    after = recolour(before, "red", "yellow", wide=True)
    assert torch.equal(after[0, 0, 0], after[0, 0, 2]) and torch.equal(after[0, 0, 1], after[0, 0, 3])


# Saturated blue is too dark to become white: training drops what did not arrive (test_train.py).
@pytest.mark.parametrize("target", [name for name in COLOUR_FAMILIES if name not in ("blue", "white")])
def test_a_recolouring_arrives_where_its_caption_says(target):
    shade = [tuple(int(c * s) for c in (60, 90, 230)) for s in (1.0, 0.85, 0.7)]
    after = recolour(picture([shade]), "blue", target, wide=True)
    assert colour_shares(after)[0, COLOUR_FAMILIES.index(target)] >= 1 / 3
    assert set(PROTOTYPES) == set(COLOUR_FAMILIES)


def test_roll_moves_each_image_by_its_own_distance():
    image = letters("12. 345 ...")
    moved = toroidal_roll(torch.cat([image, image]), torch.tensor([1, 0]), torch.tensor([0, -1]))
    assert grays(moved[:1]) == [[None, None, None], [1, 2, None], [3, 4, 5]]
    assert grays(moved[1:]) == [[2, None, 1], [4, 5, 3], [None, None, None]]


def test_margins_are_the_empty_rows_and_columns():
    assert margins(letters("..... .12.. .3... .....")).tolist() == [[1, 1, 1, 2]]


def test_doubled_art_is_told_from_fine_art():
    assert is_doubled(letters("1122 1122 33.. 33..")).tolist() == [True]
    assert is_doubled(letters("1122 1123 33.. 33..")).tolist() == [False]


def test_seamless_is_judged_across_the_wrapped_edge():
    checks = letters("121212 212121 121212 212121 121212 212121")
    ramp = letters("012345 012345 012345 012345 012345 012345")
    holed = letters("121212 21.121 121212 212121 121212 212121")
    assert is_seamless(torch.cat([checks, ramp, holed])).tolist() == [True, False, False]


def test_model_form_is_colour_times_coverage_and_comes_back():
    image = picture([[(255, 0, 51), CLEAR]])
    form = to_model_form(image)
    assert form[0, :, 0, 0].tolist() == pytest.approx([1, -1, -0.6, 1])
    assert form[0, :, 0, 1].tolist() == [0, 0, 0, -1]
    assert torch.equal(from_model_form(form), image)


def test_jitter_changes_colours_a_little_and_transparency_never():
    form = to_model_form(picture([[(200, 40, 30), CLEAR, (0, 0, 0)]]).expand(64, -1, -1, -1))
    out = colour_jitter(form, torch.Generator().manual_seed(2))
    assert torch.equal(out[:, 3], form[:, 3]) and torch.equal(out[..., 1], form[..., 1])
    assert torch.allclose(out[..., 2], form[..., 2], atol=1e-5)
    moved = (out[:, :3, 0, 0] - form[:, :3, 0, 0]).abs().amax(1)
    assert 0.3 < (moved > 1e-4).float().mean() < 0.9 and moved.max() < 0.7
