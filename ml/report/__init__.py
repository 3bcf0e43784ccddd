"""Describe tracks and their predictions: what differs from the training data, what to expect."""
