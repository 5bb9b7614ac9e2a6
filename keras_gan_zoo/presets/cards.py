"""The model card of a preset, `README.md`: its record in the words of a page.

A fact that the record lacks is said to be missing, or its line is left out.
"""

import json
import re
from typing import Any

import keras

from keras_gan_zoo import registry
from keras_gan_zoo.presets import manifests
from keras_gan_zoo.presets.licenses import HUGGING_FACE, short_name
from keras_gan_zoo.presets.scores import protocol_of, scores_of, stds_of

NAME = "README.md"
SAMPLES = "samples.png"
MISSING = "The record does not say."
# How models of the package are used, by the method that they have.
USES = {
    "generate": "images = model.generate(16, seed=0)",
    "upscale": 'large = model.upscale("photo.jpg")',
    "translate": "images = model.translate(sources)",
    "inpaint": "images = model.inpaint(images, masks)",
}
# Facts of the training, in the order of the table.
TRAINING = {
    "data": "Data",
    "steps": "Steps",
    "seed": "Seed",
    "hardware": "Hardware",
    "minutes": "Minutes",
    "source": "Source of the weights",
    "source_sha256": "sha256 of the source",
}
ELSEWHERE = {  # facts that have a section of their own
    "command",
    "data_license",
    "datasets",
    "evaluation",
    "intended_use",
    "license",
    "limits",
    "scores",
}


def write(folder) -> None:
    """Writes the card of a preset.

    Args:
        folder: Path of the preset, complete but for the card.
    """
    manifest = manifests.read(folder)
    text = card(manifest, folder.name, (folder / SAMPLES).is_file())
    (folder / NAME).write_text(text, encoding="utf-8")


def card(manifest, name, has_samples=False) -> str:
    """The card as text.

    Args:
        manifest: Of the preset; see `manifests.read`.
        name: What the preset is called.
        has_samples: Whether there is a picture of samples beside it.

    Returns:
        YAML between two lines of dashes, and Markdown.
    """
    record = manifest["record"]
    sections = {
        "Intended use": _text(record.get("intended_use")),
        "Limits": _text(record.get("limits")),
        "How to load it": _loading(manifest, name),
        "Training": _training(record),
        "Scores": _scores(record),
        "Licences": _licences(record),
        "Parameters": _parameters(manifest),
    }
    picture = f"\n\n![Samples]({SAMPLES})" if has_samples else ""
    return "\n".join(
        [
            _front_matter(manifest),
            f"# {name}",
            "",
            _what_it_is(manifest) + picture,
            *(f"\n## {title}\n\n{text}" for title, text in sections.items()),
            "",
        ]
    )


def _front_matter(manifest):
    """What hubs read, as YAML; strings are written as in JSON, which YAML includes."""
    record = manifest["record"]
    short = short_name(record.get("license"))
    facts: dict[str, Any] = {"library_name": "keras_gan_zoo"}
    if short:
        facts["license"] = HUGGING_FACE.get(short, "other")
        if facts["license"] == "other":
            facts["license_name"] = short
    facts["tags"] = ["keras", "gan", manifest["class_name"]]
    datasets = record.get("datasets")
    if isinstance(datasets, list):  # by the names that hubs have for them
        facts["datasets"] = [str(name) for name in datasets]
    metrics = [name for scores in scores_of(record).values() for name in scores]
    if metrics:
        facts["metrics"] = list(dict.fromkeys(metrics))
    lines = []
    for key, value in facts.items():
        if isinstance(value, list):
            lines += [f"{key}:", *(f"- {json.dumps(item)}" for item in value)]
        else:
            lines.append(f"{key}: {json.dumps(value)}")
    return "\n".join(["---", *lines, "---", ""])


def _what_it_is(manifest):
    name, config = manifest["class_name"], manifest["config"]
    about = registry.about(name)
    text = f"A `{name}` for Keras 3"
    if about and "module" not in manifest:
        text += f": {about['task']}, after [{about['paper']}]({about['url']})"
    shape = config.get("image_shape")
    if isinstance(shape, list | tuple):
        text += f". What it makes has the shape {' x '.join(map(str, shape))}"
    return f"{text}. The same files load on TensorFlow, JAX and PyTorch."


def _loading(manifest, name):
    package = manifest.get("module", "").partition(".")[0]
    argument = f", packages=[{json.dumps(package)}]" if package else ""
    lines = [
        "import keras_gan_zoo as kgz",
        "",
        "# The path of this folder, or the handle or address that you have it from.",
        f"model = kgz.GAN.from_preset({json.dumps(name)}{argument})",
        *_use(manifest),
    ]
    return "\n".join(["```python", *lines, "```"])


def _use(manifest):
    own = f"keras_gan_zoo>{manifest['class_name']}"
    registered = manifest.get("registered_name", own)
    found = keras.saving.get_registered_object(registered)
    return [line for method, line in USES.items() if hasattr(found, method)][:1]


def _training(record):
    others = record.keys() - TRAINING.keys() - ELSEWHERE
    titles = TRAINING | {n: n.replace("_", " ") for n in record if n in others}
    facts = [(t, record[n]) for n, t in titles.items() if record.get(n) is not None]
    command = _text(record.get("command"), "The record has no command.")
    if record.get("command"):
        command = f"```shell\n{_plain(record['command'])}\n```"
    table = _table(["Fact", "Value"], facts) if facts else MISSING
    return f"{command}\n\n{table}"


def _scores(record):
    rows = scores_of(record)
    if not rows:
        return "The record has no scores."
    names = list(dict.fromkeys(name for scores in rows.values() for name in scores))
    if len(rows) == 1:
        [scores], stds = rows.values(), stds_of(record)
        lines = [(name, _spread(scores[name], stds.get(name))) for name in names]
        table = _table(["Score", "Value ± standard deviation"], lines)
    else:
        lines = [(r, *(_number(s.get(n)) for n in names)) for r, s in rows.items()]
        table = _table(["Of", *names], lines)
    protocol = list(protocol_of(record).items())
    if not protocol:
        return f"{table}\n\nThe record has no protocol, so they compare with no others."
    return (
        f"{table}\n\nThey compare with others of the same protocol only:\n\n"
        f"{_table(['Protocol', 'Value'], protocol)}"
    )


def _licences(record):
    facts = [
        ("Weights", record.get("license") or MISSING),
        ("Data", record.get("data_license") or record.get("data") or MISSING),
    ]
    return _table(["Of", "Licence"], facts)


def _parameters(manifest):
    counts = manifest["parameters"]
    rows = [(name, f"{count:,}") for name, count in counts.items()]
    return _table(["Network", "Parameters"], rows)


def _text(fact, missing=MISSING):
    return str(fact).strip() if fact else missing


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(x) for x in line)} |" for line in lines)


def _cell(value):
    if isinstance(value, dict):
        value = ", ".join(f"{name} {part}" for name, part in value.items())
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    return _plain(value).replace("|", "\\|")


def _plain(value):
    return re.sub(r"\s+", " ", str(value)).strip()


def _spread(value, std):
    return _number(value) if std is None else f"{_number(value)} ± {_number(std)}"


def _number(value):
    return "" if value is None else f"{value:.4g}"
