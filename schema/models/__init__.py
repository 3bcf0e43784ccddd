"""Models: their figures and mutations."""
