"""The many ways in which a person could ask for one sprite.

    caption_variants(sprite, random.Random(1), 8, renames={"red": "green"})
    # ["green dragon", "a dragon, monster, green", "crawl style winged green dragons", ...]

A dataset caption is a name followed by phrases: "green pine tree, plant". Short forms matter most:
every caption is nearly unique, and a model that only reads whole captions learns one sprite for
each instead of what the words mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Mapping, Sequence

from .text import split

# Which colour family (augment.COLOUR_FAMILIES) a caption word names.
COLOUR_WORDS = {
    "red": "red", "crimson": "red", "scarlet": "red",
    "orange": "orange",
    "yellow": "yellow", "gold": "yellow", "golden": "yellow", "blond": "yellow",
    "green": "green", "olive": "green", "lime": "green",
    "cyan": "cyan", "teal": "cyan", "turquoise": "cyan",
    "blue": "blue", "azure": "blue",
    "purple": "purple", "violet": "purple", "lavender": "purple",
    "pink": "pink", "magenta": "pink",
    "brown": "brown", "tan": "brown",
    "white": "white",
    "gray": "gray", "grey": "gray", "silver": "gray",
    "black": "black",
}  # fmt: skip
# What a family is called when a caption is written anew, the usual name first.
FAMILY_WORDS = {
    "red": ("red", "red", "crimson"),
    "orange": ("orange",),
    "yellow": ("yellow", "golden"),
    "green": ("green",),
    "cyan": ("cyan", "teal", "turquoise"),
    "blue": ("blue",),
    "purple": ("purple", "purple", "violet"),
    "pink": ("pink", "magenta"),
    "brown": ("brown",),
    "white": ("white",),
    "gray": ("gray", "grey"),
    "black": ("black",),
}
# Materials whose name carries a colour: a recoloured ruby is no ruby.
COLOURED_MATERIALS = {"ruby": "red", "emerald": "green", "sapphire": "blue", "amber": "orange", "amethyst": "purple"}

# Words with which one source's look can be asked for: "red knight, kenney style".
STYLE_BY_SOURCE = {
    "dcss-compositions": "crawl style",
    "dcss-nov2015": "crawl style",
    "dcss-2026": "crawl style",
    "dcss-oct2010": "classic crawl style",
    "rltiles": "classic crawl style",
    "urizen-onebit": "one bit style",
    "7soul1-496-rpg-icons": "rpg icon style",
    "superpowers-ninja-adventure": "ninja adventure style",
    "tiny-creatures": "tiny creature style",
    "kenney-tiny-battle": "kenney style",
    "kenney-pixel-platformer": "kenney style",
    "kenney-tiny-farm": "kenney style",
    "kenney-tiny-town": "kenney style",
    "kenney-tiny-dungeon": "kenney style",
    "kenney-pixel-shmup": "kenney style",
    "kenney-pixel-vehicle-pack": "kenney style",
    "0x72-dungeontileset-ii": "dungeon tileset style",
    "pixelfrog-pixel-adventure-1": "cartoon platformer style",
    "pixelfrog-pixel-adventure-2": "cartoon platformer style",
    "pixelfrog-kings-and-pigs": "cartoon platformer style",
    "pixelfrog-pirate-bomb": "cartoon platformer style",
    "superpowers-medieval-fantasy": "cartoon style",
    "superpowers-western-fps-2d": "cartoon style",
    "superpowers-prehistoric-platformer": "cartoon style",
    "superpowers-rpg-battle-system": "cartoon style",
    "superpowers-top-down-shooter": "cartoon style",
    "superpowers-space-shooter": "cartoon style",
    "devwizard-pixel-art-spells": "spell effect style",
    "grafxkid": "cute style",
}
# Tags that describe the file and not the picture.
TECHNICAL_TAGS = frozenset(
    "composition large medium small symmetric cropped part edge shop 8px 12px 16px one-bit unique".split()
) | {"trimmed 1px", "cropped", "transparent background", "opaque tile", "base body"}

SYNONYMS = {
    "armour": ("armor",), "axe": ("hatchet", "ax"), "bag": ("sack", "pouch"), "barrel": ("cask", "keg"),
    "beast": ("creature",), "big": ("large", "huge"), "boots": ("shoes",), "bottle": ("flask",),
    "bread": ("loaf",), "building": ("house",), "car": ("automobile",), "castle": ("fortress",),
    "cat": ("feline", "kitten"), "chest": ("coffer",), "cloak": ("cape", "mantle"), "club": ("cudgel",),
    "coin": ("money",), "coins": ("money",), "cow": ("cattle",), "crate": ("box",), "crown": ("diadem",),
    "dagger": ("knife",), "demon": ("devil", "fiend"), "dog": ("hound", "puppy"), "door": ("doorway",),
    "dress": ("gown",), "dwarf": ("dwarven",), "eye": ("eyeball",), "fire": ("flame", "flames"),
    "fireball": ("fire",), "fish": ("fishes",), "flail": ("morningstar",), "floor": ("ground",),
    "forest": ("woods",), "gem": ("jewel", "gemstone"), "ghost": ("spirit", "phantom", "spectre"),
    "giant": ("huge",), "girl": ("woman",), "goblin": ("gremlin",), "gun": ("firearm", "pistol"),
    "hammer": ("mallet",), "hat": ("cap",), "helmet": ("helm",), "horse": ("pony", "stallion"),
    "house": ("home", "hut"), "ice": ("frozen", "frost"), "jewellery": ("jewelry",), "king": ("ruler",),
    "knight": ("paladin",), "lava": ("magma",), "lightning": ("thunder",), "lizard": ("reptile",),
    "mage": ("wizard", "sorcerer", "magician"), "man": ("male", "guy"), "meat": ("steak",), "monk": ("friar",),
    "monster": ("creature", "enemy"), "mushroom": ("fungus", "toadstool"), "necklace": ("pendant",),
    "amulet": ("talisman", "pendant"), "orb": ("sphere",), "pants": ("trousers",), "pistol": ("handgun",),
    "plant": ("vegetation",), "poison": ("venom", "toxic"),
    "potion": ("elixir", "flask", "brew"), "priest": ("cleric",), "rat": ("mouse", "rodent"), "ring": ("band",),
    "road": ("street",), "robe": ("robes",), "rock": ("stone", "boulder"), "sack": ("bag",),
    "scroll": ("parchment",), "sea": ("ocean",), "shield": ("buckler",), "ship": ("vessel", "boat"),
    "skeleton": ("skeletal", "undead"), "slime": ("ooze", "jelly", "blob"), "snake": ("serpent", "viper"),
    "soldier": ("trooper",), "spellbook": ("grimoire", "tome"), "book": ("tome",), "spell": ("magic",),
    "spider": ("arachnid",), "staff": ("rod", "stave"), "stairs": ("staircase", "steps"), "stone": ("rock",),
    "sword": ("blade",), "temple": ("shrine",), "altar": ("shrine",), "thief": ("rogue",),
    "tomb": ("grave",), "gravestone": ("tombstone",), "torch": ("light",), "tower": ("turret",), "tree": ("trees",),
    "truck": ("lorry",), "vampire": ("undead",), "wand": ("rod",), "warrior": ("fighter",), "water": ("river",),
    "witch": ("sorceress",), "wizard": ("mage", "sorcerer", "magician", "warlock"), "wolf": ("werewolf", "hound"),
    "woman": ("female", "lady"), "wooden": ("wood",), "zombie": ("undead",), "gray": ("grey",), "golden": ("gold",),
    "large": ("big",), "small": ("little", "tiny"), "spaceship": ("starship",), "helicopter": ("chopper",),
    "sparkles": ("sparks", "stars"), "explosion": ("blast", "burst"), "blast": ("explosion",), "zap": ("ray", "beam"),
    "bolt": ("missile",), "splatter": ("stain", "splash"), "cloud": ("smoke", "mist"), "slash": ("cut", "swipe"),
    "bush": ("shrub",), "flower": ("blossom",), "flowers": ("blossoms",), "rocket": ("spaceship", "spacecraft"),
    "plane": ("aircraft", "airplane", "jet"), "tank": ("panzer",), "portrait": ("face", "avatar"),
}  # fmt: skip
# Nouns of a category with which people ask when they do not care for more.
CATEGORY_PHRASES = {
    "character": ("character", "hero", "person", "rpg character"),
    "monster": ("monster", "creature", "enemy"),
    "item": ("item", "object"),
    "tile-floor": ("floor tile", "ground tile", "floor texture"),
    "tile-wall": ("wall tile", "wall", "wall texture"),
    "spell icon": ("spell icon", "spell", "magic icon"),
    "weapon": ("weapon",),
    "effect": ("effect", "visual effect"),
    "other": ("object", "prop"),
    "armour": ("armour", "armor", "equipment"),
    "statue/altar": ("statue", "altar", "monument"),
    "animal": ("animal",),
    "door": ("door", "gate", "entrance"),
    "ui icon": ("ui icon", "icon", "interface icon"),
    "tree/plant": ("plant",),
    "food": ("food",),
    "potion": ("potion", "potion bottle"),
    "vehicle": ("vehicle",),
}
# How often a caption says which kind of thing it is about. An icon in its frame is not what one expects who asks
# for a lightning bolt, nor a floor who asks for pink flowers.
CATEGORY_SHARE = {"spell icon": 0.8, "ui icon": 0.7, "tile-floor": 0.4, "tile-wall": 0.4, "effect": 0.2}
USUAL_CATEGORY_SHARE = 0.12
# Last words of phrases that say what kind of thing it is, or what it is doing, and not how it looks.
GENERIC_HEADS = frozenset(
    "item monster tile icon style weapon armour effect character feature animal part demon jewellery plant food object "
    "vehicle altar bottle door creature god running symbol projectile building edge skill front back right left power "
    "gateway treasure trap bones tool decoration walking falling jumping hurt attacking sleeping squashed landing drop "
    "made one undead furniture necromancy farm material wall magic".split()
)
# What a person would call it, for names that say something else than the picture shows; found by looking.
ALIASES = {
    "lightning zap": ("lightning bolt", "lightning"),
    "electricity zap": ("lightning bolt", "lightning"),
    "electricity": ("lightning bolt", "lightning"),
    "glowing magic dart": ("magic bolt", "magic missile"),
    "arcane bolt": ("magic bolt", "magic missile"),
    "water bolt": ("magic bolt", "blue magic bolt"),
    "pure bolt": ("white magic bolt", "sparkle"),
    "darkness bolt": ("black magic bolt",),
    "dark shadow shot": ("magic bolt", "blue magic bolt"),
    "magic zap": ("magic beam", "magic ray"),
    "sleep zap": ("blue magic beam", "magic ray"),
    "magic sparks": ("sparkles", "magic sparkles", "glitter"),
    "black and white sparks": ("sparkles", "white sparkles", "glitter"),
    "sandblast": ("yellow sparkles", "sand"),
    "ice zap": ("snowflakes", "snow", "sparkles"),
    "silver storm slash": ("white slash",),
    "small explosion": ("explosion", "fire explosion"),
    "fortress explosion": ("blue explosion",),
    "flower patch": ("flowers", "pink and yellow flowers", "colourful flowers"),
    "garden patch": ("flowers", "garden", "colourful flowers"),
    "flower pot": ("flowers in a pot", "potted flowers"),
    "plant demonic": ("purple vines", "demonic plant"),
    "plant crypt": ("withered plant", "dry plant"),
    "tree of woe": ("blue tree", "magic tree"),
    "leafs": ("leaves", "leaf"),
    "wheat sprouts": ("small plants", "seedlings"),
}
_PREFIXES = (
    "a",
    "an",
    "the",
    "pixel art",
    "pixel art of a",
    "sprite of a",
    "a small picture of a",
    "game sprite",
    "icon of a",
)
# What people add that says nothing about the picture: the model has to read past it.
FILLER_SHARE = 0.1
FILLERS = (
    "for my game", "for a role playing game", "for a platform game", "for the first level", "for a video game",
    "that one meets at the beginning", "that is found in every village", "which can be bought in a shop",
    "that belongs to the hero", "made by a master", "that has seen many years", "on its own", "all alone",
    "seen from the side", "with nothing behind it", "who has come a long way", "that nobody has seen before",
    "and nothing else", "that is worth a lot", "which is very old", "that looks nice", "drawn with care",
    "as in the old days", "of the best kind", "that everyone knows", "when it is late", "that he left behind",
    "about this size", "through and through", "so that it can be seen well", "which she had with her",
    "that will be used often", "after the end of the story", "the way it should be", "they say it is cursed",
)  # fmt: skip
_AFTER_HEAD = frozenset(
    "of with on in from to for without wearing holding covered going facing seen at and s by into".split()
)
_IRREGULAR_PLURALS = {"man": "men", "woman": "women", "wolf": "wolves", "knife": "knives", "staff": "staves",
                      "elf": "elves", "dwarf": "dwarves", "mouse": "mice", "fish": "fish", "thief": "thieves"}  # fmt: skip


@dataclass(frozen=True)
class Sprite:
    """One line of the pack: what is known about an image besides its pixels."""

    id: str
    source: str
    caption: str
    category: str
    tags: Sequence[str] = ()
    # The size it was drawn at, where that is half of its canvas: "16px" or "12px".
    doubled: bool = False
    seamless: bool = False
    # Families (augment.COLOUR_FAMILIES) that one would name it by, the largest share first.
    colours: Sequence[str] = ()
    split: str = "train"


def colours_named(text: str) -> set[str]:
    """Colour families named in a caption; the fruit and the metal count as their colours."""
    return {COLOUR_WORDS[word] for word in split(text) if word in COLOUR_WORDS}


def rewrite_colours(text: str, renames: Mapping[str, str]) -> str:
    """Replaces every word of the families in `renames` by the new family's name; "dark red" -> "dark green".

    Every other character of the text stays as it is.
    """

    def replace(match: re.Match[str]) -> str:
        word = match.group(0).lower()
        family = COLOUR_WORDS.get(word) or COLOURED_MATERIALS.get(word)
        return renames[family] if family in renames else match.group(0)

    return re.sub(r"[A-Za-z]+", replace, text)


def head_noun(phrase: str) -> str:
    """The noun that a phrase is about: "red bird with white cap" -> "bird"; "" for an empty phrase."""
    words = split(phrase)
    for place, word in enumerate(words):
        if word in _AFTER_HEAD and place:
            return words[place - 1]
    return words[-1] if words else ""


def plural(word: str) -> str:
    if word in _IRREGULAR_PLURALS:
        return _IRREGULAR_PLURALS[word]
    if word.endswith("s"):
        return word
    if word.endswith(("x", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def roles(caption: str) -> list[str]:
    """What one would call a character who is dressed and armed like that: "wizard", "knight", "archer"."""
    words = set(split(caption))
    woman = "woman" in words
    found: list[str] = []
    if words & {"robe", "wizard"} and words & {"staff", "book", "rod", "spark", "orb", "wand"}:
        found += ["wizard", "mage", "sorceress" if woman else "sorcerer"]
    if words & {"plate", "chain", "half", "breastplate", "armour"} and words & {"sword", "shield", "lance", "mace"}:
        found += ["knight", "warrior"]
    if words & {"bow", "crossbow", "sling"}:
        found += ["archer", "ranger"]
    if words & {"dagger", "knife", "sickle", "whip"} and words & {"hood", "cloak", "leather", "black", "mask"}:
        found += ["thief", "rogue", "assassin"]
    if "ninja" in words or (
        words & {"katana", "nunchaku", "dagger", "knife", "sickle", "blowgun"}
        and "black" in words
        and words & {"hooded", "hood", "mask", "mesh", "suit", "shirt", "monk"}
    ):
        found += ["ninja", "ninja"]
    if "katana" in words:
        found += ["samurai"]
    if "bandana" in words or (
        words & {"scimitar", "falchion", "rapier", "cannon"} and words & {"coat", "bandana", "feather", "captain"}
    ):
        found += ["pirate", "pirate"]
    if "crown" in words:
        found += ["queen", "princess"] if woman else ["king", "prince"]
    if woman and words & {"dress", "skirt"}:
        found += ["lady", "girl"]
    if words & {"axe", "club", "hammer"} and words & {"animal", "loincloth", "bear", "vest", "horned", "viking"}:
        found += ["barbarian", "viking"]
    if words & {"white", "healer"} and words & {"robe", "healer"} and words & {"staff", "sceptre", "mace", "book"}:
        found += ["priest", "cleric", "healer"]
    if words & {"spear", "halberd", "pike", "partisan", "glaive"} and words & {"mail", "helmet", "armour"}:
        found += ["guard", "soldier"]
    if "monk" in words:
        found += ["monk"]
    if "jester" in words:
        found += ["jester", "clown"]
    return found


def style_phrases(sprite: Sprite) -> list[str]:
    phrases = [STYLE_BY_SOURCE[sprite.source]] if sprite.source in STYLE_BY_SOURCE else []
    if sprite.doubled:
        phrases.append("12px" if "12px" in sprite.tags else "16px")
    if sprite.seamless:
        phrases.append("seamless")
    return phrases


def caption_variants(
    sprite: Sprite,
    random: Random,
    count: int,
    renames: Mapping[str, str] | None = None,
    added_colour: str | None = None,
    max_words: int = 23,
    shortens: bool = True,
) -> list[str]:
    """`count` ways to ask for the sprite, each at most `max_words` words.

    `renames` maps colour families to the families that replaced them in the picture. `added_colour`
    is a family that every variant must name, for a recoloured sprite whose caption named none.
    """
    renames = {family: random.choice(FAMILY_WORDS[new]) for family, new in (renames or {}).items()}
    caption = rewrite_colours(sprite.caption, renames)
    # The dataset's colour tags describe the original, and often its outline: keep those that the pixels bear out.
    recoloured = bool(renames or added_colour)
    tags = [tag for tag in sprite.tags if colours_named(tag) & set(sprite.colours) and tag not in TECHNICAL_TAGS]
    measured = [random.choice(FAMILY_WORDS[family]) for family in sprite.colours[:2]]
    colours = [] if recoloured else [*measured, *tags]
    phrases = [part.strip() for part in caption.split(",")[1:] if part.strip()]
    # A recoloured picture keeps of these only what is still true of it.
    known_as = [
        alias
        for alias in ALIASES.get(sprite.caption.split(",")[0].strip(), ())
        if not (recoloured and colours_named(alias) - renames.keys())
    ]
    context = _Context(
        name=caption.split(",")[0].strip(),
        other_names=[*(rewrite_colours(alias, renames) for alias in known_as), *filter(_is_descriptive, phrases)],
        phrases=phrases,
        colours=colours,
        must_name=random.choice(FAMILY_WORDS[added_colour]) if added_colour else None,
        styles=style_phrases(sprite),
        category=random.choice(CATEGORY_PHRASES.get(sprite.category, (sprite.category,))),
        roles=roles(caption) if sprite.category == "character" else [],
        composed="composition" in sprite.tags,
        category_share=CATEGORY_SHARE.get(sprite.category, USUAL_CATEGORY_SHARE),
        shortens=shortens,
    )
    return [_variant(context, random, max_words) for _ in range(count)]


def _is_descriptive(phrase: str) -> bool:
    """Whether a later phrase could stand for the name: "purple mushrooms" of "fungus gulch, purple mushrooms, plant"."""
    return (
        split(phrase)[0] not in ("wearing", "holding", "facing", "clinging") and head_noun(phrase) not in GENERIC_HEADS
    )


@dataclass(frozen=True)
class _Context:
    name: str
    # What it could be called as well.
    other_names: Sequence[str]
    phrases: Sequence[str]
    colours: Sequence[str]
    must_name: str | None
    styles: Sequence[str]
    category: str
    roles: Sequence[str]
    # Put together from parts: what is worn and held is the subject, and no single colour is.
    composed: bool
    category_share: float
    shortens: bool


def _variant(context: _Context, random: Random, max_words: int) -> str:
    dice = random.random()
    phrases = list(context.phrases)
    if context.roles and random.random() < 0.35:
        # "human woman, wearing a blue robe" -> "wizard, wearing a blue robe", or both words.
        role = random.choice(context.roles)
        name = role if random.random() < 0.6 else f"{context.name} {role}"
    elif context.shortens and context.other_names and random.random() < 0.55:
        name = random.choice(context.other_names)
        phrases = [phrase for phrase in phrases if phrase != name]
    else:
        name = context.name
    if not context.shortens:
        parts = [name, *phrases]
    elif context.composed and dice < 0.8:
        details = [detail for phrase in phrases for detail in _details(phrase)]
        random.shuffle(details)
        parts = [_short(name) if random.random() < 0.3 else name, *details[: random.randint(0, min(4, len(details)))]]
        if random.random() < 0.2:
            random.shuffle(parts)
    elif dice < 0.14:
        parts = [name, *phrases]
    elif dice < 0.34:
        random.shuffle(phrases)
        parts = [name, *phrases[: random.randint(0, len(phrases))]]
        if random.random() < 0.4:
            random.shuffle(parts)
    elif dice < 0.66:
        parts = [name]
    elif dice < 0.90:
        parts = [_short(name)]
        if phrases and random.random() < 0.35:
            parts.append(random.choice(phrases))
    elif dice < 0.96:
        parts = [random.choice(phrases) if phrases else name, context.category]
    else:
        parts = [context.category]
    if context.category not in parts and random.random() < context.category_share:
        parts.append(context.category)
    colour = context.must_name
    eager = 0.08 if context.composed else 0.45
    if colour is None and context.colours and not colours_named(parts[0]) and random.random() < eager:
        colour = random.choice(context.colours)
    if colour and not (context.must_name is None and colour in " ".join(parts)):
        if random.random() < 0.85:
            parts[0] = f"{colour} {parts[0]}"
        else:
            parts.append(colour)
    words = [_worded(word, random) for part in parts for word in split(part)]
    if words and words[-1] not in COLOUR_WORDS and random.random() < 0.08:
        words[-1] = plural(words[-1])
    if random.random() < 0.10:
        words = split(random.choice(_PREFIXES)) + words
    if context.shortens and random.random() < FILLER_SHARE:
        words += split(random.choice(FILLERS))
    style: list[str] = []
    for phrase in context.styles:
        if random.random() < 0.35:
            style += split(phrase)
    words = words[: max_words - len(style)]
    words = words + style if random.random() < 0.7 else style + words
    return " ".join(words)


def _details(phrase: str) -> list[str]:
    """ "holding a staff and a blue shield" -> "holding a staff", "holding a blue shield"."""
    verb = next((verb for verb in ("wearing", "holding") if phrase.startswith(verb + " ")), None)
    things = re.split(r"\s+and\s+(?=an? )", phrase.removeprefix(verb + " ") if verb else phrase)
    return [f"{verb} {thing}" if verb else thing for thing in things]


def _short(phrase: str) -> str:
    """The head noun with the colour words before it: "small red pine tree" -> "red tree"."""
    head = head_noun(phrase)
    before = split(phrase)
    before = before[: before.index(head)] if head in before else []
    return " ".join([*(word for word in before if word in COLOUR_WORDS), head])


def _worded(word: str, random: Random) -> str:
    if word in SYNONYMS and random.random() < 0.12:
        return random.choice(SYNONYMS[word])
    if word == "wearing" and random.random() < 0.4:
        return random.choice(("in", "with", "dressed"))
    if word == "holding" and random.random() < 0.4:
        return random.choice(("with", "wielding", "carrying"))
    return word


def vocabulary_additions() -> list[str]:
    """Every word that rewriting can bring in, sorted: the learned word list must know them."""
    texts = [
        *COLOUR_WORDS,
        *COLOURED_MATERIALS,
        *SYNONYMS,
        *STYLE_BY_SOURCE.values(),
        *_PREFIXES,
        *_IRREGULAR_PLURALS.values(),
    ]
    texts += [new for options in SYNONYMS.values() for new in options]
    texts += [new for options in CATEGORY_PHRASES.values() for new in options]
    texts += [new for options in ALIASES.values() for new in options]
    texts += FILLERS
    texts += (
        "16px 12px seamless in with dressed wielding carrying wizard mage sorcerer sorceress knight warrior".split()
    )
    texts += "archer ranger thief rogue assassin ninja samurai pirate queen princess king prince lady girl".split()
    texts += "barbarian viking priest cleric healer guard soldier monk jester clown".split()
    words = {word for text in texts for word in split(text)}
    return sorted(words | {plural(word) for word in words if word not in COLOUR_WORDS and not word[0].isdigit()})
