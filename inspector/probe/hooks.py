"""What `install()` hooks: compiled graphs and their invocations."""
