"""Where a saver's checkpoints go."""
