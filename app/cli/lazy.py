"""The commands by name. Each is imported when it is called, so `genre --help` imports none.

Each summary is the first paragraph of the command's docstring; tests/app/cli/test_imports.py
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
        "Process uploads sent with `wait: false` until stopped with Ctrl-C or SIGTERM.",
    ),
    "demo": (
        "app.cli.commands.demo:demo",
        "Start with the embedded Postgres, classify a sample CSV, print the genres, keep serving.",
    ),
    "classify": (
        "app.cli.commands.classify:classify",
        "Classify CSV files and store the result, as `classifyBatch` does.",
    ),
    "reclassify": (
        "app.cli.commands.reclassify:reclassify",
        "Classify stored tracks again with the model in use; Ctrl-C cancels.",
    ),
    "sample": (
        "app.cli.commands.sample:sample",
        "Write made-up tracks as CSV, drawn from statistics of real ones.",
    ),
    "train": (
        "app.cli.commands.train:train",
        "Train a model on your own tracks and genres (at least two).",
    ),
    "evaluate": (
        "app.cli.commands.evaluate:evaluate",
        "Score a model on tracks whose genres you know; tracks it learnt from flatter it.",
    ),
    "report": (
        "app.cli.commands.report:report",
        "Describe your tracks, their drift from the training tracks and what to expect, as HTML.",
    ),
    "tune": (
        "app.cli.commands.tune:tune",
        "Search for the best parameters for your tracks; needs `pip install genre-service[train]`.",
    ),
    "migrate": (
        "app.cli.commands.database:migrate",
        "Migrate the database to the newest revision; `genre serve` does this automatically.",
    ),
    "schema": (
        "app.cli.commands.schema:schema",
        "Print the GraphQL schema as SDL.",
    ),
    "export": (
        "app.cli.commands.export:export",
        "Export stored tracks with their genres, or corrections to train on.",
    ),
    "review": (
        "app.cli.commands.review:review",
        "Ask about the tracks whose answers teach the model most; one key per answer.",
    ),
    "learn": (
        "app.cli.commands.learn:learn",
        "Fit a model to all corrections; `--use` puts it to use.",
    ),
    "model": (
        "app.cli.commands.model:model",
        "Manage versions of the model and choose the one in use.",
    ),
    "hash-secret": (
        "app.cli.commands.access:hash_secret_command",
        "Generate a secret for a client, and its entry for `GENRE_CLIENTS`.",
    ),
}
"""By name: where the command is defined and its summary, in the order of the help."""


class _PlainFlags:
    """Shows a flag as `--force`; Typer would write `--force <bool>`, as if it took a value."""

    def get_params(self, context: Any) -> list[Any]:
        params: list[Any] = super().get_params(context)  # type: ignore[misc]
        for param in params:
            if getattr(param, "is_flag", False):
                param.metavar = ""
        return params


class PlainCommand(_PlainFlags, TyperCommand):
    """A command with plain flags."""


class PlainGroup(_PlainFlags, TyperGroup):
    """A group of commands with plain flags."""


class LazyGroup(PlainGroup):
    """The group of all `COMMANDS`."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, (place, summary) in COMMANDS.items():
            self.add_command(_LazyCommand(name, place, summary))


class _LazyCommand(TyperCommand):
    """A name and a summary; the command itself is imported when called or asked for help."""

    def __init__(self, name: str, place: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self.place = place

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Import the command and let it parse its arguments."""
        return load_command(self.name or "", self.place).make_context(*arguments, **options)


def load_command(name: str, place: str) -> Any:
    """Import the command or group of commands at `module:attribute`."""
    module, _, attribute = place.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    if isinstance(found, typer.Typer):
        return typer.main.get_group(found)
    program = typer.Typer(add_completion=False, rich_markup_mode="markdown")
    program.command(name, cls=PlainCommand)(found)
    return typer.main.get_command(program)
