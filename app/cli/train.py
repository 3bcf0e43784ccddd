"""`genre train`: train a model on labelled tracks."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.cli.progress import progress_bar
from ml.labelled import read_labelled_tracks
from ml.training import TrainingParameters, save_ensemble
from ml.training import train as train_ensemble


def train(
    features: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="CSV of full tracks.")
    ],
    labels: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="CSV with `trackID,genre`."),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the model.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same model.")] = 20261123,
) -> None:
    """Train a model on your own tracks, with your own genres (two or more).

    Example: `genre train --features tracks.csv --labels genres.csv --out my-model`,
    then `GENRE_MODEL_DIR=my-model genre serve`
    """
    data = read_labelled_tracks(features, labels)
    with progress_bar("Training", total=1.0) as show:
        trained = train_ensemble(
            data, TrainingParameters(seed=seed), lambda stage, share: show(share, stage)
        )
    manifest = save_ensemble(trained, data, out)
    metrics = manifest.metrics
    Console().print(
        f"Model {manifest.version} of {len(data):,} tracks and {len(data.genres)} genres in {out}. "
        f"Held out: accuracy {metrics.accuracy:.3f}, macro-F1 {metrics.macro_f1:.3f}, "
        f"log loss {metrics.log_loss:.3f}.",
        highlight=False,
    )
