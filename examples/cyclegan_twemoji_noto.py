"""Trains CycleGAN to redraw emoji of one style in another, without pairs.

    npm pack emoji-datasource-google
    npm pack emoji-datasource-twitter
    export KERAS_GAN_ZOO_DATA=.
    KERAS_BACKEND=tensorflow python examples/cyclegan_twemoji_noto.py

A is Twemoji, B is Noto. No emoji is shown in both styles: every second one is of A, the
others of B, each with its mirror image. Everything goes to
`runs/cyclegan_twemoji_noto/`: a picture of held-out emoji (`epoch_0005.png`, ...), each
beside its translation and the true emoji of the other style, first from A to B and then
back; checkpoints; and the preset.
"""

from pix2pix_edges_emoji import linear_decay, mirrored, options, train

import keras_gan_zoo as kgz

if __name__ == "__main__":
    chosen = options(epochs=28, batch_size=1, width=16)
    styles = ("twemoji", "noto")
    twemoji, noto = (kgz.datasets.emoji(style).images for style in styles)
    a, b = (kgz.datasets.emoji(style, split="test").images[:12] for style in styles)
    train(
        "cyclegan_twemoji_noto",
        # Narrower than the paper's 64 and with fewer blocks than its 6, so that the
        # preset stays under 5 MB; smaller patches than its 70 pixels, because the
        # images are smaller.
        kgz.CycleGAN(width=chosen.width, blocks=4, patch=34, seed=chosen.seed),
        kgz.datasets.Unpaired(
            mirrored(twemoji[0::2]),
            mirrored(noto[1::2]),
            batch_size=chosen.batch_size,
            seed=chosen.seed,
        ),
        "853 Twemoji (CC-BY 4.0, Twitter and contributors) and 853 other Noto Emoji "
        "(Apache-2.0, Google) without skin tone",
        lambda model: kgz.images.side_by_side(
            a, model.translate(a, to="B"), b, b, model.translate(b, to="A"), a
        ),
        chosen,
        [linear_decay(chosen.epochs, 2e-4)],
    )
