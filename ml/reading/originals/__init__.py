"""Read files as they are, to write them again with more cells."""
