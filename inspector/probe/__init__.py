"""Runs in the workers."""
