"""What a GAN has to do with files: weights, whole models, other runtimes."""

import inspect
import warnings
from typing import Any, Self

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import backend, exporting, weight_files
from keras_gan_zoo.backend.private import for_any_backend
from keras_gan_zoo.checks import check_finite_weights
from keras_gan_zoo.old_names import renamed, renamed_weights
from keras_gan_zoo.serving import bare


class Saving:
    """The part of `GAN` that writes and reads files."""

    def save(self, filepath, **kwargs) -> None:
        """Writes the whole model, optimizers and random state included.

        Args:
            filepath: Of a `.keras` file.
            **kwargs: As in `keras.Model.save`.

        Raises:
            ValueError: If a weight is not finite; no file is touched.
        """
        check_finite_weights(self, f"{type(self).__name__} cannot be saved: it")
        if self.compiled and self.image_shape is not None:
            with self.variable_scope():
                self.build_training_state()  # which a loaded model has, too
        super().save(filepath, **kwargs)

    def save_weights(self, filepath, **kwargs) -> None:
        """Writes the weights of all networks, the averaged generator included.

        Args:
            filepath: Of a `.weights.h5` file.
            **kwargs: As in `keras.Model.save_weights`.

        Raises:
            ValueError: If a weight is not finite; no file is touched.
        """
        check_finite_weights(self, f"{type(self).__name__} cannot be saved: it")
        super().save_weights(filepath, **kwargs)

    def load_weights(self, filepath, **kwargs) -> None:
        """Reads what `save_weights` or `save` wrote, the averaged generator included.

        Args:
            filepath: Of a `.weights.h5` or `.keras` file.
            **kwargs: As in `keras.Model.load_weights`.

        Raises:
            ValueError: If the networks are not made yet, the file does not fit them, or
                a weight in it is not finite. The model is then as it was before.
        """
        self.require_networks()
        if self.compiled:
            self.build_training_state()
        optimizer = self.optimizer.variables if self.compiled else []
        variables = [*self.variables, *optimizer]
        before = [np.array(ops.convert_to_numpy(variable)) for variable in variables]
        names = [f"ema_{name}" for name in self.networks]
        averages = {name: getattr(self, name) for name in names}
        for name in names:
            if not weight_files.holds(filepath, name):
                self._forget(name)
        try:
            with warnings.catch_warnings():  # what they are about is an error below
                warnings.filterwarnings("ignore", "Skipping nested container")
                super().load_weights(filepath, **kwargs)
            check_finite_weights(self, f"The file {filepath}")
        except BaseException as error:
            for name, average in averages.items():
                setattr(self, name, average)
            for variable, value in zip(variables, before, strict=True):
                variable.assign(value)
            if not isinstance(error, ValueError):
                raise
            reason = weight_files.differences(filepath, self) or error
            raise ValueError(
                f"The weights in {filepath} cannot be loaded into this "
                f"{type(self).__name__}, which is as it was before. {reason} Make and "
                "compile it as the model that was saved."
            ) from error
        if self.compiled:
            self.build_training_state()  # an average that was not there begins anew

    def export(
        self, filepath, network=None, raw=False, check=True, **options
    ) -> float | None:
        """Writes the network that makes the samples for another runtime.

        What is done before and after it is part of the file: latents become uint8
        images, as by `generate(latents=...)`, uint8 images become others, as by
        `translate`, `upscale` or `inpaint`. Any number of them may go in at once. The
        file is run in its runtime and compared with the model before it is kept.

        Args:
            filepath: Of a new `.onnx`, `.tflite`, `.xml` (OpenVINO) or `.pt2` file, or
                of a new folder, for TensorFlow's SavedModel. ONNX can be written on
                each backend, the others on some.
            network: The name of another network of the model, such as `"generator_ba"`
                of a `CycleGAN`, the `"encoder"` of a `BiGAN` or the `"discriminator"`
                of a `SemiSupervisedGAN`. Those that judge are written as they are.
            raw: Whether to write the network as it is, floats to floats.
            check: Whether to compare, which needs the runtime.
            **options: As in `keras.Model.export`.

        Returns:
            The largest difference between file and model: at most 1 level of 255, or
            0.0001 for floats. None without a check.

        Raises:
            ImportError: If a package is missing that writes or runs the format.
            ValueError: If the networks are not made yet, there is something already,
                this backend cannot write the format, or the file computes something
                else than the model. Nothing is left in its place then.
        """
        name = network or self.samplers[0]
        if name not in self.networks:
            raise ValueError(
                f"{type(self).__name__} has no network {name!r}, but "
                f"{list(self.networks)}."
            )
        if self.averaged(name) is None:  # presets may hold some of the networks alone
            self.require_networks()
        serving = bare(self.averaged(name)) if raw else self.serving(name)
        return exporting.export(serving, filepath, check, **options)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor, with the networks' size once it is known.

        Each is an attribute of the same name; a subclass that keeps its own so need not
        define this method.
        """
        names = [n for n in _arguments(type(self)) if hasattr(self, n)]
        return {
            **{name: getattr(self, name) for name in names},
            "name": self.name,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
            **{
                name: keras.saving.serialize_keras_object(getattr(self, name))
                for name in self.custom_networks
            },
        }

    @classmethod
    def from_config(cls, config) -> Self:
        """Rebuilds the model from `get_config()`, of an earlier version too."""
        config = renamed(config, cls)
        custom = {
            name: keras.saving.deserialize_keras_object(config[name])
            for name in cls.networks
            if config.get(name) is not None
        }
        return cls(**{**config, **custom})

    def get_compile_config(self) -> dict[str, Any]:
        """Arguments of `compile`, as data."""
        if not self.compiled:
            return {}
        config = keras.saving.serialize_keras_object(
            {
                **{name: getattr(self, name) for name in self._optimizer_names},
                "loss": self.adversarial_loss,
                "loss_weights": dict(self._loss_weights),
                "regularizers": list(self.regularizers),
                "augment": self.augment,
                "ema": self.ema,
                **self._execution,
            }
        )
        return for_any_backend(config)

    def compile_from_config(self, config) -> None:
        """Compiles the model as it was when it was saved."""
        arguments = keras.saving.deserialize_keras_object(for_any_backend(config))
        known = self.compile_defaults().get("loss_weights", {})
        weights = renamed_weights(arguments.get("loss_weights") or {}, known)
        self.compile(**{**arguments, "loss_weights": weights})
        if self.image_shape is not None:
            self.build_training_state()

    def save_own_variables(self, store) -> None:
        """Saves what no network holds, the random state above all.

        Keras leaves the state of random generators out, also that of the layers.
        """
        check_finite_weights(self, f"{type(self).__name__} cannot be saved: it")
        for name, variable in self.named_state().items():
            store[name] = variable

    def load_own_variables(self, store) -> None:
        """Restores what `save_own_variables` saved."""
        state = self.named_state()
        if "0" in store.keys():  # files of before the variables had names
            state = {str(i): v for i, v in enumerate(_in_order_of_before(self, state))}
        for name, variable in state.items():
            if name in store.keys():
                variable.assign(store[name])

    def named_state(self) -> dict[str, keras.Variable]:
        """What no network holds, by name: random state, and what `add_state` made."""
        found = {name: getattr(self, name) for name in self.state_names}
        found["seed"] = self.seed_generator.state
        for name, layer in backend.parts_of(self).items():
            found |= _numbered(name, _seeds_of(layer))
        layered = {id(weight) for layer in self.layers for weight in layer.weights}
        known = layered | {id(variable) for variable in found.values()}
        return found | _numbered(
            "own", [v for v in self.variables if id(v) not in known]
        )


def _in_order_of_before(model, state):
    """The variables as files without names have them: the count of images last.

    Random state of networks comes in the order of the model's variables, that of the
    augmentation after it.
    """
    late = {n: n.startswith("augment") + 2 * (n == "images_seen") for n in state}
    place = {id(variable): i for i, variable in enumerate(model.variables)}
    names = set(state) - set(model.state_names) | {"images_seen"}
    names = sorted(names, key=lambda name: (late[name], place[id(state[name])]))
    return [state[name] for name in names]


def _seeds_of(layer):
    """The random state within a layer, and what else is none of its weights."""
    weights = {id(weight) for weight in layer.weights}
    return [v for v in layer.variables if id(v) not in weights]


def _numbered(name, variables):
    return {f"{name}.{i}": variable for i, variable in enumerate(variables)}


def _arguments(model_class):
    """Names of the constructor's arguments, and of those that `**kwargs` stands for."""
    names = []
    for part in model_class.__mro__[: model_class.__mro__.index(Saving)]:
        if "__init__" in vars(part):
            parameters = list(inspect.signature(part.__init__).parameters.values())[1:]
            names += [p.name for p in parameters if p.kind != p.VAR_KEYWORD]
            if all(p.kind != p.VAR_KEYWORD for p in parameters):
                break
    return dict.fromkeys(names)
