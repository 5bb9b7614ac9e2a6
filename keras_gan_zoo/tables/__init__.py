"""What models of tables need: how rows become numbers, and how they are drawn."""

from keras_gan_zoo.tables.encoding import TableEncoding
from keras_gan_zoo.tables.sampling import (
    ConditionalRows,
    PartitionedRows,
    PoissonRows,
    TableRows,
)

__all__ = [
    "ConditionalRows",
    "PartitionedRows",
    "PoissonRows",
    "TableEncoding",
    "TableRows",
]
