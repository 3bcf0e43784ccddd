"""`genre report`: describe a file of tracks and its predictions in one HTML page."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.cli.progress import progress_bar
from app.reports.accuracy import show_accuracy
from app.reports.markup import Markup
from app.reports.page import render_report
from ml.model.genre_model import takes_partial
from ml.reading.read_options import ReadOptions
from ml.report.findings import Findings
from ml.report.reading import read_findings
from ml.report.report import make_report
from ml.report.scores import score_labelled
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import LoadedModel, load_model
from ml.store.manifest import sha256_of_file
from ml.training.data.labelled import read_labels


def report(
    features: Annotated[
        Path,
        typer.Option(
            exists=True, dir_okay=False, help="CSV of tracks, optionally .csv.gz or .csv.zst."
        ),
    ],
    out: Annotated[Path, typer.Option(dir_okay=False, help="HTML file to write.")],
    labels: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="CSV with `trackID,genre`."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of the model (default: shipped)."),
    ] = None,
    allow_missing: Annotated[
        bool,
        typer.Option("--allow-missing", help="Classify rows with only words or only sound too."),
    ] = False,
) -> None:
    """Describe your tracks, their drift from the training tracks and what to expect, as HTML.

    The page is one file that loads nothing. With labels, it also says how good the predictions are.

    Example: `genre report --features tracks.csv --labels genres.csv --out report.html`
    """
    loaded = load_model(model or SHIPPED_MODEL_DIR)
    if allow_missing and not takes_partial(loaded.model):
        raise typer.BadParameter("This model needs whole tracks.", param_hint="--allow-missing")
    findings = _read(features, labels, loaded, ReadOptions(allow_missing=allow_missing))
    found = make_report(features.name, loaded.manifest, loaded.model.feature_names, findings)
    extra = _accuracy(findings, loaded, features)
    page = render_report(found, datetime.now(UTC), extra).encode()
    out.write_bytes(page)
    Console().print(
        f"Wrote {out} ({len(page) / 1e6:.1f} MB): {findings.tracks:,} tracks, "
        f"{findings.rejected:,} rejected rows.",
        highlight=False,
    )


def _read(
    features: Path, labels: Path | None, loaded: LoadedModel, options: ReadOptions
) -> Findings:
    known = None
    if labels is not None:
        table = read_labels(labels)
        known = dict(zip(table.index.to_numpy().tolist(), table["genre"].tolist(), strict=True))
    with features.open("rb") as file, progress_bar("Reading", features.stat().st_size) as show:
        return read_findings(file, loaded.model, known, options, show)


def _accuracy(findings: Findings, loaded: LoadedModel, features: Path) -> list[Markup]:
    labelled = findings.labelled
    if labelled is None:
        return []
    genres = loaded.model.genres
    scores = score_labelled(labelled, tuple(genres))
    if scores is None:
        raise typer.BadParameter(
            "No track of the file has a genre that the model knows.", param_hint="--labels"
        )
    learnt_from = loaded.manifest.data_sha256.get("features") == sha256_of_file(features)
    return [show_accuracy(labelled, scores, genres, learnt_from=learnt_from)]
