"""BigGAN's training step as one writes it by hand in PyTorch.

Brock et al. 2019, https://arxiv.org/abs/1809.11096, in the settings of `BigGAN` with
classes. See `by_hand_torch.py`. Real and generated images pass the discriminator
together, and no graph is kept of images that the generator does not learn from.
"""

import math

import torch
from by_hand_torch import Average, adam, as_real, move
from torch import nn
from torch.nn.functional import (
    avg_pool2d,
    conv2d,
    embedding,
    interpolate,
    linear,
    max_pool2d,
    normalize,
    relu,
    relu_,
)


def channels_of(side, base_channels):
    """Channels of the generator's maps, from those of the size of the image to 4x4."""
    halvings = range(int(math.log2(side)) - 1)
    return [base_channels * min(2**n if side > 32 else 1, 16) for n in halvings]


def orthogonal(*shape):
    """Weights that begin orthogonal."""
    return nn.Parameter(nn.init.orthogonal_(torch.empty(shape)))


class Spectral(nn.Module):
    """Weights (outputs, ...) over their spectral norm.

    Each pass in training mode takes a power iteration, as that of `spectral_norm` in
    PyTorch does, which is as fast.
    """

    def __init__(self, *shape, bias=False):
        super().__init__()
        self.weight = orthogonal(*shape)
        self.bias = nn.Parameter(torch.zeros(shape[0])) if bias else None
        self.register_buffer("u", normalize(torch.randn(shape[0]), dim=0))

    def matrix(self):
        return self.weight.movedim(1, -1).flatten(1)

    def normalized(self):
        matrix = self.matrix()
        with torch.no_grad():
            v = normalize(self.u @ matrix, dim=0)
            u = normalize(matrix @ v, dim=0)
        if self.training:
            self.u = u
        return self.weight / torch.dot(u, matrix @ v)


class Dense(Spectral):
    """Vectors to vectors."""

    def forward(self, x):
        return linear(x, self.normalized(), self.bias)


class Embedding(Spectral):
    """Integers to vectors."""

    def forward(self, labels):
        return embedding(labels, self.normalized().t())


class Convolution(Spectral):
    """Of an odd window, without a change of the size."""

    def __init__(self, inputs, outputs, size, bias=False):
        super().__init__(outputs, inputs, size, size, bias=bias)
        self.padding = size // 2

    def forward(self, x):
        return conv2d(x, self.normalized(), self.bias, padding=self.padding)


class Attention(nn.Module):
    """Adds to each place what it finds at others like it."""

    def __init__(self, channels):
        super().__init__()
        narrow, half = max(channels // 8, 1), max(channels // 2, 1)
        self.gamma = nn.Parameter(torch.zeros(()))
        self.query = Convolution(channels, narrow, 1)
        self.key = Convolution(channels, narrow, 1)
        self.value = Convolution(channels, half, 1)
        self.output = Convolution(half, channels, 1)

    def forward(self, x):
        query = self.query(x).flatten(2)
        key, value = (max_pool2d(f(x), 2).flatten(2) for f in (self.key, self.value))
        found = value @ (query.transpose(1, 2) @ key).softmax(2).transpose(1, 2)
        return x + self.gamma * self.output(found.view(*found.shape[:2], *x.shape[2:]))


class Normalization(nn.Module):
    """Batch normalization with gain and bias of a condition, and ReLU."""

    def __init__(self, channels, condition):
        super().__init__()
        self.gain, self.bias = (Dense(channels, condition) for _ in range(2))
        self.normalize = nn.BatchNorm2d(channels, 1e-5, affine=False)

    def forward(self, x, condition):
        gain, bias = self.gain(condition), self.bias(condition)
        gain, bias = 1 + gain[..., None, None], bias[..., None, None]
        return relu_(torch.addcmul(bias, self.normalize(x), gain))


class UpBlock(nn.Module):
    """Doubles height and width."""

    def __init__(self, inputs, outputs, condition):
        super().__init__()
        self.first = Normalization(inputs, condition)
        self.one = Convolution(inputs, outputs, 3)
        self.second = Normalization(outputs, condition)
        self.two = Convolution(outputs, outputs, 3)
        self.shortcut = Convolution(inputs, outputs, 1)

    def forward(self, x, condition):
        y = self.one(interpolate(self.first(x, condition), scale_factor=2))
        y = self.two(self.second(y, condition))
        return y + interpolate(self.shortcut(x), scale_factor=2)


class Generator(nn.Module):
    """A chunk of the latents for the smallest maps, one more for each block."""

    def __init__(
        self, image_shape, latent_dim, num_classes, base_channels, embedding_dim
    ):
        super().__init__()
        channels = channels_of(image_shape[0], base_channels)[::-1]
        parts = len(channels)
        ends = [latent_dim * part // parts for part in range(parts + 1)]
        self.chunks = [end - begin for begin, end in zip(ends, ends[1:], strict=False)]
        self.embed = nn.Embedding(num_classes, embedding_dim)
        nn.init.orthogonal_(self.embed.weight)
        self.dense = Dense(16 * channels[0], self.chunks[0], bias=True)
        conditions = [chunk + embedding_dim for chunk in self.chunks[1:]]
        sizes = zip(channels, channels[1:], conditions, strict=False)
        self.blocks = nn.ModuleList(UpBlock(*size) for size in sizes)
        self.attention = Attention(channels[-2])
        self.normalize = nn.BatchNorm2d(channels[-1], 1e-5)
        self.to_images = Convolution(channels[-1], image_shape[-1], 3, bias=True)

    def forward(self, latents, labels):
        first, *chunks = latents.split(self.chunks, 1)
        embedded = self.embed(labels)
        conditions = [torch.cat([chunk, embedded], 1) for chunk in chunks]
        x = self.dense(first).view(len(first), 4, 4, -1).permute(0, 3, 1, 2)
        for block, condition in zip(self.blocks, conditions, strict=True):
            x = self.attention(x) if block is self.blocks[-1] else x
            x = block(x, condition)
        return self.to_images(relu_(self.normalize(x))).tanh()

    def products(self):
        """How far the kernels are from orthogonal filters (equation 3)."""
        kernels = [m.matrix() for m in self.modules() if isinstance(m, Spectral)]
        return sum(map(products_of_rows, kernels))


def products_of_rows(matrix):
    """The sum of the squared products of any two different rows."""
    lengths = matrix.square().sum(1).square().sum()
    matrix = matrix.t() if len(matrix) > matrix.shape[1] else matrix
    return (matrix @ matrix.t()).square().sum() - lengths


class DownBlock(nn.Module):
    """May halve height and width; the first one sees the image."""

    def __init__(self, inputs, outputs, halve, is_first=False):
        super().__init__()
        self.one = Convolution(inputs, outputs, 3, bias=True)
        self.two = Convolution(outputs, outputs, 3, bias=True)
        self.shortcut = nn.Identity()
        if halve or inputs != outputs:
            self.shortcut = Convolution(inputs, outputs, 1, bias=True)
        self.halve, self.is_first = halve, is_first

    def forward(self, x):
        y = self.two(relu_(self.one(x if self.is_first else relu(x))))
        if self.halve:
            x, y = avg_pool2d(x, 2), avg_pool2d(y, 2)
        return y + self.shortcut(x)


class Discriminator(nn.Module):
    """Residual blocks, and a projection on a vector of the class."""

    def __init__(self, image_shape, num_classes, base_channels):
        super().__init__()
        side, _, colors = image_shape
        if side > 32:
            outputs = channels_of(side, base_channels)
            halve = [True] * (len(outputs) - 1) + [False]
        else:
            outputs, halve = [base_channels] * 4, [True, True, False, False]
        sizes = zip(outputs, outputs[1:], halve[1:], strict=False)
        self.first = DownBlock(colors, outputs[0], halve[0], is_first=True)
        self.attention = Attention(outputs[0])
        self.others = nn.Sequential(*(DownBlock(*size) for size in sizes))
        self.to_logits = Dense(1, outputs[-1], bias=True)
        self.embed = Embedding(outputs[-1], num_classes)

    def forward(self, images, labels):
        x = self.others(self.attention(self.first(images)))
        features = relu_(x).sum((2, 3))
        projection = (self.embed(labels) * features).sum(1, keepdim=True)
        return self.to_logits(features) + projection


class Loop:
    """Called with a batch, it takes a step of `BigGAN` with these arguments."""

    def __init__(
        self,
        image_shape,
        num_classes,
        latent_dim=120,
        base_channels=96,
        discriminator_base_channels=96,
        embedding_dim=128,
    ):
        size = latent_dim, num_classes, base_channels, embedding_dim
        self.generator = Generator(image_shape, *size)
        size = num_classes, discriminator_base_channels
        self.discriminator = Discriminator(image_shape, *size)
        networks = self.generator, self.discriminator
        for network in networks:
            network.to(memory_format=torch.channels_last)
        self.optimizers = [
            adam(network, rate, (0.0, 0.999), 1e-6)
            for network, rate in zip(networks, (5e-5, 2e-4), strict=True)
        ]
        self.average = Average(self.generator)
        self.latent_dim, self.seen = latent_dim, 0

    def __call__(self, images, labels):
        generator_optimizer, discriminator_optimizer = self.optimizers
        real, labels, num = as_real(images), torch.from_numpy(labels), len(images)
        for last in (False, True):
            with torch.set_grad_enabled(last):
                fake = self.generator(torch.randn(num, self.latent_dim), labels)
            both = torch.cat([real, fake.detach()]), torch.cat([labels, labels])
            real_logits, fake_logits = self.discriminator(*both).chunk(2)
            loss = relu(1 - real_logits).mean() + relu(1 + fake_logits).mean()
            move(discriminator_optimizer, loss)

        self.discriminator.requires_grad_(False)
        loss = -self.discriminator(fake, labels).mean()
        move(generator_optimizer, loss + 1e-4 * self.generator.products())
        self.discriminator.requires_grad_(True)
        self.average.follow(min(self.seen / 10, 14_000_000), num)
        self.seen += num
