"""The only folder that knows which framework is running.

Each module offers the same three names, so nothing outside has to ask.

`Trainer` is a `keras.Model` whose `train_step` runs `self.update(data)`, whose `fit`
shows the first batch to `self.on_first_batch(data)`, and whose `variable_scope()` is
the context in which variables are made.

`minimize(loss, variables, optimizer)` takes one gradient step on these variables, and
on nothing else. `loss` is a function without arguments that returns a dict of named
scalars, whose sum is minimized; `optimizer` was built with these variables. It returns
the dict, and is called within a training step.

`gradient(function, inputs)` is d sum(function(inputs)) / d inputs, of the shape of
`inputs`, and can be differentiated again.

`torch_files` stands apart: it reads PyTorch's files, whichever framework is running.
"""

import keras

if keras.backend.backend() == "tensorflow":
    from keras_gan_zoo.backend.tensorflow import Trainer, gradient, minimize
elif keras.backend.backend() == "jax":
    from keras_gan_zoo.backend.jax import Trainer, gradient, minimize
elif keras.backend.backend() == "torch":
    from keras_gan_zoo.backend.torch import Trainer, gradient, minimize
else:
    raise ImportError(
        "keras_gan_zoo trains on the 'tensorflow', 'jax' and 'torch' backends of "
        f"Keras, but Keras runs on {keras.backend.backend()!r}. Set the environment "
        "variable KERAS_BACKEND to one of the three before Keras is imported."
    )

__all__ = ["Trainer", "gradient", "minimize"]
