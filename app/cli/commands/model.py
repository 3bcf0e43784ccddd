"""`genre model`: the versions on this disk, and which of them answers."""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import anyio
import typer
from rich.console import Console

from app.cli.model_tables import choice_table, manifest_table, model_table
from app.config.settings import read_settings
from app.models.source import COMMAND_LINE, ModelSource, make_source, registry_of
from app.runtime.database import open_database
from db.engine import create_sessions
from ml.store.manifest import Manifest
from ml.store.registry import RegisteredModel

SHOWN_CHOICES = 10
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Version = Annotated[
    str, typer.Argument(help="As `genre model list` shows it; `shipped` for the release's own.")
]

model = typer.Typer(
    name="model",
    help="Keep versions of the model and choose which one answers.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@model.command("list")
def list_models(as_json: Json = False) -> None:
    """List the versions on this disk, the one that answers, and what was chosen before.

    Example: `genre model list --json`
    """
    current, models, choices = anyio.run(_look)
    if as_json:
        _print_json(
            {
                "current": current,
                "models": [_summary(found) for found in models],
                "choices": [asdict(choice) for choice in choices],
            }
        )
        return
    console = Console()
    console.print(model_table(models, current))
    if current not in [found.version for found in models] and not read_settings().model_dir:
        _say(f"Model {current} was chosen and is not on this disk.")
    if choices:
        console.print(choice_table(choices))


@model.command()
def show(
    version: Annotated[
        str | None, typer.Argument(help="Without it, the version that answers.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Describe a version: data, score on tracks held out, features that matter.

    Example: `genre model show 5b1c9e30aa47`
    """
    manifest = anyio.run(_describe, version)
    if as_json:
        typer.echo(manifest.model_dump_json(indent=1))
    else:
        Console().print(manifest_table(manifest))


@model.command()
def add(
    folder: Annotated[
        Path, typer.Argument(help="As `genre train` wrote it.", exists=True, file_okay=False)
    ],
    use: Annotated[bool, typer.Option("--use", help="And let it answer from now on.")] = False,
) -> None:
    """Check a model and copy it to where services of this disk find it.

    Example: `genre model add my-model --use`
    """
    manifest, is_new = registry_of(read_settings()).add(folder)
    _say(f"Model {manifest.version} was {'added' if is_new else 'there already'}.")
    if use:
        _say_chosen(anyio.run(_use, manifest.version))


@model.command()
def use(version: Version) -> None:
    """Let a version answer from now on; running services follow without a restart.

    Example: `genre model use 5b1c9e30aa47`
    """
    _say_chosen(anyio.run(_use, version))


@model.command()
def rollback() -> None:
    """Let the version answer that was chosen before the present one.

    Example: `genre model rollback`
    """
    _say_chosen(anyio.run(_roll_back))


@contextlib.asynccontextmanager
async def _source() -> AsyncIterator[ModelSource]:
    settings = read_settings()
    async with open_database(settings) as engine:
        yield make_source(settings, create_sessions(engine))


async def _look() -> tuple[str, list[RegisteredModel], list[Any]]:
    async with _source() as source:
        models = await anyio.to_thread.run_sync(source.registry.list_models)
        choices = await source.choices.list_choices(SHOWN_CHOICES)
        return await source.chosen_version(), models, choices


async def _describe(version: str | None) -> Manifest:
    async with _source() as source:
        return (await source.load(version or await source.chosen_version())).manifest


async def _use(version: str) -> str:
    async with _source() as source:
        return (await source.use(version, COMMAND_LINE)).version


async def _roll_back() -> str:
    async with _source() as source:
        return (await source.roll_back(COMMAND_LINE)).version


def _summary(found: RegisteredModel) -> dict[str, Any]:
    manifest = found.manifest
    return {
        "version": found.version,
        "is_shipped": found.is_shipped,
        "problem": found.problem,
        "trained_at": manifest and manifest.trained_at,
        "training_rows": manifest and manifest.training_rows,
        "genres": manifest and manifest.genres,
        "metrics": manifest
        and manifest.metrics.model_dump(include={"accuracy", "macro_f1", "log_loss", "ece"}),
    }


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=1, default=str))


def _say_chosen(version: str) -> None:
    _say(f"Model {version} answers from now on; running services follow within seconds.")


def _say(text: str) -> None:
    Console().print(text, highlight=False)
