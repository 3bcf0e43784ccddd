"""Put the commands together, and turn the errors that a person can mend into one line."""

import sys

import typer
from rich.console import Console

from app.cli.access import hash_secret_command
from app.cli.classify import classify
from app.cli.database import migrate
from app.cli.demo import demo
from app.cli.evaluate import evaluate
from app.cli.export import export
from app.cli.model import model
from app.cli.sample import sample
from app.cli.schema import schema
from app.cli.serve import serve
from app.cli.train import train
from app.cli.tune import tune
from app.cli.worker import worker
from app.settings import SettingsError
from db.embedded import EmbeddedPostgresError
from db.errors import StorageError
from ml.errors import GenreMlError

EXPECTED_ERRORS = (
    SettingsError,
    EmbeddedPostgresError,
    StorageError,
    GenreMlError,
    FileExistsError,
    FileNotFoundError,
    IsADirectoryError,
    PermissionError,
)

program = typer.Typer(
    name="genre",
    help="Sort music tracks into genres and serve the result over GraphQL.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
for command in (
    serve,
    worker,
    demo,
    classify,
    sample,
    train,
    evaluate,
    tune,
    migrate,
    schema,
    export,
):
    program.command()(command)
program.add_typer(model)
program.command("hash-secret")(hash_secret_command)


def main() -> None:
    """Run the command line."""
    try:
        program()
    except EXPECTED_ERRORS as error:
        Console(stderr=True).print(f"[bold red]Error:[/] {_markup_free(error)}", highlight=False)
        sys.exit(1)


def _markup_free(error: BaseException) -> str:
    return str(error).replace("[", "\\[")
