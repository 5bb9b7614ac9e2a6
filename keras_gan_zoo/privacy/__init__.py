"""Training that tells little about any single row: differential privacy."""

from keras_gan_zoo.privacy.accounting import (
    epsilon_spent,
    noise_multiplier_for,
    steps_within,
)
from keras_gan_zoo.privacy.dp_sgd import DPSGD
from keras_gan_zoo.privacy.pate import PATE
from keras_gan_zoo.privacy.votes import epsilon_of_votes, scale_for_votes

__all__ = [
    "DPSGD",
    "PATE",
    "epsilon_of_votes",
    "epsilon_spent",
    "noise_multiplier_for",
    "scale_for_votes",
    "steps_within",
]
