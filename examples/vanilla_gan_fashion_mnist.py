"""Trains the first GAN, two multi-layer perceptrons, on Fashion-MNIST.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=torch python examples/vanilla_gan_fashion_mnist.py

60 epochs take about 25 minutes on 2 CPU cores. `runs/vanilla_gan_fashion_mnist/` then
holds a sample grid for each epoch, an animation, the whole model and the preset that
ships with the package. Expect recognizable but grainy garments: no convolution tells
the generator that neighbouring pixels belong together.
"""

from dcgan_fashion_mnist import options, train

import keras_gan_zoo as kgz

if __name__ == "__main__":
    chosen = options(epochs=60)
    # Narrower than the paper's 1200, so that the preset stays under 5 MB.
    model = kgz.VanillaGAN(width=640, seed=chosen.seed)
    train(
        "vanilla_gan_fashion_mnist", model, 100, chosen.epochs, chosen.seed, chosen.out
    )
