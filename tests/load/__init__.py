"""Hundreds of clicks at once: `make load`, or `python -m tests.load`."""
