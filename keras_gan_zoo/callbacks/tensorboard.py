"""Event files that TensorBoard reads, on every backend."""

import io
import time

from keras_gan_zoo.files import is_first_process


def require() -> tuple[type, type]:
    """Raises the `ImportError` that says what is missing, if something is."""
    try:
        from tensorboard.compat.proto import event_pb2
        from tensorboard.summary.writer import event_file_writer
    except ImportError as error:
        raise ImportError(
            "Writing for TensorBoard needs its package: pip install tensorboard"
        ) from error
    return event_pb2.Event, event_file_writer.EventFileWriter


def write_image(folder, tag, picture, step) -> None:
    """Writes one image.

    Args:
        folder: The log folder.
        tag: Under which TensorBoard shows it.
        picture: A Pillow image.
        step: An integer, the place on TensorBoard's slider.

    Raises:
        ImportError: If the package `tensorboard` is not installed.
    """
    png = io.BytesIO()
    picture.save(png, format="PNG")
    image = {
        "height": picture.height,
        "width": picture.width,
        "encoded_image_string": png.getvalue(),
    }
    _write(folder, step, [{"tag": tag, "image": image}])


def write_scalars(folder, values, step) -> None:
    """Writes one point of several curves.

    Args:
        folder: The log folder.
        values: Dict of tag to float.
        step: An integer, the place on the horizontal axis.

    Raises:
        ImportError: If the package `tensorboard` is not installed.
    """
    _write(folder, step, [{"tag": t, "simple_value": v} for t, v in values.items()])


def _write(folder, step, values):
    Event, EventFileWriter = require()
    if not is_first_process():
        return
    writer = EventFileWriter(str(folder))
    event = Event(wall_time=time.time(), step=step, summary={"value": values})
    writer.add_event(event)
    writer.close()
