"""A release makes itself ready by its own code: settings, words and templates read, checked, compiled."""
