"""`genre learn`: fit a model to all corrections, and put it to use."""

import json
from typing import Annotated, Any

import anyio
import typer
from rich.console import Console

from app.cli.learning_tables import answer_table, change_table, describe_outcome
from app.cli.messages import and_more
from app.cli.review_session import command_line_learner
from app.config.settings import read_settings
from app.service import open_service
from schema.core.learning import LearningOutcome

SHOWN_CHANGES = 20


def learn(
    use: Annotated[
        bool, typer.Option("--use", help="Classify with it from now on, in every process.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Use it even if it should be less accurate.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Fit a model to all corrections; `--use` puts it to use.

    Example: `genre learn --use`, then `genre reclassify`
    """
    console = Console(stderr=True)
    with console.status("Learning from all answers"):
        outcome = anyio.run(_learn, use, force)
    if as_json:
        typer.echo(json.dumps(_summary(outcome), indent=1))
    else:
        _print(Console(), outcome)


async def _learn(use: bool, force: bool) -> LearningOutcome:
    async with open_service(read_settings()) as service:
        return await command_line_learner(service).learn(None, use=use, force=force)


def _print(console: Console, outcome: LearningOutcome) -> None:
    console.print(describe_outcome(outcome), highlight=False)
    console.print(answer_table(outcome.by_genre))
    if outcome.changes:
        console.print(change_table(outcome.changes[:SHOWN_CHANGES], outcome.changed_tracks))
    if outcome.skipped_tracks:
        named = and_more([str(track_id) for track_id in outcome.skipped_tracks], SHOWN_CHANGES)
        console.print(f"Taught nothing, since their features are missing: {named}.")
    version = outcome.manifest.version
    if outcome.is_used:
        console.print(f"Now using model {version}. `genre reclassify` applies it to the catalogue.")
    else:
        console.print(f"Put it to use with `genre model use {version}`.")


def _summary(outcome: LearningOutcome) -> dict[str, Any]:
    estimate = outcome.estimate
    return {
        "version": outcome.manifest.version,
        "parent_version": outcome.manifest.parent_version,
        "answers": sum(answers for _, answers in outcome.by_genre),
        "answers_by_genre": dict(outcome.by_genre),
        "accuracy_before": estimate and estimate.before,
        "accuracy_after": estimate and estimate.after,
        "interval": estimate and list(estimate.interval),
        "changed_tracks": outcome.changed_tracks,
        "skipped_tracks": list(outcome.skipped_tracks),
        "is_used": outcome.is_used,
    }
