"""Published networks that enlarge and mend pictures, found by what their files hold."""

from keras_gan_zoo.restorers.loading import load_restorer

__all__ = ["load_restorer"]
