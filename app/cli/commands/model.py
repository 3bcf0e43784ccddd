"""`genre model`: the versions on this disk, and the one in use."""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import anyio
import typer
from rich.console import Console
from rich.markdown import Markdown

from app.cli.lazy import PlainCommand, PlainGroup
from app.cli.model_tables import choice_table, learned_table, manifest_table, model_table
from app.config.settings import read_settings
from app.models.source import COMMAND_LINE, ModelSource, make_source, registry_of
from app.runtime.database import open_database
from db.engine import create_sessions
from db.learned_models import LearnedModelSummary
from db.records import ModelChoice
from ml.store.manifest import Manifest
from ml.store.model_card import render_card
from ml.store.registry import RegisteredModel

SHOWN_CHOICES = 10
SHOWN_LEARNED = 20
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Version = Annotated[
    str, typer.Argument(help="As listed by `genre model list`; `shipped` for the release's model.")
]

model = typer.Typer(
    cls=PlainGroup,
    name="model",
    help="Manage versions of the model and choose the one in use.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@model.command("list", cls=PlainCommand)
def list_models(as_json: Json = False) -> None:
    """List the versions, the one in use, and previous choices.

    Example: `genre model list --json`
    """
    current, models, learned, choices = anyio.run(_look)
    if as_json:
        _print_json(
            {
                "current": current,
                "models": [_summary(found) for found in models],
                "learned": [asdict(found) for found in learned],
                "choices": [asdict(choice) for choice in choices],
            }
        )
        return
    console = Console()
    console.print(model_table(models, current))
    if learned:
        console.print(learned_table(learned, current))
    known = [*(found.version for found in models), *(found.version for found in learned)]
    if current not in known and not read_settings().model_dir:
        _say(f"Model {current} is in use but not on this disk.")
    if choices:
        console.print(choice_table(choices))


@model.command(cls=PlainCommand)
def show(
    version: Annotated[
        str | None, typer.Argument(help="A version (default: the one in use).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Describe a version: training data, what to expect of it, scores by group, top features.

    Example: `genre model show 5b1c9e30aa47`
    """
    manifest = anyio.run(_describe, version)
    if as_json:
        typer.echo(manifest.model_dump_json(indent=1))
    elif manifest.adaptation is not None:
        Console().print(Markdown(render_card(manifest)))
    else:
        Console().print(manifest_table(manifest))


@model.command(cls=PlainCommand)
def add(
    folder: Annotated[
        Path, typer.Argument(help="Folder written by `genre train`.", exists=True, file_okay=False)
    ],
    use: Annotated[bool, typer.Option("--use", help="Also switch to it.")] = False,
) -> None:
    """Check a model and copy it into the model registry of this machine.

    Example: `genre model add my-model --use`
    """
    manifest, is_new = registry_of(read_settings()).add(folder)
    _say(f"Model {manifest.version} {'was added' if is_new else 'already exists'}.")
    if use:
        _say_chosen(anyio.run(_use, manifest.version))


@model.command(cls=PlainCommand)
def use(version: Version) -> None:
    """Switch to a version; running services follow without a restart.

    Example: `genre model use 5b1c9e30aa47`
    """
    _say_chosen(anyio.run(_use, version))


@model.command(cls=PlainCommand)
def rollback() -> None:
    """Switch back to the version used before the current one.

    Example: `genre model rollback`
    """
    _say_chosen(anyio.run(_roll_back))


@contextlib.asynccontextmanager
async def _source() -> AsyncIterator[ModelSource]:
    settings = read_settings()
    async with open_database(settings) as engine:
        yield make_source(settings, create_sessions(engine))


async def _look() -> tuple[
    str, list[RegisteredModel], list[LearnedModelSummary], list[ModelChoice]
]:
    async with _source() as source:
        models = await anyio.to_thread.run_sync(source.registry.list_models)
        choices = await source.choices.list_choices(SHOWN_CHOICES)
        learned = await source.learned.list_newest(SHOWN_LEARNED)
        return await source.chosen_version(), models, learned, choices


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
        and manifest.headline.model_dump(include={"accuracy", "macro_f1", "log_loss", "ece"}),
    }


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=1, default=str))


def _say_chosen(version: str) -> None:
    _say(f"Now using model {version}; running services follow within seconds.")


def _say(text: str) -> None:
    Console().print(text, highlight=False)
