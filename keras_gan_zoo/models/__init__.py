"""One paper, one file. Each reads from top to bottom: networks, then the model."""
