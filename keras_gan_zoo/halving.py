"""The sizes that an image has on the way to the smallest feature maps."""

SMALLEST_SIDE = 4  # pixels, where generators start and discriminators end


def halved_sizes(image_shape, model) -> list[tuple[int, int]]:
    """Heights and widths, halved while both are even and stay at 4 pixels or more.

    Args:
        image_shape: (height, width, channels) of the images.
        model: Name of the model, for the error.

    Returns:
        A list of (height, width). 28x28 gives 28x28, 14x14 and 7x7.

    Raises:
        ValueError: If these are no images from 4x4 pixels.
    """
    if len(image_shape) != 3 or min(image_shape[:2]) < SMALLEST_SIDE:
        raise ValueError(
            f"{model} makes images of shape (height, width, channels), from 4x4 "
            f"pixels. Received: {tuple(image_shape)}. Points are a task for VanillaGAN."
        )
    height, width, _ = image_shape
    sizes = [(height, width)]
    while height % 2 == width % 2 == 0 and min(height, width) >= 2 * SMALLEST_SIDE:
        height, width = height // 2, width // 2
        sizes.append((height, width))
    return sizes
