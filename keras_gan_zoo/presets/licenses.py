"""Licences as hubs call them."""

# By the words that the licence in a record begins with.
HUGGING_FACE = {
    "Apache-2.0": "apache-2.0",
    "BSD-3-Clause": "bsd-3-clause",
    "CC-BY-4.0": "cc-by-4.0",
    "CC-BY-SA-4.0": "cc-by-sa-4.0",
    "CC0-1.0": "cc0-1.0",
    "MIT": "mit",
}
KAGGLE = {"Apache-2.0": "Apache 2.0", "MIT": "MIT"}


def short_name(license) -> str:
    """The name of a licence, without those who hold the rights."""
    return str(license or "").partition(",")[0].strip()
