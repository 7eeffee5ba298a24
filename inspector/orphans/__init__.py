"""What is made of orphaned threads: evidence for each, and which of them belong together."""
