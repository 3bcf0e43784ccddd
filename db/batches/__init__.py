"""Batches in Postgres: their states, locks, queue and rows."""
