"""Fit the parts of a model."""
