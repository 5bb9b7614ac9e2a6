"""Layers that run on every backend, one idea a file."""

from keras_gan_zoo.layers.average_pooling2d import AveragePooling2D
from keras_gan_zoo.layers.batch_normalization import BatchNormalization
from keras_gan_zoo.layers.bias import Bias
from keras_gan_zoo.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization,
)
from keras_gan_zoo.layers.conv1d import Conv1D
from keras_gan_zoo.layers.conv1d_transpose import Conv1DTranspose
from keras_gan_zoo.layers.conv2d import Conv2D
from keras_gan_zoo.layers.conv2d_transpose import Conv2DTranspose
from keras_gan_zoo.layers.conv3d import Conv3D
from keras_gan_zoo.layers.conv3d_transpose import Conv3DTranspose
from keras_gan_zoo.layers.equalized import EqualizedConv2D, EqualizedDense
from keras_gan_zoo.layers.fourier2d import Fourier2D, InverseFourier2D
from keras_gan_zoo.layers.frames import MergeFrames, SplitFrames
from keras_gan_zoo.layers.freezing import freeze, unfreeze
from keras_gan_zoo.layers.gate import Gate
from keras_gan_zoo.layers.image_pool import ImagePool
from keras_gan_zoo.layers.instance_normalization import InstanceNormalization
from keras_gan_zoo.layers.leaky_relu import LeakyReLU
from keras_gan_zoo.layers.learned_constant import LearnedConstant
from keras_gan_zoo.layers.maxout import Maxout
from keras_gan_zoo.layers.mel_spectrogram import MelSpectrogram
from keras_gan_zoo.layers.minibatch_stddev import MinibatchStddev
from keras_gan_zoo.layers.modulated_conv2d import (
    ModulatedConv2D,
    ModulatedConv2DTranspose,
)
from keras_gan_zoo.layers.noise2d import Noise2D
from keras_gan_zoo.layers.pack import Pack
from keras_gan_zoo.layers.patch_discriminator import patch_discriminator
from keras_gan_zoo.layers.phase_shuffle import PhaseShuffle
from keras_gan_zoo.layers.pixel_normalization import PixelNormalization
from keras_gan_zoo.layers.reflection_padding import ReflectionPadding2D
from keras_gan_zoo.layers.resample2d import Blur2D, Downsample2D, Upsample2D
from keras_gan_zoo.layers.running_mean import RunningMean
from keras_gan_zoo.layers.self_attention2d import SelfAttention2D
from keras_gan_zoo.layers.shrink2d import Shrink2D
from keras_gan_zoo.layers.spectral_normalization import (
    SpectralConv1D,
    SpectralConv2D,
    SpectralDense,
    SpectralEmbedding,
)
from keras_gan_zoo.layers.wave_discriminator import wave_discriminator

__all__ = [
    "AveragePooling2D",
    "BatchNormalization",
    "Bias",
    "Blur2D",
    "ConditionalBatchNormalization",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Downsample2D",
    "EqualizedConv2D",
    "EqualizedDense",
    "Fourier2D",
    "Gate",
    "ImagePool",
    "InstanceNormalization",
    "InverseFourier2D",
    "LeakyReLU",
    "LearnedConstant",
    "Maxout",
    "MelSpectrogram",
    "MergeFrames",
    "MinibatchStddev",
    "ModulatedConv2D",
    "ModulatedConv2DTranspose",
    "Noise2D",
    "Pack",
    "PhaseShuffle",
    "PixelNormalization",
    "ReflectionPadding2D",
    "RunningMean",
    "SelfAttention2D",
    "Shrink2D",
    "SpectralConv1D",
    "SpectralConv2D",
    "SpectralDense",
    "SpectralEmbedding",
    "SplitFrames",
    "Upsample2D",
    "freeze",
    "patch_discriminator",
    "unfreeze",
    "wave_discriminator",
]
