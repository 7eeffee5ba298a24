"""Small graphs of the kind people run: one noun a file, built by a function that takes the checkpointer."""
