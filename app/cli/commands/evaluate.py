"""`genre evaluate`: score a model on labelled tracks."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import load_model
from ml.training.data.labelled import read_labelled_tracks
from ml.training.scores.evaluation import Evaluation, evaluate_model


def evaluate(
    features: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="CSV of tracks with all columns.")
    ],
    labels: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="CSV with `trackID,genre`.")
    ],
    model: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of the model (default: shipped)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """Score a model on tracks whose genres you know; tracks it learnt from flatter it.

    Example: `genre evaluate --features new.csv --labels new-genres.csv --json`
    """
    loaded = load_model(model or SHIPPED_MODEL_DIR)
    found = evaluate_model(loaded, read_labelled_tracks(features, labels))
    if found.learnt_from:
        Console(stderr=True).print(
            "Note: the model was trained on this file; it is less accurate on other songs.",
            highlight=False,
        )
    if as_json:
        typer.echo(json.dumps(found.as_dict(), indent=1))
    else:
        _print_tables(found)


def _print_tables(found: Evaluation) -> None:
    metrics = found.metrics
    console = Console()
    console.print(
        f"Model {found.model_version} on {found.tracks:,} tracks: "
        f"accuracy {metrics.accuracy:.3f}, macro-F1 {metrics.macro_f1:.3f}, "
        f"log loss {metrics.log_loss:.3f}, calibration error {metrics.ece:.3f}.",
        highlight=False,
    )
    table = Table()
    for name in ("Genre", "Tracks", "Precision", "Recall", "F1"):
        table.add_column(name, justify="left" if name == "Genre" else "right")
    for row in found.genres:
        shares = (f"{share:.3f}" for share in (row.precision, row.recall, row.f1))
        table.add_row(row.genre.replace("[", "\\["), f"{row.tracks:,}", *shares)
    console.print(table)
