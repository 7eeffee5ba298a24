"""Floor 4: the sync pass that keeps the index equal to the stores, and every list, filter and count."""
