"""Samples and models as notebooks show them."""

import io
import sys
from typing import TYPE_CHECKING, Any

from keras_gan_zoo import markup, presets, registry
from keras_gan_zoo.checks import as_array
from keras_gan_zoo.domains import Domain, Images, Points, Table, Video, domain_of
from keras_gan_zoo.files import replacing
from keras_gan_zoo.images import to_pillow

if TYPE_CHECKING:
    from PIL import Image


def show(samples, domain=None, columns=8, path=None) -> "Image.Image | None":
    """Shows samples: in a notebook at once, elsewhere as a picture that is returned.

    Clips play in a notebook, and sounds have players.

    Args:
        samples: What `generate`, `translate` or `upscale` returns, an array (num, ...)
            or a table, or one image (height, width, channels).
        domain: What they are, a domain or a model that makes such. Without it the
            shape decides between images, points and clips; sounds and volumes need it.
        columns: How many stand in a row.
        path: Of a picture file to write, too, such as `"samples.png"`.

    Returns:
        The picture; None in a notebook, which has shown it.

    Raises:
        ImportError: If Pillow is not installed.
        ValueError: If no domain has samples of this shape.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.GAN.from_preset("dcgan_fashion_mnist")
        kgz.show(model.generate(16, seed=0), path="garments.png")
        ```
    """
    is_table = isinstance(samples, dict) or hasattr(samples, "columns")
    samples = samples if is_table else as_array(samples)
    if domain is None and is_table:
        domain = Table.of(samples)
    elif domain is None:
        samples = samples[None] if samples.ndim == 3 else samples
        domain = domain_of(samples, [Images(), Points(), Video()])
    domain = domain if isinstance(domain, Domain) else domain.domain
    if is_table and isinstance(domain, Table):
        samples = domain.rows_of(samples)
    if path is not None:
        with replacing(path) as temporary:
            to_pillow(domain.preview(samples, columns)).save(temporary)
    if not _in_notebook():
        return to_pillow(domain.preview(samples, columns))
    from IPython.display import HTML, display

    display(HTML(domain.html(samples, _drawn(domain.name.capitalize()), columns)))
    return None


def _drawn(words):
    """A function of pixels to the HTML of a picture that these words describe."""

    def draw(pixels):
        content = io.BytesIO()
        to_pillow(pixels).save(content, format="PNG", optimize=True)
        return markup.picture(content.getvalue(), "png", words)

    return draw


def _in_notebook():
    """Whether the output of the running cell can show HTML."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")


class Showing:
    """The part of `GAN` that notebooks show."""

    networks: tuple[str, ...]
    image_shape: Any

    def _repr_html_(self):
        """What it is, its networks, and samples where it makes some from noise."""
        about = registry.about(type(self).__name__)
        facts = [["what it is", about["task"]]] if about else []
        facts += [["after", about["paper"]]] if about else []
        shape = "not known yet" if self.image_shape is None else self.image_shape
        facts.append(["shape", shape])
        if self.image_shape is not None:
            made = {name: getattr(self, name) for name in self.networks}
            facts += [
                [name, f"{network.count_params():,} parameters"]
                for name, network in made.items()
                if network is not None
            ]
        return markup.table([["", type(self).__name__], *facts]) + self._samples_html()

    def _samples_html(self):
        if self.image_shape is None:
            return ""
        try:
            samples = presets.samples_of(self, self.networks)
        except ValueError:  # weights or samples are not finite
            return ""
        if samples is None:
            return ""
        return self.domain.html(samples, _drawn("Samples of seed 0"))
