"""The hubs that presets are fetched from and pushed to, by the handle's beginning."""

from keras_gan_zoo.presets import hugging_face, kaggle

HUBS = {hugging_face.PREFIX: hugging_face, kaggle.PREFIX: kaggle}
FORMS = [hugging_face.FORM, kaggle.FORM]
