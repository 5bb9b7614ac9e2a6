"""StyleGAN2's training step as one writes it by hand in PyTorch.

Karras et al. 2020, https://arxiv.org/abs/1912.04958, in the settings of `StyleGAN2`.
See `by_hand_torch.py`. Styles scale the inputs and the outputs of convolutions whose
kernel all images share, which is faster on a CPU than a kernel for each image.
"""

import math

import torch
from by_hand_torch import (
    Average,
    LinearMap,
    adam,
    as_real,
    doubled,
    filters,
    halved,
    move,
)
from torch import nn
from torch.nn.functional import (
    conv2d,
    conv_transpose2d,
    leaky_relu_,
    normalize,
    softplus,
)

GAIN = math.sqrt(2)
SLOW = 0.01  # the rate of the mapping network
GROUP = 4  # images of a minibatch standard deviation
SHARPEN = filters(stride=1, padding=2)  # before a convolution of stride 2
SMOOTH = filters(stride=1, padding=1, gain=4.0)  # behind a transposed one


def channels_of(side, base_channels):
    """Channels of the maps, from 4x4 pixels to the size of the image."""
    halvings = range(int(math.log2(side)) - 2, -1, -1)
    return [min(base_channels * 2**number, 512) for number in halvings]


class Dense(nn.Module):
    """Equalized: weights of N(0, 1), which are scaled in use."""

    def __init__(self, inputs, units, gain=1.0, rate=1.0, bias=0.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(units, inputs) / rate)
        self.bias = nn.Parameter(torch.full((units,), bias))
        self.scales = {"beta": gain * rate, "alpha": gain * rate / math.sqrt(inputs)}

    def forward(self, x):
        return torch.addmm(self.bias, x, self.weight.t(), **self.scales)


class Convolution(nn.Module):
    """Equalized, too."""

    def __init__(self, inputs, outputs, size, gain, bias=True, **options):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, size, size))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.scale = gain / math.sqrt(inputs * size**2)
        self.gain, self.options = gain, options

    def forward(self, x):
        bias = None if self.bias is None else self.gain * self.bias
        return conv2d(x, self.scale * self.weight, bias, **self.options)


class Styled(nn.Module):
    """A modulated and demodulated convolution, noise, bias and leaky ReLU."""

    def __init__(self, style_dim, inputs, outputs, up=False):
        super().__init__()
        shape = (inputs, outputs) if up else (outputs, inputs)
        self.to_scales = Dense(style_dim, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(*shape, 3, 3))
        self.strength = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.fan_in, self.up = 9 * inputs, up

    def forward(self, x, style):
        scales = self.to_scales(style)
        squares = self.weight.square().sum((2, 3)) / self.fan_in
        squares = squares if self.up else squares.t()
        factors = GAIN * torch.rsqrt(scales.square() @ squares + 1e-8)
        weight = self.weight / math.sqrt(self.fan_in)
        x = x * scales[..., None, None]
        if self.up:
            x = LinearMap.apply(conv_transpose2d(x, weight, stride=2), *SMOOTH)
        else:
            x = conv2d(x, weight, padding=1)
        bias = GAIN * self.bias[:, None, None]
        x = torch.addcmul(bias, x, factors[..., None, None])
        x += (GAIN * self.strength) * torch.randn(len(x), 1, *x.shape[2:])
        return leaky_relu_(x, 0.2)


class ToImage(nn.Module):
    """A modulated convolution of single pixels, and a bias."""

    def __init__(self, style_dim, inputs, outputs):
        super().__init__()
        self.to_scales = Dense(style_dim, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x, style):
        scales = self.to_scales(style) / math.sqrt(x.shape[1])
        return conv2d(x * scales[..., None, None], self.weight, self.bias)


class Generator(nn.Module):
    """The mapping network from latents to styles, and the synthesis network."""

    def __init__(self, image_shape, latent_dim, base_channels, depth):
        super().__init__()
        side, _, colors = image_shape
        first, *larger = channels_of(side, base_channels)
        size = latent_dim, latent_dim
        self.mapping = nn.ModuleList(Dense(*size, GAIN, SLOW) for _ in range(depth))
        self.register_buffer("mean", torch.zeros(latent_dim))
        self.constant = nn.Parameter(torch.randn(1, first, 4, 4))
        blocks = [Styled(latent_dim, first, first), ToImage(latent_dim, first, colors)]
        for inputs, outputs in zip([first, *larger], larger, strict=False):
            blocks += [Styled(latent_dim, inputs, outputs, up=True)]
            blocks += [Styled(latent_dim, outputs, outputs)]
            blocks += [ToImage(latent_dim, outputs, colors)]
        self.blocks = nn.ModuleList(blocks)
        self.places = 2 * len(larger) + 2

    def styles(self, latents):
        x = normalize(latents) * math.sqrt(latents.shape[1])
        for layer in self.mapping:
            x = leaky_relu_(layer(x), 0.2)
        return x

    def forward(self, styles):
        """Styles (batch, places, dim) to images."""
        styles = styles.unbind(1)
        x = self.blocks[0](self.constant.expand(len(styles[0]), -1, -1, -1), styles[0])
        image = self.blocks[1](x, styles[1])
        for stage in range(1, self.places // 2):
            up, keep, to_image = self.blocks[3 * stage - 1 : 3 * stage + 2]
            one, two, three = styles[2 * stage - 1 : 2 * stage + 2]
            x = keep(up(x, one), two)
            image = doubled(image) + to_image(x, three)
        return image


class Block(nn.Module):
    """The discriminator's: half the height and width, with a shortcut."""

    def __init__(self, inputs, outputs):
        super().__init__()
        half = math.sqrt(1 / 2)
        self.shortcut = Convolution(inputs, outputs, 1, half, bias=False)
        self.one = Convolution(inputs, inputs, 3, GAIN, padding=1)
        self.two = Convolution(inputs, outputs, 3, GAIN * half, stride=2)

    def forward(self, x):
        y = LinearMap.apply(leaky_relu_(self.one(x), 0.2), *SHARPEN)
        return leaky_relu_(self.two(y), 0.2) + self.shortcut(halved(x))


class Discriminator(nn.Module):
    """Residual blocks, and the standard deviation over four images."""

    def __init__(self, image_shape, base_channels):
        super().__init__()
        side, _, colors = image_shape
        channels = channels_of(side, base_channels)[::-1]
        deepest = channels[-1]
        pairs = zip(channels, channels[1:], strict=False)
        self.first = Convolution(colors, channels[0], 1, GAIN)
        self.blocks = nn.Sequential(*(Block(*pair) for pair in pairs))
        self.last = Convolution(deepest + 1, deepest, 3, GAIN, padding=1)
        self.dense = Dense(16 * deepest, deepest, GAIN)
        self.to_logits = Dense(deepest, 1)

    def forward(self, x):
        x = self.blocks(leaky_relu_(self.first(x), 0.2))
        groups = x.unflatten(0, (-1, GROUP))
        apart = groups - groups.mean(1, keepdim=True)
        deviations = (apart.square().mean(1) + 1e-8).sqrt().mean((1, 2, 3))
        channel = deviations.repeat_interleave(GROUP)[:, None, None, None]
        x = torch.cat([x, channel.expand(-1, 1, 4, 4)], 1)
        x = leaky_relu_(self.last(x), 0.2).permute(0, 2, 3, 1).flatten(1)
        return self.to_logits(leaky_relu_(self.dense(x), 0.2))


class Loop:
    """Called with 4, 8, 12, ... images, it takes a step of `StyleGAN2`."""

    def __init__(self, image_shape, latent_dim=512, base_channels=32, depth=8):
        self.generator = Generator(image_shape, latent_dim, base_channels, depth)
        self.discriminator = Discriminator(image_shape, base_channels)
        networks = self.generator, self.discriminator
        for network in networks:
            network.to(memory_format=torch.channels_last)
        self.optimizers = [adam(each, 2e-3, (0.0, 0.99), 1e-8) for each in networks]
        self.average = Average(self.generator)
        self.latent_dim, self.steps, self.path_length, self.paths = latent_dim, 0, 0, 0

    def __call__(self, images):
        generator_optimizer, discriminator_optimizer = self.optimizers
        real, num = as_real(images), len(images)
        fake = self.generator(self.mixed_styles(num))
        penalize = self.steps % 16 == 0
        real_logits = self.discriminator(real.requires_grad_(penalize))
        fake_logits = self.discriminator(fake.detach())
        loss = softplus(-real_logits).mean() + softplus(fake_logits).mean()
        if penalize:
            (slopes,) = torch.autograd.grad(real_logits.sum(), real, create_graph=True)
            loss = loss + 16 * 10 / 2 * slopes.square().sum() / num
        move(discriminator_optimizer, loss)

        self.discriminator.requires_grad_(False)
        loss = softplus(-self.discriminator(fake)).mean()
        if self.steps % 8 == 0:
            loss = loss + 8 * 2 * self.path_penalty((num + 1) // 2, real)
        move(generator_optimizer, loss)
        self.discriminator.requires_grad_(True)
        self.average.follow(10_000, num)
        self.steps += 1

    def mixed_styles(self, num):
        """Styles (num, places, dim), nine of ten images with two."""
        styles = self.generator.styles(torch.randn(2 * num, self.latent_dim))
        mean = styles.detach().mean(0)
        self.generator.mean.lerp_(mean, 1 - 0.995**2)  # as for one half, then the other
        one, other = styles[:, None].chunk(2)
        places = self.generator.places
        begin = torch.randint(1, places, (num, 1))
        mixed = (torch.rand(num, 1) < 0.9) & (torch.arange(places) >= begin)
        return torch.where(mixed[..., None], other, one)

    def path_penalty(self, num, like):
        """How far the lengths of paths are from their running mean."""
        latents = torch.randn(num, self.latent_dim)
        styles = self.generator.styles(latents)[:, None]
        styles = styles.expand(-1, self.generator.places, -1)
        y = torch.randn_like(like[:num]) / like.shape[-1]
        moved = (self.generator(styles) * y).sum()
        (slopes,) = torch.autograd.grad(moved, styles, create_graph=True)
        lengths = (slopes.square().sum(2).mean(1) + 1e-12).sqrt()
        self.paths += 1
        share = max(0.01, 1 / self.paths)
        self.path_length += share * (lengths.mean().item() - self.path_length)
        return (lengths - self.path_length).square().mean()
