"""Trains Pix2Pix to draw the emoji that belongs to an outline.

    npm pack emoji-datasource-google
    export KERAS_GAN_ZOO_DATA=.
    KERAS_BACKEND=tensorflow python examples/pix2pix_edges_emoji.py

The pairs are 1,706 Noto emoji of 64x64 pixels and their outlines, with their mirror
images. Everything goes to `runs/pix2pix_edges_emoji/`: a picture of held-out outlines,
what is made of them and the true emoji (`epoch_0005.png`, ...), checkpoints
and the preset.
"""

import emoji

import keras_gan_zoo as kgz

if __name__ == "__main__":
    chosen = emoji.options(epochs=60, batch_size=8, base_channels=16)
    targets = emoji.mirrored(kgz.datasets.emoji("noto").images)
    held_out = kgz.datasets.emoji("noto", split="test").images[:24]
    outlines = kgz.datasets.edges(held_out)
    emoji.train(
        "pix2pix_edges_emoji",
        # Smaller patches than the paper's 70 pixels, because the images are smaller.
        kgz.Pix2Pix(base_channels=chosen.base_channels, patch=34, seed=chosen.seed),
        (kgz.datasets.edges(targets), targets),
        "1,706 Noto Emoji without skin tone (Apache-2.0, Google)",
        lambda model: kgz.images.side_by_side(
            outlines, model.translate(outlines), held_out
        ),
        chosen,
        [emoji.linear_decay(chosen.epochs, 2e-4)],
        batch_size=chosen.batch_size,
    )
