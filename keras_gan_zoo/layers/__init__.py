"""Layers that run on every backend, one idea a file."""

from keras_gan_zoo.layers.pack import Pack

__all__ = ["Pack"]
