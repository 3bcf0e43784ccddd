"""Read tracks from files and requests."""
