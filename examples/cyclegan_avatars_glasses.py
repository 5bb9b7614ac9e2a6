"""Trains CycleGAN to put glasses on cartoon faces and to take them off, without pairs.

    KERAS_BACKEND=tensorflow python examples/cyclegan_avatars_glasses.py

A are faces with open eyes, B others with glasses: no face is shown in both states.
Held-out faces are there in both, so that what is made of them can be compared with the
truth. There are two stages: the paper's losses; then a weaker adversarial loss, which
wears off the grain that the first stage leaves. Everything goes to
`runs/cyclegan_avatars_glasses/`: pictures of each stage (`paper/epoch_0001.png`, ...)
of held-out faces, each beside its translation and the true one, first from A to B and
then back; checkpoints; and the preset.
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
    data = kgz.datasets.Unpaired(
        *two_sets(), batch_size=chosen.batch_size, seed=chosen.seed
    )
    a, b = (version.images[:12] for version in avatar_pairs(split="test"))
    stages = {  # epochs, weight of the adversarial loss
        "paper": (chosen.epochs, 2.0),
        "polish": (chosen.polish_epochs, 0.2),
    }
    minutes = steps = 0
    for stage, (epochs, adversarial) in stages.items():
        model.compile(loss_weights={"generator_loss": adversarial}, ema=0.999)
        minutes += fit(
            model,
            data,
            chosen.out / NAME / stage,
            epochs,
            lambda model: kgz.images.side_by_side(
                a, model.translate(a, to="B"), b, b, model.translate(b, to="A"), a
            ),
            chosen,
            [linear_decay(epochs, 2e-4)],
        )
        steps += epochs * len(data)
    training.save_preset(
        model,
        chosen.out / NAME / NAME,
        chosen,
        minutes,
        "2,508 avatars with open eyes and 2,558 others with glasses (Personas by "
        "Draftbit, CC BY 4.0)",
        steps=steps,
    )


if __name__ == "__main__":
    main(
        options(
            epochs=20,
            batch_size=4,
            base_channels=24,
            every=1,
            blocks=3,
            polish_epochs=10,
        )
    )
