"""Where the scripts that score presets write what they find: the preset's record."""

import json
import pathlib

import keras_gan_zoo as kgz


def folder_of(preset):
    """The folder of a preset that is named by its path or, if it ships, its name."""
    folder = pathlib.Path(preset)
    return folder if folder.is_dir() else kgz.presets.SHIPPED / preset


def write(folder, **facts):
    """Writes facts into a preset's record, over those of the same names."""
    path = folder / "preset.json"
    manifest = json.loads(path.read_text())
    manifest["record"].update(facts)
    path.write_text(json.dumps(manifest, indent=2) + "\n")
