"""Trains CycleGAN to put glasses on cartoon faces and to take them off, without pairs.

    KERAS_BACKEND=tensorflow python examples/cyclegan_avatars_glasses.py

A are faces with open eyes, B others with glasses: no face is shown in both states.
Held-out faces are there in both, so that what is made of them can be compared with the
truth. The generators draw what changes, and their image is added to it. Everything goes
to `runs/cyclegan_avatars_glasses/`: pictures of held-out faces, each beside its
translation and the true one, first from A to B and then back (`epoch_0001.png`, ...);
checkpoints; and the preset.
"""

import keras
import numpy as np
import training
from emoji import fit, linear_decay, options
from keras import layers

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


def changing(generator):
    """A generator that draws the change of its image (arxiv.org/abs/1612.05363)."""
    change = layers.Rescaling(2.0)(generator.output)  # as much as from black to white
    result = layers.Add()([generator.input, change])
    return keras.Model(generator.input, result, name=generator.name)


def build(chosen):
    """Narrower than the paper's, with fewer blocks, so that the preset is small."""
    sizes = {
        "image_shape": (64, 64, 3),
        "base_channels": chosen.base_channels,
        "blocks": chosen.blocks,
        "patch": 34,  # pixels; the paper's 70 are more than these images have
        "seed": chosen.seed,
    }
    plain = kgz.CycleGAN(**sizes)
    model = kgz.CycleGAN(
        generator_ab=changing(plain.generator_ab),
        generator_ba=changing(plain.generator_ba),
        **sizes,
    )
    # Averaging wears off the grain that adversarial losses leave.
    model.compile(ema=0.999)
    return model


def main(chosen):
    """Trains and writes the preset."""
    data = kgz.datasets.Unpaired(
        *two_sets(), batch_size=chosen.batch_size, seed=chosen.seed
    )
    a, b = (version.images[:12] for version in avatar_pairs(split="test"))
    model = build(chosen)
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
    main(options(epochs=16, batch_size=4, base_channels=24, every=1, blocks=3))
