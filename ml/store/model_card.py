"""Write the model card from the manifest, the one source of its figures."""

from collections.abc import Iterable, Sequence

from ml.store.kinds import find_kind
from ml.store.manifest import Manifest

_SHOWN_FEATURES = 20
PICTURES = {
    "confusion.png": "Confusion matrix: true genres in rows",
    "calibration.png": "Calibration: how often predictions of a confidence are right",
    "learning.png": "Learning curve: accuracy by the number of labelled tracks",
    "features.png": "Features with the largest share in the decisions",
}
"""Pictures of the card, by file name, with what they show."""


def render_card(manifest: Manifest, notes: str = "", pictures: str = "") -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    manifest : Manifest
    notes : str
        What no figure says: limits of the data, expected use. Stands behind the summary.
    pictures : str
        Folder of `PICTURES` as seen from the card; "" leaves them out.
    """
    parts = [
        _summary(manifest),
        notes.strip(),
        _method(manifest),
        _metrics(manifest),
        _genres(manifest),
        _confusion(manifest),
        _calibration(manifest),
        _learning(manifest),
        _features(manifest),
        _pictures(pictures),
        _origin(manifest),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(manifest: Manifest) -> str:
    metrics, (low, high) = manifest.metrics, manifest.validation.intervals["accuracy"]
    return (
        f"# Model {manifest.version}\n\n"
        f"Tells {len(manifest.genres)} genres apart by lyric words, title and audio features. "
        f"Learnt from {manifest.training_rows:,} labelled tracks and {manifest.lyric_rows:,} rows "
        f"of words. Held out by group, **{metrics.accuracy:.2f}** of the tracks are right "
        f"(95 % interval {low:.2f} to {high:.2f}). A prediction with a confidence below "
        f"**{manifest.uncertain_below:.2f}** is as likely wrong as right and marked `uncertain`."
    )


def _method(manifest: Manifest) -> str:
    validation = manifest.validation
    return (
        "## How it decides and how it was validated\n\n"
        f"{find_kind(manifest.kind).describe(manifest)}\n\n"
        f"Validation: the tracks of each genre are clustered by sound and words into groups that "
        f"may share an artist ({validation.groups} in all). Whole groups go to "
        f"{validation.folds} folds, {validation.repeats} times with different folds. Each fold is "
        "predicted by a model fitted on the others, including its weights, rounds and temperature. "
        f"The counts below cover {_total(manifest):,} predictions: each track is predicted "
        f"{validation.repeats} times."
    )


def _total(manifest: Manifest) -> int:
    return sum(map(sum, manifest.metrics.confusion_matrix))


def _metrics(manifest: Manifest) -> str:
    names = {
        "accuracy": "Accuracy",
        "macro_f1": "Macro-F1",
        "log_loss": "Log loss (nats)",
        "ece": "Expected calibration error",
    }
    rows = []
    for name, label in names.items():
        low, high = manifest.validation.intervals[name]
        rows.append((label, f"{getattr(manifest.metrics, name):.3f}", f"{low:.3f} to {high:.3f}"))
    others = [
        (other.name, f"{other.accuracy:.3f}", f"{other.macro_f1:.3f}", f"{other.log_loss:.3f}")
        for other in manifest.validation.comparisons
    ]
    own = _table(("Metric, held out by group", "Value", "95 % interval"), rows)
    compared = _table(("For comparison", "Accuracy", "Macro-F1", "Log loss"), others)
    return (
        f"## Figures\n\n{own}\n\nIntervals: bootstrap over groups within genres. These are the "
        f"figures of `model {{ accuracy macroF1 logLoss }}`.\n\n{compared}"
    )


def _genres(manifest: Manifest) -> str:
    rows = [
        (row.genre, f"{count:,}", f"{row.precision:.2f}", f"{row.recall:.2f}", f"{row.f1:.2f}")
        for row, count in zip(manifest.validation.genres, manifest.genre_rows, strict=True)
    ]
    table = _table(("Genre", "Labelled tracks", "Precision", "Recall", "F1"), rows)
    return f"## By genre\n\n{table}"


def _confusion(manifest: Manifest) -> str:
    rows = [
        (genre, *map(str, counts))
        for genre, counts in zip(manifest.genres, manifest.metrics.confusion_matrix, strict=True)
    ]
    table = _table(("True genre, predicted:", *manifest.genres), rows)
    return f"## Confusion matrix\n\n{table}"


def _calibration(manifest: Manifest) -> str:
    rows = [
        (f"{row.confidence:.2f}", f"{row.accuracy:.2f}", f"{row.share:.0%}")
        for row in manifest.validation.calibration
    ]
    table = _table(("Mean confidence", "Right", "Share of predictions"), rows)
    return f"## Calibration\n\n{table}"


def _learning(manifest: Manifest) -> str:
    rows = [
        (f"{point.tracks:,}", f"{point.accuracy:.3f}", f"{point.log_loss:.3f}")
        for point in manifest.validation.learning_curve
    ]
    table = _table(("Labelled tracks learnt from", "Accuracy", "Log loss"), rows)
    return f"## Learning curve\n\nTracks are left out by chance, rows of words are not.\n\n{table}"


def _features(manifest: Manifest) -> str:
    pairs = zip(manifest.feature_names, manifest.feature_gains, strict=True)
    ranked = sorted(pairs, key=lambda pair: -pair[1])[:_SHOWN_FEATURES]
    rows = [(name, f"{share:.2%}") for name, share in ranked]
    table = _table(("Feature", "Share in the decisions"), rows)
    words = sum(
        share
        for name, share in zip(manifest.feature_names, manifest.feature_gains, strict=True)
        if name.startswith("word=")
    )
    return (
        "## Features\n\nMean size of the contribution to the log-odds of the predicted genre; "
        f"all words together have {words:.0%}.\n\n{table}"
    )


def _pictures(folder: str) -> str:
    if not folder:
        return ""
    return "\n\n".join(f"![{text}]({folder}/{name})" for name, text in PICTURES.items())


def _origin(manifest: Manifest) -> str:
    libraries = ", ".join(f"{name} {found}" for name, found in manifest.library_versions.items())
    data = [(role, f"`{digest[:16]}`") for role, digest in manifest.data_sha256.items()]
    parameters = [(name, f"{value:g}") for name, value in manifest.parameters.items()]
    return (
        f"## Origin\n\nTrained {manifest.trained_at:%Y-%m-%d} with {libraries}.\n\n"
        f"{_table(('Data', 'sha256'), data)}\n\n{_table(('Parameter', 'Value'), parameters)}"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_escaped(cells)) + " |" for cells in lines)


def _escaped(cells: Iterable[str]) -> Iterable[str]:
    return (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
