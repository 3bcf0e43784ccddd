"""Bring the tables up to date."""

from pathlib import Path

MIGRATIONS = Path(__file__).parent
"""Alembic's script location; each migration is a file in `versions`."""
