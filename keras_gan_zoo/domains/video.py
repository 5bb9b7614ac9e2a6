"""Clips of frames."""

from collections.abc import Callable

import numpy as np

from keras_gan_zoo import markup
from keras_gan_zoo.datasets.base import require
from keras_gan_zoo.domains.drawing import framed
from keras_gan_zoo.domains.images import Images, as_bytes
from keras_gan_zoo.images import make_grid, to_pillow


class Video(Images):
    """Clips, (frames, height, width, channels), of images as in `Images`.

    Files: GIF, WebP and APNG, which repeat for ever, and MP4.

    Args:
        rate: Frames a second.

    Raises:
        ValueError: If it is not above 0.
    """

    name = "clips"
    axes = ("frames", "height", "width", "channels")
    rescaling = "Rescale it with clips / 127.5 - 1 if it was [0, 255]."
    hint = "Grey clips need a channel axis: clips[..., None]; channels stand last."
    channels_first = (1, 2)
    num_shown = 16

    def __init__(self, rate=8):
        if not rate > 0:
            raise ValueError(f"Video(rate=...) is above 0. Received: rate={rate}")
        self.rate = rate

    def preview(self, samples, columns=8) -> np.ndarray:
        """A row a clip, of `columns` frames at most, from the first to the last."""
        samples = as_bytes(self.drawable(samples))
        frames = samples.shape[1]
        chosen = np.linspace(0, frames - 1, min(columns, frames)).round().astype(int)
        pictures = samples[:, chosen].reshape(-1, *samples.shape[2:])
        return make_grid(framed(pictures, 1), len(chosen))

    def animate(self, samples, columns=8) -> np.ndarray:
        """Clips side by side that play together.

        Args:
            samples: Clips (num, frames, height, width, channels).
            columns: How many stand in a row.

        Returns:
            uint8 array (frames, height, width, channels), one clip.

        Raises:
            ValueError: If there is no clip, or no frame.
        """
        frames = np.swapaxes(as_bytes(self.drawable(samples)), 0, 1)
        return np.stack([make_grid(framed(frame, 1), columns) for frame in frames])

    def html(self, samples, draw, columns=8) -> str:
        """The clips side by side, as they play."""
        film = self.file_of(self.animate(samples, columns), ".webp")
        return markup.picture(film, "webp", "Clips")

    def obstacle(self, sample) -> str | None:
        """Clips of no frame, and of channels that are no colours."""
        channels = sample.shape[-1]
        if channels not in (1, 3, 4):
            return (
                f"A clip has 1, 3 or 4 channels. Received: {channels}. One of them is "
                "clips[..., :1]."
            )
        return super().obstacle(sample)

    def writers(self) -> dict[str, Callable]:
        """Animations by Pillow, films by imageio."""
        animations = dict.fromkeys((".gif", ".webp", ".apng"), self._write_animation)
        return {**animations, ".mp4": self._write_film}

    def _write_animation(self, clip, path):
        first, *others = [to_pillow(frame) for frame in as_bytes(clip)]
        formats = {".gif": "GIF", ".webp": "WEBP", ".apng": "PNG"}
        written = formats[path.suffix.lower()]
        # Of each frame before the next one is drawn, or it shows through.
        cleared = {"disposal": 2} if written == "GIF" and first.mode == "RGBA" else {}
        first.save(
            path,
            format=written,
            save_all=True,
            append_images=others,
            duration=1000 / self.rate,  # milliseconds
            loop=0,
            **cleared,
        )

    def _write_film(self, clip, path):
        require("imageio", "pip install imageio imageio-ffmpeg")
        require("imageio_ffmpeg", "pip install imageio imageio-ffmpeg")
        import imageio.v2

        clip = as_bytes(clip)
        if clip.shape[-1] == 4:  # on white
            opaque = clip[..., 3:] / 255
            clip = np.rint(opaque * clip[..., :3] + 255 * (1 - opaque)).astype("uint8")
        sides = [(0, side % 2) for side in clip.shape[1:3]]  # which codecs want even
        clip = np.pad(clip, [(0, 0), *sides, (0, 0)], "edge")
        color = np.broadcast_to(clip[..., :3], (*clip.shape[:3], 3))
        imageio.v2.mimwrite(path, list(color), fps=self.rate, macro_block_size=1)
