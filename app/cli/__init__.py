"""The command line, `genre`."""

from app.cli.program import main

__all__ = ["main"]
