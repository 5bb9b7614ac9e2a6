"""Lists that print as tables: of models, and of presets."""

import fnmatch

from keras_gan_zoo import markup, published, registry
from keras_gan_zoo.catalogue import Catalogue
from keras_gan_zoo.presets import finding, manifests
from keras_gan_zoo.presets.scores import in_short

THUMBNAILS = finding.SHIPPED.with_name("thumbnails")


def list_models(pattern="*") -> Catalogue:
    """Lists the models of the package.

    Args:
        pattern: Which names to list, with `*` for any letters.

    Returns:
        A dict of name to record: the task, the paper, its address, and the names of the
        presets. It prints as a table.

    Example:
        ```python
        import keras_gan_zoo as kgz

        print(kgz.list_models())
        ```
    """
    of_class = {name: record["class"] for name, record in list_presets().items()}
    records = {
        name: {
            **registry.about(name),
            "presets": [p for p, c in of_class.items() if c == name],
        }
        for name in registry.model_names()
        if fnmatch.fnmatchcase(name, pattern)
    }
    columns = {
        "task": lambda record: record["task"],
        "paper": lambda record: record["paper"],
        "presets": lambda record: ", ".join(record["presets"]),
    }
    return Catalogue(records, columns)


def list_presets(pattern="*") -> Catalogue:
    """Lists the presets that load by name.

    Args:
        pattern: Which names to list, with `*` for any letters: `"*emoji*"`.

    Returns:
        A dict of name to record: class, what it makes, parameters, bytes, licence,
        evaluation with its protocol, and the command that trained it. `needs` is the
        command to run before those that do not ship with the package. It prints as a
        table, with samples in a notebook. Scores by different extractors do not
        compare.

    Example:
        ```python
        import keras_gan_zoo as kgz

        print(kgz.list_presets("*emoji*"))
        ```
    """
    names = [n for n in finding.names() if fnmatch.fnmatchcase(n, pattern)]
    shipped = finding.shipped()
    records = {
        name: _of_shipped(name) if name in shipped else _of_others(name)
        for name in names
    }
    columns = {
        "class": lambda record: record["class"],
        "makes": lambda record: record.get("makes", ""),
        "MB": _megabytes,
        "params": lambda record: f"{sum(record['parameters'].values()) / 1e6:.2f}M",
        "license": lambda record: record["license"].split(",")[0],
        "scores": in_short,
    }
    return Catalogue(records, columns, headings=2, picture=_thumbnail)


def _of_shipped(name):
    manifest = manifests.read(finding.SHIPPED / name)
    locate = finding.find(name)
    sizes = [locate(file, 0).stat().st_size for file in manifest["files"]]
    return {**_made(manifests.record_of(manifest)), "bytes": sum(sizes)}


def _of_others(name):
    network = published.PUBLISHED[name]
    return {**_made(network.record), "needs": network.place.install}


def _made(record):
    """A record that says what its class makes, as the registry has it."""
    task = registry.about(record["class"]).get("task")
    return {"class": record["class"], **({"makes": task} if task else {}), **record}


def _megabytes(record):
    return f"{record['bytes'] / 1e6:.1f}" if "bytes" in record else ""


def _thumbnail(name):
    path = THUMBNAILS / f"{name}.webp"
    if not path.exists():
        return ""
    return markup.picture(path.read_bytes(), "webp", f"Samples of {name}")
