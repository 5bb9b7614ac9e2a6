"""Trains a context encoder to fill holes in emoji.

    npm pack emoji-datasource-google
    export KERAS_GAN_ZOO_DATA=.
    KERAS_BACKEND=tensorflow python examples/context_encoder_emoji.py

It learns from 1,706 Noto emoji of 64x64 pixels and their mirror images, with a new
rectangle cut out at each step. Everything goes to `runs/context_encoder_emoji/`: a
picture of held-out emoji with a hole, filled in, and whole (`epoch_0010.png`, ...), the
holes being rectangles and brush strokes; checkpoints; and the preset. 100 epochs take
about half an hour on one CPU core.
"""

import numpy as np
from emoji import mirrored, options, train

import keras_gan_zoo as kgz

if __name__ == "__main__":
    chosen = options(epochs=100, batch_size=64, base_channels=16)
    images = mirrored(kgz.datasets.emoji("noto").images)
    whole = kgz.datasets.emoji("noto", split="test").images[:24]
    masks = kgz.datasets.masks(len(whole))
    damaged = np.where(masks, np.uint8(127), whole)
    train(
        "context_encoder_emoji",
        # Smaller than the paper's 64 and 4000, so that the preset stays under 5 MB.
        kgz.ContextEncoder(
            base_channels=chosen.base_channels, bottleneck=400, seed=chosen.seed
        ),
        images,
        "1,706 Noto Emoji without skin tone (Apache-2.0, Google)",
        lambda model: kgz.images.side_by_side(
            damaged, model.inpaint(whole, masks), whole
        ),
        chosen,
        batch_size=chosen.batch_size,
    )
