"""The commands by name, each imported when it is called, so that `genre --help` imports none.

What the help says of each is the first paragraph of its docstring; tests/app/cli/test_imports.py
compares them.
"""

import importlib
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS = {
    "serve": (
        "app.cli.commands.serve:serve",
        "Serve the API until stopped with Ctrl-C or SIGTERM.",
    ),
    "worker": (
        "app.cli.commands.worker:worker",
        "Work off uploads that were sent with `wait: false`, until stopped with Ctrl-C or SIGTERM.",
    ),
    "demo": (
        "app.cli.commands.demo:demo",
        "Start on the embedded Postgres, classify a sample CSV, print the genres, keep serving.",
    ),
    "classify": (
        "app.cli.commands.classify:classify",
        "Classify CSV files and store the result, as `classifyBatch` does.",
    ),
    "sample": (
        "app.cli.commands.sample:sample",
        "Write made-up tracks as CSV, drawn from statistics of real ones.",
    ),
    "train": (
        "app.cli.commands.train:train",
        "Train a model on your own tracks, with your own genres (two or more).",
    ),
    "evaluate": (
        "app.cli.commands.evaluate:evaluate",
        "Score a model on tracks whose genre you know; those it learnt from flatter it.",
    ),
    "tune": (
        "app.cli.commands.tune:tune",
        "Search parameters for your tracks; needs `pip install genre-service[train]`.",
    ),
    "migrate": (
        "app.cli.commands.database:migrate",
        "Bring the tables of the database up to date; `genre serve` does it by itself.",
    ),
    "schema": (
        "app.cli.commands.schema:schema",
        "Print the GraphQL schema in its definition language.",
    ),
    "export": (
        "app.cli.commands.export:export",
        "Write stored tracks with their genres as CSV or Parquet, or corrections to train on.",
    ),
    "model": (
        "app.cli.commands.model:model",
        "Keep versions of the model and choose which one answers.",
    ),
    "hash-secret": (
        "app.cli.commands.access:hash_secret_command",
        "Make a secret for a client, and its entry for `GENRE_CLIENTS`.",
    ),
}
"""Name: where it is, and what the help says of it; in the order of the help."""


class LazyGroup(TyperGroup):
    """A group whose members are those of `COMMANDS`."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, (place, summary) in COMMANDS.items():
            self.add_command(_LazyCommand(name, place, summary))


class _LazyCommand(TyperCommand):
    """Knows its name and summary; the rest is imported when it is called or asked for help."""

    def __init__(self, name: str, place: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self.place = place

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Begin to parse its arguments; from here on the real command goes on."""
        return load_command(self.name or "", self.place).make_context(*arguments, **options)


def load_command(name: str, place: str) -> Any:
    """Import a command, `module:attribute`: a function or a group of commands."""
    module, _, attribute = place.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    if isinstance(found, typer.Typer):
        return typer.main.get_group(found)
    program = typer.Typer(add_completion=False, rich_markup_mode="markdown")
    program.command(name)(found)
    return typer.main.get_command(program)
