"""The program `genre`; errors that the user can fix are printed as one line."""

import os
import sys
from typing import Annotated

import typer

from app.cli.lazy import LazyGroup
from app.cli.messages import print_error
from app.config.version import service_version

program = typer.Typer(
    cls=LazyGroup,
    name="genre",
    help="Classify music tracks by genre and serve the results over GraphQL.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"genre {service_version()}")
        raise typer.Exit


@program.callback()
def _genre(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    # Typer requires a function or several commands; `LazyGroup` provides the commands.
    pass


def main() -> None:
    """Run the command line."""
    try:
        program()
    except BrokenPipeError:  # whoever read the output, such as `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if not isinstance(error, expected_errors()):
            raise
        print_error(error)
        sys.exit(1)


def expected_errors() -> tuple[type[Exception], ...]:
    """Return the errors that are printed without a traceback."""
    # Imported here because only failing commands need them.
    from app.config.address import ListenError
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
        ListenError,
        OSError,
    )
