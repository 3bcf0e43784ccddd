"""`genre tune`: search for parameters for `genre train`, and check that they are better."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from threadpoolctl import threadpool_limits

from app.cli.progress import progress_bar
from ml.errors import TrainingDataError
from ml.training.data.labelled import read_labelled_tracks
from ml.training.data.lyric_rows import NO_LYRIC_ROWS, read_lyric_rows
from ml.training.fits.preparation import prepare
from ml.training.parameters import TrainingParameters

if TYPE_CHECKING:
    from ml.training.tuning import TuningResult


def tune(
    features: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="CSV of tracks with all columns.")
    ],
    labels: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="CSV with `trackID,genre`.")
    ],
    out: Annotated[Path, typer.Option(help="TOML file to write, for `genre train --params`.")],
    study: Annotated[
        Path, typer.Option(help="File of the trials; run again with it to continue.")
    ] = Path("study.journal"),
    lyrics: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="CSV with `genre,words`.")
    ] = None,
    trials: Annotated[
        int, typer.Option(min=1, help="Trials per study; there are folds + 1 studies.")
    ] = 30,
    minutes: Annotated[float, typer.Option(min=0, help="Time for all studies together.")] = 30.0,
    table: Annotated[Path | None, typer.Option(help="CSV file to write with all trials.")] = None,
) -> None:
    """Search for the best parameters for your tracks; needs `pip install genre-service[train]`.

    Example: `genre tune --features tracks.csv --labels genres.csv --out params.toml`
    """
    try:
        from ml.training.tuning import tune as search
        from ml.training.tuning import write_parameters
    except ImportError as error:
        message = "Optuna is not installed; install genre-service[train]."
        raise TrainingDataError(message) from error
    data = read_labelled_tracks(features, labels)
    rows = read_lyric_rows(lyrics, data.genres) if lyrics else NO_LYRIC_ROWS
    defaults = TrainingParameters()
    _, known = prepare(data, rows, defaults)
    with progress_bar("Tuning", total=1.0) as show, threadpool_limits(1, user_api="blas"):
        result = search(
            known,
            defaults,
            study,
            seconds=60 * minutes,
            trials=trials,
            progress=lambda stage, share: show(share, stage),
        )
    write_parameters(result, out)
    if table:
        _write_trials(result, table)
    Console().print(_summary(result, out), highlight=False)


def _write_trials(result: "TuningResult", path: Path) -> None:
    names = sorted(result.changed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["study", "trial", "log_loss", *names])
        for trial in result.trials:
            values = (f"{trial.parameters[name]:.6g}" for name in names)
            writer.writerow([trial.study, trial.number, f"{trial.log_loss:.5f}", *values])


def _summary(result: "TuningResult", path: Path) -> str:
    advice = (
        "The tuned parameters did better on tracks that the search had not seen."
        if result.worth_it
        else "The defaults did better on tracks that the search had not seen: keep them."
    )
    tuned, defaults = result.tuned, result.defaults
    return (
        f"{len(result.trials)} trials. Nested scores: "
        f"tuned accuracy {tuned.accuracy:.3f}, log loss {tuned.log_loss:.3f}; "
        f"default accuracy {defaults.accuracy:.3f}, log loss {defaults.log_loss:.3f}. "
        f"{advice} Parameters are in {path}."
    )
