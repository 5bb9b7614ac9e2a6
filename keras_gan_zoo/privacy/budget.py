"""What all models share that keep a budget of privacy."""

from typing import Any

import keras
from keras import ops


class KeepsBudget:
    """The part of a `GAN` that has a budget of privacy.

    Attributes:
        privacy: The budget and how it is kept, or None.
        privacy_class: What it is an instance of.
    """

    privacy: Any = None
    privacy_class: type

    def compile(self, *args, privacy=None, **kwargs) -> None:
        """As in `GAN.compile`, and privacy, which is not changed once it was trained.

        Args:
            *args: As in `GAN.compile`.
            privacy: The budget, or None.
            **kwargs: As in `GAN.compile`.

        Raises:
            ValueError: If it is of another kind than the model's, or the model has been
                trained with another one.
        """
        if not isinstance(privacy, self.privacy_class | None):
            raise ValueError(
                f"{type(self).__name__} keeps a budget by privacy."
                f"{self.privacy_class.__name__}. Received: privacy={privacy!r}"
            )
        changes = _config(privacy) != _config(self.privacy) and self.compiled
        if changes and number(self.images_seen):
            raise ValueError(
                f"This {type(self).__name__} has been trained already, with another "
                "privacy, or none, and what it has learned stays. Make a new model."
            )
        super().compile(*args, **kwargs)
        self.privacy = privacy

    def get_compile_config(self) -> dict[str, Any]:
        """Arguments of `compile`, as data."""
        config = super().get_compile_config()
        if not config:
            return config
        privacy = keras.saving.serialize_keras_object(self.privacy)
        return {**config, "privacy": privacy}

    def save_to_preset(self, folder, record=None, *args, **kwargs) -> None:
        """As in `GAN.save_to_preset`; the record says what was spent.

        A preset keeps no budget: if it is trained on with the same rows, that adds to
        what stands in its record.

        Args:
            folder: As in `GAN.save_to_preset`.
            record: As in `GAN.save_to_preset`.
            *args: As in `GAN.save_to_preset`.
            **kwargs: As in `GAN.save_to_preset`.
        """
        spent = {"privacy": self.privacy_spent} if self.privacy else {}
        super().save_to_preset(folder, {**spent, **(record or {})}, *args, **kwargs)

    def fit_within(self, budget, x, y, kwargs) -> keras.callbacks.History:
        """Trains with a budget, before all other callbacks.

        Args:
            budget: A `Budget`.
            x: As in `GAN.fit`, as what follows.
            y: Labels, or None.
            kwargs: A dict of more arguments.
        """
        callbacks = keras.tree.flatten(kwargs.pop("callbacks", None) or [])
        return super().fit(x, y, callbacks=[budget, *callbacks], **kwargs)


class Budget(keras.callbacks.Callback):
    """Shows what is spent by epoch, and ends the training before it is too much."""

    def is_spent(self) -> bool:
        """Whether a further step would spend too much."""
        raise TypeError(f"{type(self).__name__} must define is_spent()")

    def epsilon(self) -> float:
        """What is spent."""
        raise TypeError(f"{type(self).__name__} must define epsilon()")

    def on_train_batch_end(self, batch, logs=None) -> None:
        """Ends the training where a further step would spend too much."""
        if self.is_spent():
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None) -> None:
        """Says what is spent."""
        if logs is not None:
            logs["epsilon"] = self.epsilon()


def planned_steps(data, kwargs) -> int:
    """How many steps a run has.

    Args:
        data: What `fit` trains on.
        kwargs: A dict of its other arguments.
    """
    epochs = kwargs.get("epochs", 1) - kwargs.get("initial_epoch", 0)
    return epochs * (kwargs.get("steps_per_epoch") or len(data))


def number(variable) -> Any:
    """The value of a scalar variable."""
    return ops.convert_to_numpy(variable).item()


def _config(privacy):
    return None if privacy is None else privacy.get_config()
