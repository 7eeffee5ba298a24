"""Floor 1: bytes to value trees, importing and calling nothing that the data names."""
