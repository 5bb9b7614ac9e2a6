"""Phase shuffle: features are moved in time, so that phases tell nothing (WaveGAN)."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan_zoo import backend
from keras_gan_zoo.typing import Tensor


@keras.saving.register_keras_serializable("keras_gan_zoo")
class PhaseShuffle(layers.Layer):
    """Moves sequences in time by a random whole number in [-size, size] in training.

    What comes in from beyond an end is the mirror image of the sequence there, without
    the last step itself. Transposed convolutions leave tones of their own, always in
    the same phase, by which a critic could tell generated sounds; the critic is not to
    learn that.

    All sequences of a batch are moved alike, as in the code of the paper's authors.

    Args:
        size: The furthest that sequences are moved; fewer steps than they have.
        seed: Integer, of the random numbers; without it Keras chooses one.
        **kwargs: As in every Keras layer.

    Raises:
        ValueError: If a sequence has no more than `size` steps.

    Reference:
        Donahue et al. 2019, section 3.3, https://arxiv.org/abs/1802.04208
    """

    def __init__(self, size=2, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape) -> None:
        """Looks whether there is enough to mirror."""
        if input_shape[1] <= self.size:
            raise ValueError(
                f"PhaseShuffle({self.size}) moves sequences of more than {self.size} "
                f"steps. Received: {tuple(input_shape)}, (batch, steps, channels)."
            )

    def call(self, inputs, training=False) -> Tensor:
        """Maps (batch, steps, channels) to the same shape."""
        if not training or self.size == 0:
            return inputs
        shift = keras.random.randint(
            (), -self.size, self.size + 1, seed=self.seed_generator
        )
        last = inputs.shape[1] - 1
        # Mirrored at both ends.
        steps = ops.abs(ops.arange(last + 1) - shift)
        return backend.take(inputs, last - ops.abs(last - steps), axis=1)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        return {**super().get_config(), "size": self.size, "seed": self.seed}
