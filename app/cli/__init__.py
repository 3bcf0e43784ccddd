"""The command `genre`; one module a group of commands."""

from app.cli.program import main

__all__ = ["main"]
