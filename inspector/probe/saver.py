"""A saver that tells what it is asked."""
