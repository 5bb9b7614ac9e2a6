"""A Keras 3 model zoo of generative adversarial networks."""

from keras_gan_zoo import preflight
from keras_gan_zoo.version import __version__ as __version__

# The command line reads its options first, which may name a backend.
if not preflight.is_command():
    preflight.check()
    from keras_gan_zoo.api import *  # noqa: F403
    from keras_gan_zoo.api import __all__ as __all__
