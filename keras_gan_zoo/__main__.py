"""`python -m keras_gan_zoo` is `kgz`."""

from keras_gan_zoo.cli import main

if __name__ == "__main__":
    main()
