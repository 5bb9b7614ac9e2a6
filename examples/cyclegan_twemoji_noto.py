"""Trains CycleGAN to redraw emoji of one style in another, without pairs.

    npm pack emoji-datasource-google
    npm pack emoji-datasource-twitter
    export KERAS_GAN_ZOO_DATA=.
    KERAS_BACKEND=tensorflow python examples/cyclegan_twemoji_noto.py

A is Twemoji, B is Noto. No emoji is shown in both styles: every second one is of A, the
others of B, each with its mirror image. There are two stages: the paper's losses with a
pair of emoji a step; then a weaker adversarial loss and larger batches, which wear off
the grain that the first stage leaves. Generators as small as these cannot redraw an
emoji faithfully, so in the preset half of every result is the source. Everything goes
to `runs/cyclegan_twemoji_noto/`: pictures of each stage (`paper/epoch_0005.png`, ...)
of held-out emoji, each beside its translation and the true emoji of the other style,
first from A to B and then back; checkpoints; and the preset.
"""

import keras
import training
from emoji import fit, linear_decay, mirrored, options
from keras import layers

import keras_gan_zoo as kgz

NAME = "cyclegan_twemoji_noto"


def mixed(generator):
    """A generator whose result is the mean of its image and what was drawn from it."""
    result = layers.Average()([generator.input, generator.output])
    return keras.Model(generator.input, result, name=generator.name)


def main(chosen):
    """Trains both stages and writes the preset."""
    styles = ("twemoji", "noto")
    twemoji, noto = (kgz.datasets.emoji(style).images for style in styles)
    a, b = (kgz.datasets.emoji(style, split="test").images[:12] for style in styles)
    # Narrower than the paper's 64 and with fewer blocks than its 6, so that the preset
    # stays under 5 MB; smaller patches than its 70 pixels, because the images are
    # smaller.
    sizes = {
        "base_channels": chosen.base_channels,
        "blocks": 4,
        "patch": 34,
        "seed": chosen.seed,
    }
    model = kgz.CycleGAN(**sizes)
    stages = {  # epochs, batch size, weight of the adversarial loss
        "paper": (chosen.epochs, chosen.batch_size, 2.0),
        "polish": (chosen.polish_epochs, chosen.polish_batch_size, 0.15),
    }
    minutes = steps = 0
    for stage, (epochs, batch_size, adversarial) in stages.items():
        model.compile(loss_weights={"generator_loss": adversarial})
        data = kgz.datasets.Unpaired(
            mirrored(twemoji[0::2]),
            mirrored(noto[1::2]),
            batch_size=batch_size,
            seed=chosen.seed,
        )
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
    model = kgz.CycleGAN(
        generator_ab=mixed(model.generator_ab),
        generator_ba=mixed(model.generator_ba),
        discriminator_a=model.discriminator_a,
        discriminator_b=model.discriminator_b,
        **sizes,
    )
    training.save_preset(
        model,
        chosen.out / NAME / NAME,
        chosen,
        minutes,
        "853 Twemoji (CC-BY 4.0, Twitter and contributors) and 853 other Noto Emoji "
        "(Apache-2.0, Google) without skin tone",
        steps=steps,
    )


if __name__ == "__main__":
    main(
        options(
            epochs=28,
            batch_size=1,
            base_channels=16,
            polish_epochs=6,
            polish_batch_size=4,
        )
    )
