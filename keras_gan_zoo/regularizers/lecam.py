"""A penalty that keeps logits near what they have been, for few training images."""

from keras import ops

from keras_gan_zoo.regularizers.base import Regularizer, checked, registered
from keras_gan_zoo.typing import Tensor


@registered
class LeCam(Regularizer):
    """Keeps the logits of each kind near the mean ones of the other kind (LeCam).

    weight (E max(0, D(real) - a)^2 + E max(0, b - D(fake))^2), where a and b are the
    running means of the logits of generated and of real images.

    It calls the discriminator on both batches once more.

    Args:
        weight: Weight of the penalty, a number or a `schedules.Schedule`: 0.3 for
            BigGAN on CIFAR, 3e-7 for StyleGAN2 on 1,000 faces in the authors' code.
        every: In which steps it is computed.
        decay: How far the means move in a step of the penalty, in (0, 1]. In the first
            1 / decay of them they are the means of all so far.

    Reference:
        Tseng et al. 2021, equation 4, https://arxiv.org/abs/2104.03310
    """

    name = "lecam"

    # Paper: the squares of the differences; here, as in its authors' code, of those
    # that are above 0.

    def __init__(self, weight=0.3, every=1, decay=0.01):
        self.weight = weight
        self.every = checked(every)
        self.decay = decay

    def build(self, model) -> None:
        """Makes the two means, and the count of their steps."""
        self._real = model.add_state("lecam_real")
        self._fake = model.add_state("lecam_fake")
        self._count = model.add_state("lecam_count")

    def __call__(self, discriminate, real, fake, seed) -> Tensor:
        """The penalty, which moves the means first."""
        real_logits, fake_logits = discriminate(real), discriminate(fake)
        self._count.assign(self._count + 1)
        share = ops.maximum(self.decay, 1 / self._count)
        for mean, logits in [(self._real, real_logits), (self._fake, fake_logits)]:
            mean.assign(mean + share * (ops.stop_gradient(ops.mean(logits)) - mean))
        above, below = real_logits - self._fake, self._real - fake_logits
        squares = [ops.mean(ops.square(ops.relu(x))) for x in (above, below)]
        return self.weight * sum(squares)
