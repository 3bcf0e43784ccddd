"""The commands of `genre`, one per module."""
