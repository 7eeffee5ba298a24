"""Floor 0: what a checkpoint history is made of, as frozen values and pure functions. Standard library only."""
