"""What the loops of StyleGAN2, R3GAN and BigGAN by hand have in common, in PyTorch.

No Keras and nothing of this library: they are what `fit` is measured against in
`speed.py`. Each of the three files builds the networks of its model for square images
of 8, 16, 32, ... pixels, and its class `Loop` takes the model's steps with the model's
default settings. All of it runs eagerly, with channels last in memory and PyTorch's
fused Adam, which on a CPU takes half the time of the one without.
"""

import copy
import math
from functools import partial

import torch
from torch.nn.functional import conv2d, conv_transpose2d


def as_real(images):
    """uint8 images (batch, side, side, channels) to [-1, 1], channels second."""
    return torch.from_numpy(images).permute(0, 3, 1, 2) / 127.5 - 1


def adam(network, rate, betas, epsilon):
    """An optimizer for all weights of a network."""
    return torch.optim.Adam(network.parameters(), rate, betas, epsilon, fused=True)


def move(optimizer, loss):
    """Takes a step along a loss."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def cosine(start, end, images):
    """A function of the images seen: half a period from start to end, which stays."""

    def number(seen):
        progress = min(seen / images, 1.0)
        return start + (end - start) * (1 - math.cos(math.pi * progress)) / 2

    return number


class Average:
    """The moving average of a network's weights, by a half-life in images."""

    def __init__(self, network):
        self.network = network
        self.average = copy.deepcopy(network).requires_grad_(False)

    @torch.no_grad()
    def follow(self, half_life, batch):
        """Moves towards the network after a step of so many images."""
        pairs = self.average, self.network
        means, weights = (list(each.parameters()) for each in pairs)
        share = 1 - 0.5 ** (batch / max(half_life, 1e-3 * batch))
        torch._foreach_lerp_(means, weights, share)
        means, buffers = (list(each.buffers()) for each in pairs)
        for mean, buffer in zip(means, buffers, strict=True):
            mean.copy_(buffer)


# Filters of each channel. A convolution in as many groups is the fastest way, but not
# where autograd differentiates it twice. The slope of a linear map is its adjoint,
# which is as fast, and so is the slope of that.


class LinearMap(torch.autograd.Function):
    """A linear function whose slope is another one, its adjoint."""

    @staticmethod
    def forward(ctx, x, function, adjoint):
        ctx.both = function, adjoint
        return function(x)

    @staticmethod
    def backward(ctx, slopes):
        function, adjoint = ctx.both
        return LinearMap.apply(slopes, adjoint, function), None, None


def filters(stride, padding, gain=1.0):
    """The filter [1, 3, 3, 1], zeros beyond the edges, and its adjoint.

    The first one shrinks by the stride, the second one enlarges by it.
    """
    row = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 8
    kernel = gain * torch.outer(row, row)

    def apply(convolve, x):
        channels = x.shape[1]
        weight = kernel.expand(channels, 1, 4, 4)
        return convolve(x, weight, None, stride, padding, groups=channels)

    return partial(apply, conv2d), partial(apply, conv_transpose2d)


HALVE = filters(stride=2, padding=1)
DOUBLE = filters(stride=2, padding=1, gain=4.0)[::-1]


def halved(x):
    """Maps of half the height and width."""
    return LinearMap.apply(x, *HALVE)


def doubled(x):
    """Maps of twice the height and width."""
    return LinearMap.apply(x, *DOUBLE)
