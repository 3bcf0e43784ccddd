"""The program `genre`; errors that the user can fix are printed as one line."""

import sys

import typer

from app.cli.lazy import LazyGroup

program = typer.Typer(
    cls=LazyGroup,
    name="genre",
    help="Classify music tracks by genre and serve the results over GraphQL.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


@program.callback()
def _genre() -> None:
    # Typer requires a function or several commands; `LazyGroup` provides the commands.
    pass


def main() -> None:
    """Run the command line."""
    try:
        program()
    except Exception as error:
        if not isinstance(error, expected_errors()):
            raise
        _print_error(error)
        sys.exit(1)


def expected_errors() -> tuple[type[Exception], ...]:
    """Return the errors that are printed without a traceback."""
    # Imported here because only failing commands need them.
    from app.config.settings import SettingsError
    from app.uploads.spool import SpoolError
    from db.embedded.errors import EmbeddedPostgresError
    from db.errors import StorageError
    from ml.errors import GenreMlError
    from schema.core.errors import PortError

    return (
        SettingsError,
        SpoolError,
        EmbeddedPostgresError,
        StorageError,
        GenreMlError,
        PortError,
        FileExistsError,
        FileNotFoundError,
        IsADirectoryError,
        PermissionError,
    )


def _print_error(error: Exception) -> None:
    from rich.console import Console  # imported here because only failing commands need it

    text = str(error).replace("[", "\\[")
    Console(stderr=True).print(f"[bold red]Error:[/] {text}", highlight=False)
