"""Stored tracks as files."""
