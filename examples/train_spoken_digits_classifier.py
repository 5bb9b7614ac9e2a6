"""Trains the classifier that hears which digit is said.

    apt-get install espeak-ng
    KERAS_BACKEND=torch python examples/train_spoken_digits_classifier.py

The clips are changed anew in each epoch, at random: in tempo and pitch, as other voices
have it, in place and loudness, and by noise, as generated clips have it. The folder
`runs/spoken_digits_cnn` then holds what ships as
keras_gan_zoo/assets/extractors/spoken_digits_cnn. Expect 97 % of whole words in voices
that it has not heard to be heard rightly, and 95 % of those cut to half a second.
"""

import time

import keras
import numpy as np
import training

import keras_gan_zoo as kgz
from keras_gan_zoo.metrics import extractors

RATE = 8_000  # the lowest; higher ones are heard by the same weights
# Samples and rates of clips: one second, and half a second, where long words are cut.
LENGTHS = {"16384 at 16 kHz": (16_384, 16_000), "4096 at 8 kHz": (4_096, 8_000)}
CLIPS = 5_000  # of each length, half of all


class ChangedClips(keras.utils.PyDataset):
    """Batches of clips that are never the same twice."""

    def __init__(self, waves, labels, batch_size, seed):
        super().__init__()
        self.waves, self.labels, self.batch_size = waves, labels, batch_size
        self.random = np.random.default_rng(seed)
        self.order = self.random.permutation(len(waves))

    def __len__(self):
        return len(self.waves) // self.batch_size

    def __getitem__(self, index):
        start = index * self.batch_size
        rows = self.order[start : start + self.batch_size]
        return self.changed(self.waves[rows] / 32767), self.labels[rows]

    def on_epoch_end(self):
        self.order = self.random.permutation(self.order)

    def changed(self, waves):
        """By another throat, elsewhere, softer, and with noise."""
        num, samples, _ = waves.shape
        # Played up to 20 % faster or slower, and shifted by up to 0.1 seconds.
        tempo = self.random.uniform(0.8, 1.2, (num, 1))
        shift = self.random.uniform(-RATE / 10, RATE / 10, (num, 1))
        places = (np.arange(samples) - samples / 2) * tempo + samples / 2 + shift
        waves = np.stack(
            [
                np.interp(x, np.arange(samples), wave[:, 0], left=0, right=0)
                for x, wave in zip(places, waves, strict=True)
            ]
        )
        decibels = self.random.uniform([-20, -70], [0, -15], (num, 2))
        gain, noise = np.moveaxis(10 ** (decibels / 20), 1, 0)[..., None]
        hiss = self.random.normal(size=waves.shape)
        waves = (gain * (waves + noise * hiss)).clip(-1, 1).astype("float32")
        return waves[..., None]


def clips(num, seed):
    """Clips of a second, whole words and cut ones, for training."""
    long = kgz.datasets.spoken_digits(num, samples=8_192, rate=RATE, seed=seed)
    cut = kgz.datasets.spoken_digits(num, samples=4_096, rate=RATE, seed=seed + 1)
    around = (long.waves.shape[1] - cut.waves.shape[1]) // 2
    padded = np.pad(cut.waves, ((0, 0), (around, around), (0, 0)))
    waves = np.concatenate([long.waves, padded])
    return waves, np.concatenate([long.labels, cut.labels])


def train(epochs, seed):
    """Trains the network on clips in 45 voices."""
    keras.utils.set_random_seed(seed)
    data = ChangedClips(*clips(CLIPS, seed), batch_size=64, seed=seed)
    network = extractors.spoken_digits_network(RATE)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, epochs * len(data))
    network.compile(
        keras.optimizers.Adam(rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    network.fit(data, epochs=epochs, verbose=2)
    return network


def test_accuracy(network):
    """Returns for each length the share of clips in 9 other voices heard rightly."""
    shares = {}
    for name, (samples, rate) in LENGTHS.items():
        digits = kgz.datasets.spoken_digits(5_000, "test", samples, rate)
        at_rate = extractors.spoken_digits_network(rate)
        at_rate.set_weights(network.get_weights())
        waves = digits.waves.astype("float32") / 32767
        predicted = at_rate.predict(waves, batch_size=64, verbose=0).argmax(axis=1)
        shares[name] = round(float((predicted == digits.labels).mean()), 4)
    return shares


if __name__ == "__main__":
    chosen = training.parser(epochs=12).parse_args()
    start = time.perf_counter()
    network = train(chosen.epochs, chosen.seed)
    training.save_extractor(
        network,
        extractors.spoken_digits_network(RATE),
        chosen,
        time.perf_counter() - start,
        f"{2 * CLIPS:,} training clips of datasets.spoken_digits(), in 45 voices of "
        "the synthesizer eSpeak NG, whose program is under the GPL and what it says "
        "is not",
        test_accuracy,
    )
