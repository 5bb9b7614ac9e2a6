"""The version of the package, for every module that writes it into a record."""

__version__ = "0.1.0"
