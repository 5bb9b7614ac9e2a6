"""Convolutions in groups, where a framework has no fast code for them."""

from keras import ops

from keras_gan_zoo.typing import Tensor


def joined(kernel, channels) -> Tensor:
    """The kernel of a convolution in groups as that of one without groups.

    It is 0 between what the groups keep apart. A convolution with it costs more
    arithmetic, and far less time where the framework computes group by group.

    Args:
        kernel: (sizes, channels of a group, filters).
        channels: Of the inputs. Where they are one group, the kernel is as it was.

    Returns:
        A kernel (sizes, channels, filters).
    """
    kernel = ops.convert_to_tensor(kernel)
    *sizes, inside, filters = kernel.shape
    groups = channels // inside
    if groups == 1:
        return kernel
    apart = ops.reshape(kernel, (*sizes, 1, inside, groups, filters // groups))
    own = ops.reshape(ops.eye(groups, dtype=kernel.dtype), (groups, 1, groups, 1))
    return ops.reshape(apart * own, (*sizes, channels, filters))
