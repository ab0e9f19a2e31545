from random import Random

import pytest

from sprite_model.captions import (
    Sprite,
    caption_variants,
    colours_named,
    head_noun,
    plural,
    rewrite_colours,
    roles,
    vocabulary_additions,
)
from sprite_model.text import split


@pytest.mark.parametrize(
    ("text", "renames", "expected"),
    [
        ("red dragon, monster", {"red": "green"}, "green dragon, monster"),
        ("dark red robe and a crimson hat", {"red": "blue"}, "dark blue robe and a blue hat"),
        ("golden crown", {"yellow": "purple"}, "purple crown"),
        ("ruby potion", {"red": "cyan"}, "cyan potion"),
        ("wearing a red cloak and a blue hat", {"red": "blue", "blue": "red"}, "wearing a blue cloak and a red hat"),
        ("covered wagon, redwood", {"red": "green"}, "covered wagon, redwood"),
        ("Red dragon's eye", {"red": "pink"}, "pink dragon's eye"),
    ],
)
def test_colour_words_are_rewritten_and_nothing_else(text, renames, expected):
    assert rewrite_colours(text, renames) == expected


@pytest.mark.parametrize(
    ("phrase", "noun"),
    [
        ("red bird with white cap", "bird"),
        ("statue of a dragon", "statue"),
        ("green pine tree", "tree"),
        ("of", "of"),
        ("", ""),
    ],
)
def test_head_noun_stands_before_the_preposition(phrase, noun):
    assert head_noun(phrase) == noun


@pytest.mark.parametrize(
    ("word", "many"),
    [
        ("dragon", "dragons"),
        ("wolf", "wolves"),
        ("box", "boxes"),
        ("ruby", "rubies"),
        ("key", "keys"),
        ("boots", "boots"),
    ],
)
def test_plurals(word, many):
    assert plural(word) == many


def test_roles_follow_clothes_and_arms():
    assert "wizard" in roles("human man, wearing a blue robe, holding a staff, character")
    assert "knight" in roles("orc man, wearing half plate armour, holding a sword, character")
    assert "queen" in roles("elf woman, wearing a golden crown, character")
    assert "ninja" in roles("human man, wearing a black hooded robe, holding a dagger, character")
    assert "ninja" not in roles("orc man, wearing half plate armour, holding a katana, character")
    assert "pirate" in roles("human man, wearing a red coat, holding a scimitar, character")
    assert roles("human man, wearing blue pants, character") == []


def test_colours_named_folds_metals_and_spellings_into_families():
    assert colours_named("grey wolf, golden collar, teal eyes") == {"gray", "yellow", "cyan"}


DRAGON = Sprite(
    "d",
    "dcss-2026",
    "winged red dragon, fire breathing lizard, monster",
    "monster",
    tags=["red", "black"],
    colours=["red"],
)


def test_every_variant_of_a_recoloured_sprite_avoids_the_old_colour():
    for caption in caption_variants(DRAGON, Random(3), 300, renames={"red": "green"}, added_colour="green"):
        assert "green" in split(caption), caption
        assert "red" not in split(caption), caption


def test_variants_are_many_short_and_long_and_fit():
    captions = caption_variants(DRAGON, Random(1), 300, max_words=9)
    lengths = {len(split(caption)) for caption in captions}
    assert len(set(captions)) > 80
    assert min(lengths) <= 2 and max(lengths) == 9


def test_variants_name_the_style_sometimes_and_the_outline_never():
    captions = caption_variants(DRAGON, Random(1), 300)
    styled = sum("crawl style" in caption for caption in captions)
    assert 60 < styled < 150
    # "black" is a tag of the dataset, but not a colour that the pixels bear out.
    assert not any("black" in split(caption) for caption in captions)


def test_the_same_random_numbers_give_the_same_captions():
    assert caption_variants(DRAGON, Random(5), 20) == caption_variants(DRAGON, Random(5), 20)


def test_every_written_word_is_known_to_the_extended_vocabulary():
    known = set(vocabulary_additions()) | set(split(DRAGON.caption))
    for caption in caption_variants(DRAGON, Random(2), 200):
        for word in split(caption):
            assert word in known or word.rstrip("s") in known or plural(word) in known, word


def asked_for(sprite, count=400, **options):
    return [split(caption) for caption in caption_variants(sprite, Random(5), count, **options)]


def share(captions, *words):
    return sum(" ".join(words) in " ".join(caption) for caption in captions) / len(captions)


def test_a_later_phrase_that_says_what_is_seen_serves_as_a_name():
    gulch = Sprite("g", "dcss-2026", "fungus gulch, purple mushrooms, plant", "tree/plant", colours=["purple"])
    captions = asked_for(gulch)
    assert share(captions, "purple", "mushrooms") > 0.3
    assert sum("gulch" not in caption for caption in captions) > 100


def test_what_is_worn_held_or_generic_is_no_name():
    idol = Sprite("i", "dcss-2026", "idol, unique weapon, holding a sword, running, monster", "monster")
    assert share(asked_for(idol), "idol") > 0.85


def test_icons_say_that_they_are_icons():
    bolt = Sprite("b", "dcss-2026", "lightning bolt, air spell icon", "spell icon")
    effect = Sprite("e", "dcss-nov2015", "lightning zap, projectile effect", "effect", colours=["cyan"])
    icons = sum(bool({"icon", "spell", "magic"} & set(caption)) for caption in asked_for(bolt))
    assert icons > 300
    assert share(asked_for(effect), "lightning", "bolt") > 0.05


def test_a_recoloured_sprite_keeps_no_name_that_its_picture_belies():
    tree = Sprite("t", "dcss-2026", "tree of woe, plant", "tree/plant", colours=["blue"])
    assert share(asked_for(tree), "blue", "tree") > 0.05
    assert not any("blue" in caption for caption in asked_for(tree, added_colour="red"))


def test_captions_that_are_not_shortened_are_whole():
    captions = asked_for(DRAGON, shortens=False)
    assert all(sum(word in caption for word in ("winged", "breathing")) == 2 for caption in captions)
