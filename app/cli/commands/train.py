"""`genre train`: train a model on labelled tracks."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.cli.progress import progress_bar
from ml.store.folder import check_target
from ml.store.manifest import Manifest
from ml.training.data.labelled import read_labelled_tracks
from ml.training.data.lyric_rows import NO_LYRIC_ROWS, LyricRows, read_lyric_rows
from ml.training.parameters import TrainingParameters
from ml.training.saving import save_trained
from ml.training.training import train as train_ensemble


def train(
    features: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="CSV of tracks with all columns.")
    ],
    labels: Annotated[
        Path,
        typer.Option(
            exists=True, dir_okay=False, help="CSV with `trackID,genre`, and `group` if known."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the model.")],
    lyrics: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="CSV with `genre,words`: more songs, without sound."
        ),
    ] = None,
    params: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="TOML from `genre tune` (default: built-in)."
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(help="`experts` or `lightgbm` (default: the better one on held-out groups)."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="The same seed gives the same model.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the model in `--out`.")] = False,
) -> None:
    """Train a model on your own tracks and genres (at least two).

    Example: `genre train --features tracks.csv --labels genres.csv --out my-model`,
    then `GENRE_MODEL_DIR=my-model genre serve`
    """
    _check_target(out, replace=force)
    parameters = TrainingParameters.read(params) if params else TrainingParameters()
    if seed is not None:
        parameters = parameters.model_copy(update={"seed": seed})
    data = read_labelled_tracks(features, labels)
    rows = read_lyric_rows(lyrics, data.genres) if lyrics else NO_LYRIC_ROWS
    _tell_ignored(rows)
    with progress_bar("Training", total=1.0) as show:
        trained = train_ensemble(
            data, parameters, lambda stage, share: show(share, stage), lyrics=rows, kind=kind
        )
    _check_target(out, replace=force)  # another run may have written there meanwhile
    manifest = save_trained(trained, data, parameters, out, rows)
    Console().print(_summary(manifest, out), highlight=False)


def _check_target(folder: Path, *, replace: bool) -> None:
    """Refuse a folder that must not be replaced, and say how to go on."""
    check_target(folder)
    try:
        check_target(folder, replace=replace)
    except FileExistsError as error:
        message = f"{error} Give another --out, or --force to replace it."
        raise FileExistsError(message) from None


def _tell_ignored(rows: LyricRows) -> None:
    for genre, count in rows.ignored.items():
        Console(stderr=True).print(
            f'Note: {count:,} rows of words are ignored; no track has the genre "{genre}".',
            highlight=False,
            markup=False,
        )


def _summary(manifest: Manifest, folder: Path) -> str:
    expected = manifest.headline
    low, high = manifest.headline_intervals["accuracy"]
    return (
        f"Trained model {manifest.version} of kind {manifest.kind} on "
        f"{manifest.training_rows:,} tracks, {manifest.lyric_rows:,} rows of words and "
        f"{len(manifest.genres)} genres, in {folder}. On artists that it has not heard, expect "
        f"accuracy {expected.accuracy:.2f} ({low:.2f} to {high:.2f}), macro-F1 "
        f"{expected.macro_f1:.2f}, log loss {expected.log_loss:.2f}, calibration error "
        f"{expected.ece:.2f}. On held-out groups: accuracy {manifest.metrics.accuracy:.3f}, log "
        f"loss {manifest.metrics.log_loss:.3f}. {_tried(manifest)}"
    )


def _tried(manifest: Manifest) -> str:
    """Compare the kinds; empty if only one was tried."""
    tried = manifest.validation.candidates
    if len(tried) < 2:
        return ""
    losses = ", ".join(f"{found.name} {found.log_loss:.3f}" for found in tried)
    return f"Log loss of the kinds on held-out groups: {losses}."
