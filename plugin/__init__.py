"""Webmail Sign-in: one click from cPanel to the inbox."""

__version__ = "1.0.0"
