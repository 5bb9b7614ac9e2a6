"""Augmentation that is as strong as the discriminator's overfitting asks for (ADA).

Each change is made with a probability p, for each image by itself. p rises while the
discriminator takes too many of the real images for real, and falls otherwise.
"""

from typing import Any

import keras
from keras import ops

from keras_gan_zoo.augment.changes import POLICY, change, names_of
from keras_gan_zoo.domains import Images
from keras_gan_zoo.losses import one_head
from keras_gan_zoo.randomness import SeedGenerator
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class AdaptiveAugment(keras.layers.Layer):
    """Many random changes, each with a probability that follows the overfitting (ADA).

    The model keeps the probability p, and the sign of the discriminator's logits of
    real images, as its own state: `model.augment_p` is saved with it, and its mean over
    the epoch stands in the progress bar. Where p is 0 the images are not touched, which
    costs next to nothing.

    Args:
        target: The mean sign of the logits of real images at which p stays. 1 is a
            discriminator that takes each of them for real, 0 one that guesses. None
            keeps p where it is.
        images: How many images it takes p at most to rise from 0 to 1. Karras et al.
            take 100,000 where a trained model goes on with other images.
        every: After how many steps p moves.
        p: The probability to begin with, in [0, 1], where a model has none yet.
        policy: Names from `CHANGES`, separated by commas, in any order. By default all
            but `"noise"` and `"cutout"`, as in the paper.
        seed: Makes the changes reproducible.
        **kwargs: As in every Keras layer.

    Raises:
        ValueError: If the policy names something else, a number is out of range, or the
            inputs are no images.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        model = kgz.DCGAN()
        model.compile(augment=kgz.augment.AdaptiveAugment(target=0.6))
        model.fit(images, batch_size=64, epochs=100)
        ```

    Reference:
        Karras et al. 2020, https://arxiv.org/abs/2006.06676
    """

    # Paper: images are enlarged by a wavelet, resampled and reduced again; here they
    # are resampled once, bilinearly. Bands of frequencies are not changed.

    def __init__(
        self,
        target=0.6,
        images=500_000,
        every=4,
        p=0.0,
        policy=POLICY,
        seed=None,
        **kwargs,
    ):
        # Half precision stays within the networks.
        super().__init__(autocast=False, **kwargs)
        _check(target, images, every, p)
        self.target = target
        self.images = images
        self.every = every
        self.p = p
        self.policy = policy
        self.seed = seed
        self.names = names_of(policy)
        self.seed_generator = SeedGenerator(seed)
        self._state = lambda: {"p": p}  # until a model keeps it

    def build(self, input_shape) -> None:
        """Checks that the inputs are images."""
        if not Images().fits(input_shape[1:]) or min(input_shape[1:3]) < 2:
            raise ValueError(
                "AdaptiveAugment changes images of shape (batch, height, width, "
                "channels), of two pixels a side or more. Received: "
                f"{tuple(input_shape)}. Leave augment out for other data."
            )

    def call(self, images) -> Tensor:
        """Maps float images in [-1, 1] to changed ones of the same shape.

        As in the paper, colours may leave [-1, 1]. What moves in is the image mirrored
        at its border, what is cut out is 0.
        """
        return change(images, self.names, self._state()["p"], self.seed_generator)

    # Adaptation.

    def attach(self, model) -> None:
        """Has a model keep the state, by name.

        Args:
            model: The `GAN`. A probability that it has already goes on.
        """
        begin = keras.initializers.Constant(self.p)
        state = {"p": model.add_state("augment_p", initializer=begin)}
        for name in ("sign", "looks", "steps"):
            state[name] = model.add_state(f"augment_{name}")
        self._state = lambda: state  # not as an attribute, which the layer would save

    def look(self, real, fake, loss) -> None:
        """Adds the logits of a batch to the mean sign since p has moved.

        Args:
            real: The discriminator's logits of real images, or a list of them.
            fake: Those of generated images.
            loss: The `AdversarialLoss`, which says where real images begin.
        """
        sign, looks = (self._state()[name] for name in ("sign", "looks"))
        beyond = one_head(real) - loss.boundary(one_head(fake))
        now = ops.stop_gradient(ops.mean(ops.sign(beyond)))
        looks.assign(looks + 1)
        sign.assign(sign + (now - sign) / looks)

    def adapt(self, batch_size, healthy) -> dict[str, Tensor]:
        """Moves p, after each step of the model that is the last of `every`.

        Args:
            batch_size: The images of a step.
            healthy: Boolean scalar; nothing moves without it.

        Returns:
            A dict of p, as the progress bar shows it.
        """
        p, sign, looks, steps = self._state().values()
        if self.target is not None:
            is_turn = ops.logical_and(healthy, steps + 1 >= self.every)
            amount = self.every * ops.cast(batch_size, "float32") / self.images
            moved = ops.clip(p + amount * ops.sign(sign - self.target), 0.0, 1.0)
            p.assign(ops.where(is_turn, moved, p.value))
            looks.assign(ops.where(is_turn, 0.0, looks.value))
            counted = ops.where(healthy, steps + 1, steps.value)
            steps.assign(ops.where(is_turn, 0.0, counted))
        return {"augment_p": ops.convert_to_tensor(p)}

    def compute_output_shape(self, input_shape) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        names = ("target", "images", "every", "p", "policy", "seed")
        own = {name: getattr(self, name) for name in names}
        return {**super().get_config(), **own}


def adaptive(augment) -> list[AdaptiveAugment]:
    """The `AdaptiveAugment` that `compile(augment=)` got, alone or in a `Sequential`.

    Returns:
        A list of one, or of none.
    """
    parts = [augment, *getattr(augment, "layers", [])]
    return [part for part in parts if isinstance(part, AdaptiveAugment)][:1]


def _check(target, images, every, p):
    """Refuses numbers with which p would not move as it should."""
    bounds = {
        "target, a mean sign, in (-1, 1) or None": target is None or -1 < target < 1,
        "images, above 0": images > 0,
        "every, an integer above 0": isinstance(every, int) and every > 0,
        "p, in [0, 1]": 0 <= p <= 1,
    }
    wrong = [words for words, fits in bounds.items() if not fits]
    if wrong:
        raise ValueError(
            f"AdaptiveAugment takes {' and '.join(wrong)}. Received: target={target}, "
            f"images={images}, every={every}, p={p}"
        )
