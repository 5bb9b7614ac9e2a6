"""Trains CycleGAN to put glasses on cartoon faces and to take them off, without pairs.

    KERAS_BACKEND=tensorflow python examples/cyclegan_avatars_glasses.py

A are faces with open eyes, B others with glasses: no face is shown in both states.
Held-out faces are there in both, so that what is made of them can be compared with the
truth. Everything goes to `runs/cyclegan_avatars_glasses/`: pictures of held-out faces,
each beside its translation and the true one, first from A to B and then back
(`epoch_0001.png`, ...); checkpoints; and the preset.
"""

import numpy as np
import training
from emoji import fit, linear_decay, options

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets import avatar_pairs, avatars

NAME = "cyclegan_avatars_glasses"


def two_sets():
    """Faces with open eyes, and other faces with glasses."""
    faces, pairs = avatars(), avatar_pairs()
    eyes = faces.attributes["eyes"]
    return [
        np.concatenate(
            [
                faces.images[eyes == faces.values["eyes"].index(state)],
                pairs[version].images[version::2],
            ]
        )
        for version, state in enumerate(("open", "glasses"))
    ]


def main(chosen):
    """Trains and writes the preset."""
    # Narrower than the paper's 64 and with fewer blocks than its 6, so that the preset
    # stays under 5 MB; smaller patches than its 70 pixels, because the images are
    # smaller.
    model = kgz.CycleGAN(
        base_channels=chosen.base_channels,
        blocks=chosen.blocks,
        patch=34,
        seed=chosen.seed,
    )
    # Averaging wears off the grain that adversarial losses leave.
    model.compile(ema=0.999)
    data = kgz.datasets.Unpaired(
        *two_sets(), batch_size=chosen.batch_size, seed=chosen.seed
    )
    a, b = (version.images[:12] for version in avatar_pairs(split="test"))
    minutes = fit(
        model,
        data,
        chosen.out / NAME,
        chosen.epochs,
        lambda model: kgz.images.side_by_side(
            a, model.translate(a, to="B"), b, b, model.translate(b, to="A"), a
        ),
        chosen,
        [linear_decay(chosen.epochs, 2e-4)],
    )
    training.save_preset(
        model,
        chosen.out / NAME / NAME,
        chosen,
        minutes,
        "2,508 avatars with open eyes and 2,558 others with glasses (Personas by "
        "Draftbit, CC BY 4.0)",
    )


if __name__ == "__main__":
    main(options(epochs=20, batch_size=4, base_channels=24, every=1, blocks=3))
