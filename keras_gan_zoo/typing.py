"""Names of types that have none in common.

`Tensor` is a tensor of whichever framework Keras runs on. The three have no common
class, Keras has no types, and to import one of the frameworks for its name would cost
seconds. To a type checker it is therefore `Any`, to a reader it says what comes back.
"""

from typing import Any

Tensor = Any
