"""From values at many places of an image to one row."""

from keras import ops

from keras_gan_zoo.typing import Tensor

POOLS = (None, "mean", "token")


def check_pool(pool) -> None:
    """Raises a `ValueError` if there is no such way."""
    if pool not in POOLS:
        raise ValueError(f"pool must be one of {list(POOLS)}. Received: {pool!r}")


def pooled(values, pool, channels_last=True) -> Tensor:
    """Makes rows of what a network returns.

    Args:
        values: Tensor (num, dimensions), (num, tokens, dimensions) or, of maps, (num,
            height, width, channels) or (num, channels, height, width).
        pool: One of `POOLS`.
        channels_last: Whether the channels of maps come last.

    Returns:
        A tensor (num, dimensions). Without `pool`, or of two dimensions, the values as
        they are.

    Raises:
        ValueError: If the network returns no single tensor, or it has no tokens.
    """
    if not hasattr(values, "shape"):
        raise ValueError(
            f"The network returns {len(values)} values. Say which one by output=."
        )
    dimensions = len(values.shape)
    if pool is None or dimensions < 3:
        return values
    if pool == "token" and dimensions != 3:
        raise ValueError(
            "pool='token' needs values (num, tokens, dimensions). Received: "
            f"{tuple(values.shape)}. Take pool='mean'."
        )
    if pool == "token":
        return values[:, 0]
    if dimensions == 3 or channels_last:
        return ops.mean(values, axis=tuple(range(1, dimensions - 1)))
    return ops.mean(values, axis=tuple(range(2, dimensions)))
