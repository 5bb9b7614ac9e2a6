"""What a GAN has to do with presets: loaded by name, written, pushed to hubs."""

import pathlib
import tempfile
from typing import Any, Self

from keras_gan_zoo import presets


class Sharing:
    """The part of `GAN` that loads and writes presets."""

    networks: tuple[str, ...]
    ema_generator: Any  # a network, or None without an average

    @classmethod
    def from_preset(cls, preset, load_weights=True, packages=(), **kwargs) -> Self:
        """Loads a model by name.

        Args:
            preset: A name from `keras_gan_zoo.list_presets()`, a folder written by
                `save_to_preset`, an `hf://` or `kaggle://` handle, or an https address
                of a folder with `#sha256=` of its `preset.json`. Handles are
                `hf://user/name/folder@revision`, where folder and revision may be left
                out, and `kaggle://owner/model/keras/variation/version`.
            load_weights: Whether to load the weights, or only the architecture.
            packages: Names of packages that you trust. A preset of a class that is not
                in this one is loaded if its package was imported or is named here; no
                other is imported.
            **kwargs: Arguments of the constructor to change, for example `seed`; or
                `num_classes`, for data of other classes: what depends on it begins
                anew, and a warning says which weights do.

        Returns:
            A model of the preset's class. `GAN.from_preset` finds the class;
            `DCGAN.from_preset` insists on it.

        Raises:
            ValueError: If the preset is not known, is damaged, or is of another class,
                or its weights do not fit what was changed.

        Example:
            ```python
            import keras_gan_zoo as kgz

            model = kgz.GAN.from_preset("dcgan_fashion_mnist")
            images = model.generate(16, seed=0)
            ```
        """
        return presets.load(cls, preset, load_weights, packages, **kwargs)

    def save_to_preset(
        self,
        folder,
        record=None,
        dtype="float32",
        networks=None,
        samples=None,
        safetensors=False,
    ) -> None:
        """Writes the networks as a preset that `from_preset` loads on any backend.

        The averaged generator is written as the generator where it is kept. Optimizers
        are not part of a preset; `save("model.keras")` keeps everything. A model card,
        `README.md`, says in words what the record holds, with a picture of samples.

        Args:
            folder: Path of a new or empty folder.
            record: Dict of facts to keep with the weights. The card has places for
                `license`, `data`, `data_license`, `datasets` (their names on hubs),
                `intended_use`, `limits`, `command`, `steps`, `seed`, `hardware`,
                `minutes` and `evaluation` (an `Evaluation`), and a line for each of the
                others. It says what is missing.
            dtype: What the weights are stored as; `"float16"` halves the files.
            networks: Names of those to write, for example `["generator"]` where no
                one will train on; all if not given.
            samples: What the card shows, as `generate` or `translate` returns it. By
                default a model that generates from noise draws some from seed 0, and
                others have no picture; False for none.
            safetensors: Whether to write each network to a `.safetensors` file, too.

        Raises:
            ValueError: If a network is not made yet, the class is not registered with
                Keras, or the folder holds something. Nothing is written then.
            ImportError: If safetensors are asked for and not installed.
        """
        if networks is None:
            self.require_networks()
        made = {name: getattr(self, name, None) for name in networks or self.networks}
        if None in made.values():
            raise ValueError(
                f"{type(self).__name__} cannot write the networks {list(made)}: one is "
                "not made yet, or not among its networks, which are called "
                f"{list(self.networks)}."
            )
        made = {name: self.averaged(name) for name in made}
        presets.save(made, self, folder, record or {}, dtype, samples, safetensors)

    def push_to_hub(
        self, handle, record=None, private=True, message=None, **kwargs
    ) -> str:
        """Writes a preset and uploads it, for `from_preset(handle)` to load anywhere.

        Args:
            handle: `hf://user/name`, with `/folder` and `@branch` where needed, or
                `kaggle://owner/model/keras/variation`. What is not there yet is made.
            record: See `save_to_preset`.
            private: Whether a new repository is private; on Kaggle all are at first.
            message: Of the commit, or of the version.
            **kwargs: As in `save_to_preset`.

        Returns:
            The address of what was pushed.

        Raises:
            ImportError: If the hub's client is not installed.
            ValueError: If nobody is logged in, the hub refuses, or the preset cannot be
                written.
        """
        presets.check_handle(handle)
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder) / presets.name_of(handle)
            self.save_to_preset(folder, record, **kwargs)
            return presets.push(folder, handle, private, message)
