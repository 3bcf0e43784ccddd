"""The program `genre`; it turns the errors that a person can mend into one line."""

import sys

import typer

from app.cli.lazy import LazyGroup

program = typer.Typer(
    cls=LazyGroup,
    name="genre",
    help="Sort music tracks into genres and serve the result over GraphQL.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


@program.callback()
def _genre() -> None:
    # Typer wants a function or several commands; the commands are `LazyGroup`'s.
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
    """Return the errors whose message is all that a person needs."""
    # Here: only who fails has to wait for these imports.
    from app.config.settings import SettingsError
    from app.uploads.spool import SpoolError
    from db.embedded.server import EmbeddedPostgresError
    from db.errors import StorageError
    from ml.errors import GenreMlError

    return (
        SettingsError,
        SpoolError,
        EmbeddedPostgresError,
        StorageError,
        GenreMlError,
        FileExistsError,
        FileNotFoundError,
        IsADirectoryError,
        PermissionError,
    )


def _print_error(error: Exception) -> None:
    from rich.console import Console  # here, as only who fails needs it

    text = str(error).replace("[", "\\[")
    Console(stderr=True).print(f"[bold red]Error:[/] {text}", highlight=False)
