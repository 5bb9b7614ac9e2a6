"""What models that draw captions need: strings to numbers, numbers to vectors."""

from keras_gan_zoo.text.captions import flat, is_text, listed, peeked
from keras_gan_zoo.text.encoder import TextEncoder, get
from keras_gan_zoo.text.sentence_encoder import SentenceEncoder
from keras_gan_zoo.text.word_encoder import WordEncoder

__all__ = [
    "SentenceEncoder",
    "TextEncoder",
    "WordEncoder",
    "flat",
    "get",
    "is_text",
    "listed",
    "peeked",
]
