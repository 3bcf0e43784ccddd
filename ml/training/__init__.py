"""Train, validate and tune models."""
