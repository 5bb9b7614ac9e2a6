"""From a preset's folder to a hub, after a look at every file."""

import pathlib
import shutil
import tempfile

from keras_gan_zoo.presets import cards, manifests
from keras_gan_zoo.presets.hubs import FORMS, HUBS
from keras_gan_zoo.presets.licenses import KAGGLE, short_name
from keras_gan_zoo.presets.loading import fetch_files


def push(preset, handle, private=True, message=None) -> str:
    """Uploads a preset, so that `from_preset(handle)` loads it anywhere.

    What is uploaded is `preset.json`, the weights that it names, the card and the
    picture; a preset without a card gets one. Nothing else in the folder is.

    Args:
        preset: A folder written by `save_to_preset`, or a name from `list_presets()`.
        handle: `hf://user/name`, with `/folder` and `@branch` where needed, or
            `kaggle://owner/model/keras/variation`. What is not there yet is made.
        private: Whether a new repository is private. Of one that is there already
            nothing is changed.
        message: Of the commit, or of the version.

    Returns:
        The address of what was pushed.

    Raises:
        ImportError: If the hub's client is not installed.
        ValueError: If the preset is damaged, nobody is logged in, or the hub refuses.
            Nothing is uploaded then.
    """
    check_handle(handle)
    hub = next(hub for prefix, hub in HUBS.items() if handle.startswith(prefix))
    paths = fetch_files(preset)
    manifest = manifests.read(paths[0].parent)
    extras = [paths[0].with_name(name) for name in (cards.NAME, cards.SAMPLES)]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / name_of(handle)
        folder.mkdir()
        for path in [*paths, *(path for path in extras if path.is_file())]:
            shutil.copyfile(path, folder / path.name)
        if not (folder / cards.NAME).exists():
            cards.write(folder)
        license_name = KAGGLE.get(short_name(manifest["record"].get("license")))
        return hub.push(folder, handle, private, message, license_name)


def check_handle(handle) -> None:
    """Raises a `ValueError` unless a text begins as the handle of a hub."""
    if not any(handle.startswith(prefix) for prefix in HUBS):
        raise ValueError(
            f"Presets are pushed to {' or '.join(FORMS)}. Received: {handle!r}"
        )


def name_of(handle) -> str:
    """What a preset is called there: the last part of its handle."""
    return handle.partition("@")[0].rpartition("/")[2]
