"""Trains Pix2Pix to draw the face that belongs to an outline.

    KERAS_BACKEND=tensorflow python examples/pix2pix_edges_avatars.py

The pairs are 10,071 avatars of 64x64 pixels and their outlines, which leave the colours
open. Everything goes to `runs/pix2pix_edges_avatars/`: a picture of held-out outlines,
what is made of them and the true faces (`epoch_0001.png`, ...), checkpoints and the
preset.
"""

import emoji

import keras_gan_zoo as kgz

if __name__ == "__main__":
    chosen = emoji.options(epochs=15, batch_size=8, base_channels=16, every=1)
    targets = kgz.datasets.avatars().images
    held_out = kgz.datasets.avatars(split="test").images[:24]
    outlines = kgz.datasets.edges(held_out)
    emoji.train(
        "pix2pix_edges_avatars",
        # Smaller patches than the paper's 70 pixels, because the images are smaller.
        kgz.Pix2Pix(base_channels=chosen.base_channels, patch=34, seed=chosen.seed),
        (kgz.datasets.edges(targets), targets),
        "10,071 avatars (Personas by Draftbit, CC BY 4.0)",
        lambda model: kgz.images.side_by_side(
            outlines, model.translate(outlines), held_out
        ),
        chosen,
        [emoji.linear_decay(chosen.epochs, 2e-4)],
        batch_size=chosen.batch_size,
    )
