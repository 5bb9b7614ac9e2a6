"""Captions of cartoon faces, composed of what their attributes are called.

All words come from the tables below, so new captions hold known words in combinations
that may be new: a closed world.
"""

import re

import numpy as np

Phrases = dict[str, dict[str, tuple[str, ...]]]  # by attribute and value

# By attribute and value: what stands behind "with". {color} is the one of the hair.
TRAITS: Phrases = {
    "hair": {
        "long": ("long {color} hair", "straight {color} hair"),
        "sideShave": ("long {color} hair on one side", "{color} hair on one side"),
        "shortCombover": ("short {color} hair", "neat {color} hair"),
        "curlyHighTop": ("short curly {color} hair", "curly {color} hair"),
        "bobCut": ("a {color} bob", "bobbed {color} hair"),
        "curly": ("big curly {color} hair", "a {color} afro"),
        "pigtails": ("{color} pigtails", "two {color} pigtails"),
        "curlyBun": ("a curly {color} bun", "a headband and a curly {color} bun"),
        "buzzcut": ("a {color} buzz cut", "very short {color} hair"),
        "bobBangs": ("a {color} bob with bangs", "{color} bangs"),
        "bald": ("no hair", "a bald head"),
        "balding": ("thin {color} hair", "little {color} hair"),
        "bunUndercut": ("a {color} topknot", "a small {color} bun"),
        "fade": ("a {color} quiff", "a short {color} quiff"),
        "straightBun": ("a {color} bun", "a headband and a {color} bun"),
        "extraLong": ("very long {color} hair", "extra long {color} hair"),
        "shortComboverChops": ("short {color} hair and sideburns", "{color} sideburns"),
        "mohawk": ("a {color} mohawk", "a tall {color} mohawk"),
    },
    "facialHair": {
        "none": ("no beard", "a shaved chin"),
        "beardMustache": ("a full {color} beard", "a {color} beard"),
        "pyramid": ("a {color} mustache", "a thin {color} mustache"),
        "walrus": ("a big {color} mustache", "a walrus mustache"),
        "goatee": ("a {color} goatee", "a goatee"),
        "shadow": ("stubble", "some stubble"),
        "soulPatch": ("a soul patch", "a tiny beard"),
    },
    "mouth": {
        "smile": ("a smile", "a small smile"),
        "frown": ("a frown", "a sad mouth"),
        "surprise": ("an open mouth", "a round mouth"),
        "pacifier": ("a pacifier", "a blue pacifier"),
        "bigSmile": ("a big smile", "white teeth"),
        "smirk": ("a smirk", "a crooked smile"),
        "lips": ("full lips", "red lips"),
    },
    "eyes": {
        "open": ("open eyes", "round eyes"),
        "sleep": ("closed eyes", "sleepy eyes"),
        "wink": ("a wink", "one closed eye"),
        "happy": ("happy eyes", "laughing eyes"),
    },
    "skinColor": {
        "#eeb4a4": ("light skin", "pale skin"),
        "#e7a391": ("light skin", "rosy skin"),
        "#e5a07e": ("light skin", "tan skin"),
        "#d78774": ("tan skin", "tanned skin"),
        "#b16a5b": ("brown skin", "light brown skin"),
        "#92594b": ("brown skin", "dark brown skin"),
        "#623d36": ("dark skin", "very dark skin"),
    },
}
# What stands behind "wearing". {color} is the one of the clothes.
WORN: Phrases = {
    "hair": {"cap": ("a cap", "an orange cap"), "beanie": ("a beanie", "a red beanie")},
    "eyes": {
        "glasses": ("glasses", "black glasses"),
        "sunglasses": ("sunglasses", "dark sunglasses"),
    },
    "body": {
        "squared": ("a {color} shirt", "{color} clothes"),
        "rounded": ("a {color} shirt", "a {color} sweater"),
        "small": ("a {color} wrap", "a {color} scarf"),
        "checkered": ("a checkered {color} shirt", "a plaid {color} shirt"),
    },
}
# What stands before the noun.
ADJECTIVES: Phrases = {
    "hair": {"bald": ("bald",)},
    "facialHair": {"beardMustache": ("bearded",)},
    "mouth": {
        "smile": ("smiling",),
        "frown": ("frowning", "sad"),
        "surprise": ("surprised", "astonished"),
        "bigSmile": ("laughing", "grinning"),
        "smirk": ("smirking",),
    },
    "eyes": {"sleep": ("sleeping",), "wink": ("winking",)},
}
KINDS = (("trait", TRAITS), ("worn", WORN), ("adjective", ADJECTIVES))
HAIR_COLORS = {
    "#362c47": ("black", "dark"),
    "#6c4545": ("brown",),
    "#e15c66": ("red",),
    "#e16381": ("pink",),
    "#f27d65": ("orange", "ginger"),
    "#f29c65": ("blond", "golden"),
    "#dee1f5": ("white", "silver"),
}
CLOTHING_COLORS = {
    "#456dff": ("blue",),
    "#54d7c7": ("turquoise",),
    "#7555ca": ("purple",),
    "#6dbb58": ("green",),
    "#e24553": ("red",),
    "#f3b63a": ("yellow",),
    "#f55d81": ("pink",),
}
NOUNS = ("person", "face", "character", "avatar")
DESCRIBED = ("hair", "facialHair", "mouth", "eyes", "skinColor", "body")
FEWEST = 3  # attributes in a caption


def captions_of(attributes, visible, num, seeds) -> np.ndarray:
    """Composes captions of faces in the style Personas.

    Each tells three to six of hair, beard, mouth, eyes, skin and clothes, in a random
    order and in one of several phrasings. What does not show is not told.

    Args:
        attributes: Dict of attribute to the names of its values, one a face.
        visible: Dict of attribute to booleans (num,).
        num: How many captions a face gets.
        seeds: An integer a face. The same seed gives a face the same captions; the
            first of them are the same, however many there are.

    Returns:
        Array of strings (faces, num).

    Raises:
        ValueError: If a value has no words.
    """
    faces = []
    for place, seed in enumerate(seeds):
        face = {name: values[place] for name, values in attributes.items()}
        shown = [name for name in DESCRIBED if visible[name][place]]
        random = np.random.RandomState(seed)
        colors = {
            "hair": HAIR_COLORS[face["hairColor"]],
            "body": CLOTHING_COLORS[face["clothingColor"]],
        }
        is_bearded = face["facialHair"] != "none"
        ways = _ways_of(face, shown)
        faces.append([_caption(ways, colors, is_bearded, random) for _ in range(num)])
    return np.array(faces)


def check_words(values) -> None:
    """Raises a `ValueError` if values of attributes, a dict, have no words."""
    known: dict[str, dict] = {
        name: {**TRAITS.get(name, {}), **WORN.get(name, {})} for name in DESCRIBED
    } | {"hairColor": HAIR_COLORS, "clothingColor": CLOTHING_COLORS}
    unknown = [
        f"{name}={value}"
        for name in known
        for value in values.get(name, ["(missing)"])
        if value not in known[name]
    ]
    if unknown:
        raise ValueError(
            "Captions are composed of the attributes of the style personas, which "
            f"ships. No words are known for: {', '.join(unknown)}. Leave captions out "
            "for faces in another style."
        )


def _ways_of(face, shown):
    """By attribute that shows: (kind, phrases) for each way to tell it."""
    ways = {
        name: [(k, t.get(name, {}).get(face[name])) for k, t in KINDS] for name in shown
    }
    return {name: [way for way in found if way[1]] for name, found in ways.items()}


def _caption(ways, colors, is_bearded, random):
    chosen = random.permutation(list(ways))
    told: dict[str, list[str]] = {kind: [] for kind, _ in KINDS}
    for name in chosen[: random.randint(FEWEST, len(ways) + 1)]:
        # One adjective is enough.
        kind, phrases = _one_of(ways[name][: 1 if told["adjective"] else None], random)
        color = _one_of(colors.get(name, colors["hair"]), random)
        told[kind].append(_one_of(phrases, random).format(color=color))
    noun = _one_of((*NOUNS, "man") if is_bearded else NOUNS, random)
    subject = " ".join(["a", *told["adjective"], noun])
    return _joined(subject, told["trait"], told["worn"], random.randint(2))


def _one_of(choices, random):
    return choices[random.randint(len(choices))]


def _joined(subject, traits, worn, together):
    """A sentence without its full stop; what is worn has a verb of its own or none."""
    if together or not traits:
        traits, worn = [*traits, *worn], []
    text = f"{subject} with {_listed(traits)}"
    text += f", wearing {_listed(worn)}" if worn else ""
    return re.sub(r"\ba (?=[aeiou])", "an ", text)


def _listed(parts):
    *before, last = parts
    return f"{', '.join(before)} and {last}" if before else last
