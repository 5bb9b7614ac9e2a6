"""An encoder of captions that learns their words, and in training what they mean.

Reed et al. 2016 and Tao et al. 2022 take encoders that were trained before the GAN.
That of Tao et al. is a bidirectional LSTM, whose last states are the vector. Here it is
a bidirectional GRU (Cho et al. 2014, https://arxiv.org/abs/1406.1078), which has fewer
weights, and it learns along with the GAN, so that nothing need be there before. So that
it learns as fast as they do, the vector is the sum of its states at all words, to which
each word has a short way.
"""

import re
import unicodedata
import warnings
from typing import Any, Self

import keras
import numpy as np
from keras import layers, ops

from keras_gan_zoo.text.captions import flat, listed
from keras_gan_zoo.text.encoder import TextEncoder
from keras_gan_zoo.validation import Limits

MARK = "\u0300"  # stands for all marks, of which Python's \w knows none
WORD = re.compile(rf"\w[\w{MARK}]*(?:['’-]\w[\w{MARK}]*)*")
NUM_EXAMPLES = 16
MOST_NAMED = 20  # unknown words in a warning


class WordEncoder(TextEncoder):
    """Words of a closed vocabulary, and a recurrent network that reads them.

    Captions are split into words in lower case, with the marks of their letters, and
    in Unicode's composed form, NFC. Words that are not known are left out, with a
    warning that names them.

    Args:
        words: The words that it knows, a list of strings, read as those of captions
            are. Without them a model's `fit` takes those of its captions.
        length: How many words of a caption are read. Without it as many as the longest
            caption has that it has learned from.
        examples: A few captions, which are drawn where none are asked for.
        dim: Length of the vectors, an even number. Half of it reads forwards, half
            backwards.
        word_dim: Length of the vector of a word.

    Raises:
        ValueError: If `dim` is odd, an argument is not positive, or `words` are no list
            of strings of one word each.

    Example:
        ```python
        import keras_gan_zoo as kgz

        captions = ["a red bird", "a blue bird with a red head"]
        encoder = kgz.text.WordEncoder().of(captions)
        print(encoder.words)  # ('a', 'bird', 'blue', 'head', 'red', 'with')
        print(encoder.encode(["a blue head"]))  # [[[1 3 4 0 0 0 0]]]
        ```
    """

    words: Any  # a tuple, or None until it is known

    def __init__(self, words=None, length=None, examples=(), dim=256, word_dim=128):
        if dim < 2 or dim % 2 or word_dim < 1 or (length is not None and length < 1):
            raise ValueError(
                "WordEncoder takes an even dim from 2 on, a word_dim and a length from "
                f"1 on. Received: dim={dim}, word_dim={word_dim}, length={length}"
            )
        self.words = None if words is None else _as_in_captions(words)
        self.length = length
        known = (self.words or ())[:NUM_EXAMPLES]
        self.examples = tuple(flat(examples) if len(examples) else known)
        self.dim = dim
        self.word_dim = word_dim

    @property
    def is_ready(self) -> bool:
        """Whether it knows words."""
        return self.words is not None and self.length is not None

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        """Of what stands for a caption: (length,)."""
        return (self.length,)

    def of(self, captions) -> Self:
        """An encoder of the same settings that knows the words of captions.

        Args:
            captions: See `text.listed`.

        Raises:
            ValueError: If one of them has no words.
        """
        captions = flat(captions)
        split = [_split(text) for text in captions]
        words = self.words or sorted({word for each in split for word in each})
        distinct = list(dict.fromkeys(captions))
        examples = distinct[:: max(1, len(distinct) // NUM_EXAMPLES)][:NUM_EXAMPLES]
        length = self.length or max(map(len, split))
        examples = self.examples or examples
        return type(self)(words, length, examples, self.dim, self.word_dim)

    def encode(self, captions) -> np.ndarray:
        """Turns strings into numbers of words, from 1 on.

        Args:
            captions: See `text.listed`.

        Returns:
            int32 array (num, captions, length). Zeros stand behind the last word, and
            for captions where an image has fewer than others.

        Raises:
            ValueError: If a caption has no words, or none that are known.
        """
        if not self.is_ready:
            raise ValueError(
                "This WordEncoder knows no words yet. Call fit(images, captions), or "
                "pass text=WordEncoder().of(captions) to the model."
            )
        texts = listed(captions)
        ids = np.zeros((len(texts), max(map(len, texts)), self.length), "int32")
        number_of = {word: number for number, word in enumerate(self.words, start=1)}
        unknown: list[str] = []
        cut: list[str] = []
        for image, those in enumerate(texts):
            for place, text in enumerate(those):
                words = _split(text)
                unknown += [word for word in words if word not in number_of]
                numbers = [number_of[word] for word in words if word in number_of]
                cut += [text] if len(numbers) > self.length else []
                ids[image, place, : len(numbers)] = numbers[: self.length]
                if not numbers:
                    raise ValueError(
                        f"None of the words of the caption {text!r} is known. The "
                        "known ones are in model.text.words."
                    )
        self._warn(list(dict.fromkeys(unknown)), cut)
        return ids

    def _warn(self, unknown, cut):
        if unknown:
            named = ", ".join(map(repr, unknown[:MOST_NAMED]))
            more = len(unknown) - MOST_NAMED
            warnings.warn(
                f"Captions are read without words that are not known: {named}"
                f"{f' and {more} more' if more > 0 else ''}. The {len(self.words)} "
                "known ones are in model.text.words.",
                stacklevel=3,
            )
        if cut:
            warnings.warn(
                f"Only the first {self.length} words are read of {len(cut)} captions, "
                f"the first of them: {cut[0]!r}. Make them shorter.",
                stacklevel=3,
            )

    def build(self) -> keras.Model:
        """Returns the network: embeddings, a GRU in both directions, sums over words.

        The sums are brought to variance 1, that of the latents in the generator.
        """
        words = keras.Input(self.shape, dtype="int32", name="words")
        drawn = keras.initializers.RandomNormal(stddev=1.0)
        x = layers.Embedding(len(self.words) + 1, self.word_dim, drawn)(words)
        is_word = ops.not_equal(words, 0)
        both = layers.Bidirectional(layers.GRU(self.dim // 2, return_sequences=True))
        states = both(x, mask=is_word)
        of_words = ops.expand_dims(ops.cast(is_word, states.dtype), -1)
        vectors = ops.sum(states * of_words, axis=1)
        vectors = layers.LayerNormalization(center=False, scale=False)(vectors)
        return keras.Model(words, vectors, name="text_encoder")

    def limits(self) -> Limits:
        """Where numbers of words lie."""
        return Limits("numbers of words", 0, len(self.words))


def _as_in_captions(words):
    is_list = isinstance(words, list | tuple | np.ndarray)
    if not is_list or not all(isinstance(word, str) for word in words):
        raise ValueError(
            "WordEncoder takes words as a list of strings, a word each. Received: "
            f"words={words!r}"
        )
    found = tuple(map(_normal, words))
    wrong = next((w for w in found if _words(w) != [w]), None)
    if wrong is not None:
        raise ValueError(
            "No word of a caption can be one of these, since captions are split at "
            f"all but letters, digits, ' and -. Received: {wrong!r} among words. Pass "
            "its parts, or let WordEncoder().of(captions) find the words."
        )
    return found


def _normal(text):
    return unicodedata.normalize("NFC", text.lower())


def _words(text):
    text = _normal(text)
    alike = "".join(MARK if unicodedata.category(c)[0] == "M" else c for c in text)
    return [text[found.start() : found.end()] for found in WORD.finditer(alike)]


def _split(text):
    words = _words(text)
    if not words:
        raise ValueError(f"A caption must have words. Received: {text!r}")
    return words
