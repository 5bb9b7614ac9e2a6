"""Trains the first GAN, two multi-layer perceptrons, on Fashion-MNIST.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=jax python examples/vanilla_gan_fashion_mnist.py

60 epochs take about 12 minutes on one CPU core. Everything goes to
`runs/vanilla_gan_fashion_mnist/`: a sample grid for each epoch, an animation,
checkpoints and the preset that ships with the package. Expect recognizable garments
with soft edges and some grain: no convolution tells the generator that neighbouring
pixels belong together. The moving average of its weights takes most of the grain away.
"""

import training
from fashion_mnist import train

import keras_gan_zoo as kgz

if __name__ == "__main__":
    chosen = training.parser(epochs=60).parse_args()
    # Narrower than the paper's 1200, so that the preset stays under 5 MB.
    model = kgz.VanillaGAN(units=640, seed=chosen.seed)
    # An average over many epochs: the weights of one moment make fewer kinds of images.
    model.compile(ema=0.9998)
    train("vanilla_gan_fashion_mnist", model, 100, chosen)
