"""Tracks, genres and corrections: their types, queries and mutations."""
