"""A penalty on logits that change where an image is augmented."""

from keras import ops

from keras_gan_zoo.augment.changes import change, names_of
from keras_gan_zoo.regularizers.base import Regularizer, checked, registered
from keras_gan_zoo.typing import Tensor


@registered
class ConsistencyRegularization(Regularizer):
    """Has the discriminator say the same of an augmented image (CR, bCR).

    weight E (D(T(real)) - D(real))^2 with a random change T.

    It calls the discriminator twice more on each batch that it looks at.

    Args:
        weight: Weight of the penalty, a number or a `schedules.Schedule`.
        fake_weight: Weight of the same on generated images, 10 in the balanced variant;
            None leaves them out.
        every: In which steps it is computed.
        augment: The change: names from `augment.CHANGES`, separated by commas, all of
            which each image gets; or a function of (images, seed), registered with
            Keras where it is to be saved, for example `augment.color`.

    Raises:
        ValueError: If a name is not known.

    Reference:
        Zhang et al. 2020, equation 3, https://arxiv.org/abs/1910.12027;
        balanced: Zhao et al. 2021, https://arxiv.org/abs/2002.04724
    """

    name = "consistency"

    def __init__(self, weight=10.0, fake_weight=None, every=1, augment="flip,shift"):
        self.weight = weight
        self.fake_weight = fake_weight
        self.every = checked(every)
        self.augment = augment
        if isinstance(augment, str):
            names_of(augment)

    def __call__(self, discriminate, real, fake, seed) -> Tensor:
        """The penalty, on real and where they have a weight on generated images."""
        penalty = self.weight * self._difference(discriminate, real, seed)
        if self.fake_weight is None:
            return penalty
        return penalty + self.fake_weight * self._difference(discriminate, fake, seed)

    def _difference(self, discriminate, images, seed):
        if isinstance(self.augment, str):
            changed = change(images, names_of(self.augment), 1.0, seed)
        else:
            changed = self.augment(images, seed)
        return ops.mean(ops.square(discriminate(changed) - discriminate(images)))
