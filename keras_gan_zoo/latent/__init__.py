"""Latents: walks, strips, mixtures, arithmetic, directions, projection of images.

Every function takes a model that generates from latents, and latents as arrays or as
seeds. It returns arrays, in an object that draws itself.
"""

from keras_gan_zoo.latent.between import lerp, slerp
from keras_gan_zoo.latent.closed_form import Directions, sefa
from keras_gan_zoo.latent.editing import edit
from keras_gan_zoo.latent.interpolation import interpolate, walk
from keras_gan_zoo.latent.labelled import Direction, find_direction
from keras_gan_zoo.latent.mixing import Mixing, mix_styles
from keras_gan_zoo.latent.path_length import perceptual_path_length
from keras_gan_zoo.latent.principal_components import ganspace
from keras_gan_zoo.latent.projection import Projection, project
from keras_gan_zoo.latent.results import Strip, Walk
from keras_gan_zoo.latent.truncation import truncate
from keras_gan_zoo.latent.vector_arithmetic import arithmetic

__all__ = [
    "Direction",
    "Directions",
    "Mixing",
    "Projection",
    "Strip",
    "Walk",
    "arithmetic",
    "edit",
    "find_direction",
    "ganspace",
    "interpolate",
    "lerp",
    "mix_styles",
    "perceptual_path_length",
    "project",
    "sefa",
    "slerp",
    "truncate",
    "walk",
]
