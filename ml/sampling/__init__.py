"""Draw made-up tracks from fitted statistics."""
