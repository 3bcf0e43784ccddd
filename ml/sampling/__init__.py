"""Made-up tracks drawn from fitted statistics."""
