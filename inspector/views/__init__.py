"""Floor 7: a view reads its parameters, asks the index or a reader, fills one dataclass of `contexts` and shows it."""
