"""The section on how good the predictions are, if the genres are known."""

from collections.abc import Sequence

from app.reports.charts import calibration
from app.reports.markup import Markup, el
from app.reports.tables import note, section, table, tile
from ml.report.labels import Labelled
from ml.report.scores import LabelScores

_METRICS = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "log_loss": "Log loss, nats",
    "ece": "Calibration error (ECE)",
}


def show_accuracy(
    labelled: Labelled, scores: LabelScores, genres: Sequence[str], *, learnt_from: bool
) -> Markup:
    """Return the section."""
    tiles = [
        tile(f"{getattr(scores.metrics, name):.3f}", title, _interval(scores, name))
        for name, title in _METRICS.items()
    ]
    bins = [(b.confidence, b.accuracy, b.share) for b in scores.calibration]
    chart = calibration("Share of right predictions against confidence", bins)
    return section(
        "Accuracy on your labels",
        el("p", _coverage(labelled)),
        *([_warning()] if learnt_from else []),
        el("dl", tiles, class_="tiles"),
        note("95 % intervals come from resampling tracks within each genre. They are too narrow "
             "if many tracks are by the same artist."),
        _by_genre(scores),
        _confusion(scores, genres),
        el("h3", "Calibration"),
        note("On the dashed line, confidence is right. Larger dots are more tracks."),
        el("figure", chart, class_="small"),
        _mistakes(labelled),
    )  # fmt: skip


def _interval(scores: LabelScores, name: str) -> str:
    low, high = scores.intervals[name]
    return f"95 %: {low:.3f} to {high:.3f}"


def _coverage(labelled: Labelled) -> str:
    text = f"{len(labelled.truth):,} tracks have a genre that the model knows."
    if labelled.unlabelled:
        text += f" {labelled.unlabelled:,} tracks have no label."
    if labelled.unknown:
        named = ", ".join(f"{genre} ({count:,})" for genre, count in labelled.unknown.items())
        text += f" Left out, since the model does not know their genre: {named}."
    return text


def _warning() -> Markup:
    return el(
        "p",
        el("strong", "The model was trained on this very file. "),
        "It is less accurate on other songs.",
    )


def _by_genre(scores: LabelScores) -> Markup:
    rows = [
        (one.genre, f"{one.tracks:,}", f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}")
        for one in scores.genres
    ]
    return table("By genre", ("Genre", "Tracks", "Precision", "Recall", "F1"), rows)


def _confusion(scores: LabelScores, genres: Sequence[str]) -> Markup:
    head = el("tr", [el("th", name, scope="col") for name in ("Label", *genres)])
    rows = []
    for genre, counts in zip(genres, scores.metrics.confusion_matrix, strict=True):
        total = max(sum(counts), 1)
        cells = [
            el("td", f"{count:,}", class_="hit", style=f"--share: {0.6 * count / total:.2f}")
            for count in counts
        ]
        rows.append(el("tr", el("th", genre, scope="row"), cells))
    caption = "Confusion matrix: a row for each label, a column for each prediction"
    whole = el("table", el("caption", caption), el("thead", head), el("tbody", rows))
    return el("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _mistakes(labelled: Labelled) -> Markup:
    rows = [
        (one.title, one.genre, one.predicted, f"{one.confidence:.2f}") for one in labelled.mistakes
    ]
    if not rows:
        return note("No prediction is wrong.")
    return table(
        "The most confident mistakes", ("Title", "Label", "Prediction", "Confidence"), rows
    )
