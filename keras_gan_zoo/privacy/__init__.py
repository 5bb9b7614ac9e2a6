"""Training that tells little about any single row: differential privacy."""

from keras_gan_zoo.privacy.accounting import (
    epsilon_spent,
    noise_multiplier_for,
    steps_within,
)
from keras_gan_zoo.privacy.dp_sgd import DPSGD

__all__ = ["DPSGD", "epsilon_spent", "noise_multiplier_for", "steps_within"]
