"""What the notebooks compute and draw, so that their cells stay short."""
