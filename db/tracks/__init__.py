"""Classified tracks in Postgres: written, found, corrected and exported."""
