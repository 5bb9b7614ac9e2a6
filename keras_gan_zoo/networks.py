"""The networks of a GAN: made, checked against each other, averaged, replaced."""

import keras

from keras_gan_zoo.backend import numbering_anew
from keras_gan_zoo.checks import bounded_ending, check_shape, shape_of
from keras_gan_zoo.settings import making_networks


class Networks:
    """The part of `GAN` that holds its networks."""

    custom_networks: list[str]
    image_shape: tuple[int, ...] | None

    def build(self, input_shape) -> None:
        """Makes the networks, or checks those that were given.

        Args:
            input_shape: Shape of a batch of images, (None, height, width, channels).
        """
        self.image_shape = tuple(int(size) for size in input_shape[1:])
        missing = [n for n in self.networks if getattr(self, n) is None]
        try:
            with making_networks(self.seed, self.dtype_policy), numbering_anew():
                for name in missing:
                    setattr(self, name, getattr(self, f"build_{name}")())
            self.check_networks()
        except Exception:
            self.image_shape = None  # still open to images of another size
            for name in missing:
                self._forget(name)
            raise
        for name in self.custom_networks:
            self.warn_once(bounded_ending(getattr(self, name), name))

    def unknown_arguments(self) -> dict[str, str]:
        """What the networks need and is not known yet: a dict of argument to words."""
        if self.given_shape is not None:
            return {}
        return {"image_shape=(height, width, channels)": "the size of the images"}

    def check_networks(self) -> None:
        """Raises a `ValueError` if the networks do not fit each other."""
        batch = (None, *self.image_shape)
        check_shape("generator's output", shape_of(self.generator, "output"), batch)

    def averaged(self, name) -> keras.Model:
        """The moving average of a network where one is kept, else the network."""
        return getattr(self, f"ema_{name}") or getattr(self, name)

    @property
    def sampler(self) -> keras.Model:
        """The network that makes samples: its average where one is kept."""
        return self.averaged(self.samplers[0])

    def _image_shape_of_custom_networks(self):
        shapes = [
            shape_of(getattr(self, name), side)[1:]
            for name, side in self.sides_of_images.items()
            if name in self.custom_networks
        ]
        return next((shape for shape in shapes if None not in shape), None)

    def grow(self, **networks) -> None:
        """Takes other networks, of another size if need be, for a next stage.

        The model is to be compiled anew, as any stage begins; it goes on counting the
        images that it has seen. Averages begin anew.

        Args:
            **networks: By their names in `networks`.

        Raises:
            ValueError: If there are no networks of this name, or they do not fit. The
                model is then as it was before.
        """
        unknown = sorted(set(networks) - set(self.networks))
        if unknown:
            raise ValueError(
                f"{type(self).__name__} has no networks {unknown}, but "
                f"{list(self.networks)}."
            )
        before = {name: getattr(self, name) for name in self.networks}
        custom, shape = self.custom_networks, self.image_shape
        self._replace(networks)
        self.custom_networks = sorted({*custom, *networks})
        self.image_shape = self._image_shape_of_custom_networks() or shape
        try:
            self.check_networks()
        except Exception:
            self._replace(before)
            self.custom_networks, self.image_shape = custom, shape
            raise
        self.given_shape = self.image_shape
        for name in networks:
            self._forget(f"ema_{name}")
        self.compiled = False

    def _replace(self, networks):
        for name, network in networks.items():
            if getattr(self, name) is not network:
                self._forget(name)
                setattr(self, name, network)

    def require_networks(self) -> None:
        """Raises a `ValueError` if the networks are not made yet."""
        if self.image_shape is None:
            unknown = self.unknown_arguments()
            raise ValueError(
                f"{type(self).__name__} has no networks yet. What it needs to know: "
                f"{' and '.join(unknown.values())}. Call fit() first, or pass "
                f"{' and '.join(unknown)} to {type(self).__name__}()."
            )
