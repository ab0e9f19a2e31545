import numpy as np
import pytest

from sprite_model.captions import Sprite
from sprite_model.parts import best_join, is_mixable, recombined
from sprite_model.prepare import Pack

STEEL, GOLD, WOOD, LEATHER = (180, 180, 190, 255), (230, 200, 40, 255), (120, 80, 40, 255), (125, 76, 45, 255)


def upright(head, handle, width=8, left=12):
    """A head down to row 11 and a handle from there on."""
    image = np.zeros((32, 32, 4), np.uint8)
    image[4:12, left : left + width] = head
    image[12:28, left : left + width] = handle
    return image


def weapon(name, **fields):
    return Sprite(
        **{"id": name, "source": "dcss-2026", "caption": f"{name}, weapon, item", "category": "weapon", **fields}
    )


def test_halves_meet_where_columns_and_colours_agree():
    fit, row = best_join(upright(STEEL, WOOD), upright(GOLD, LEATHER))
    assert fit > 0.95 and row >= 14
    apart, _ = best_join(upright(STEEL, WOOD), upright(STEEL, WOOD, left=22))
    assert apart == -1


def test_a_weapon_keeps_the_name_of_its_head_and_a_potion_of_its_belly():
    weapons = Pack(np.stack([upright(STEEL, WOOD), upright(GOLD, LEATHER)]), [weapon("iron axe"), weapon("golden axe")])
    images, sprites = recombined(weapons, 0)
    named = {sprite.caption: image for sprite, image in zip(sprites, images)}
    assert (named["iron axe, weapon, item"][6, 15] == STEEL).all() and (
        named["iron axe, weapon, item"][26, 15] == LEATHER
    ).all()
    assert all("recombined" in sprite.tags for sprite in sprites)
    potions = Pack(weapons.images, [weapon("red potion", category="potion"), weapon("blue potion", category="potion")])
    images, sprites = recombined(potions, 0)
    named = {sprite.caption: image for sprite, image in zip(sprites, images)}
    assert (named["red potion, weapon, item"][26, 15] == WOOD).all() and (
        named["red potion, weapon, item"][6, 15] == GOLD
    ).all()


def test_only_training_sprites_of_one_manner_are_mixed():
    images = np.stack([upright(STEEL, WOOD), upright(GOLD, LEATHER)])
    for other in ({"split": "heldout"}, {"source": "rltiles"}, {"doubled": True}, {"category": "potion"}):
        mixed, sprites = recombined(Pack(images, [weapon("axe"), weapon("pick", **other)]), 0)
        assert len(mixed) == len(sprites) == 0


@pytest.mark.parametrize("name", ["long bow", "steel gauntlet", "whip"])
def test_what_has_no_handle_is_left_whole(name):
    assert not is_mixable(weapon(name))
    assert is_mixable(weapon("war hammer"))
    assert not is_mixable(weapon("war hammer", tags=["one-bit"]))
