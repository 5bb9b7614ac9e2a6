"""Filters that change the size of images, with a slope that is as fast.

A convolution of each channel by itself takes a tenth of the time of two products with
matrices, but PyTorch is slow to differentiate it, because it looks for the slope in the
kernel as well. Here the kernel is fixed: the slope of one that shrinks is one that
enlarges, and the other way round, as often as one differentiates.
"""

import torch

from keras_gan_zoo.backend.filters import by_matrices
from keras_gan_zoo.backend.portable import is_portable
from keras_gan_zoo.typing import Tensor


def resample(inputs, taps, stride, padding, enlarges) -> Tensor:
    """Convolves each channel by itself; see `keras_gan_zoo.backend`."""
    if is_portable() or inputs.dtype != torch.float32:
        return by_matrices(inputs, taps, stride, padding, enlarges)
    return _Filter.apply(inputs, taps, stride, padding, enlarges)


class _Filter(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inputs, taps, stride, padding, enlarges) -> Tensor:
        ctx.settings = taps, stride, padding, not enlarges
        taps, channels = inputs.new_tensor(taps), inputs.shape[-1]
        kernel = torch.outer(taps, taps).expand(channels, 1, -1, -1)
        convolve = torch.conv_transpose2d if enlarges else torch.conv2d
        outputs = convolve(
            inputs.permute(0, 3, 1, 2),
            kernel,
            stride=stride,
            padding=padding,
            groups=channels,
        )
        return outputs.permute(0, 2, 3, 1)

    @staticmethod
    def backward(ctx, slopes) -> tuple[Tensor | None, ...]:
        return _Filter.apply(slopes, *ctx.settings), None, None, None, None
