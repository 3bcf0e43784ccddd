"""Batches: their types and mutations."""
