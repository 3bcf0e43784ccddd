"""The commands of `genre`, one module each."""
