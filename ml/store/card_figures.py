"""The parts of a model card that say how good the model is."""

from collections.abc import Iterable, Mapping

from ml.store.manifest import Comparison, Expected, Independent, Manifest, Metrics
from ml.store.markdown import table

_LABELS = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "log_loss": "Log loss (nats)",
    "ece": "Expected calibration error",
}


def figure_rows(
    metrics: Metrics, intervals: Mapping[str, tuple[float, float]]
) -> Iterable[tuple[str, str, str]]:
    """Yield a row for each metric: its label, its value and its interval."""
    for name, label in _LABELS.items():
        low, high = intervals[name]
        yield label, f"{getattr(metrics, name):.3f}", f"{low:.3f} to {high:.3f}"


def comparison_row(found: Comparison) -> tuple[str, str, str, str]:
    """Return the name of an alternative and its scores."""
    return (
        found.name,
        f"{found.accuracy:.3f}",
        f"{found.macro_f1:.3f}",
        f"{found.log_loss:.3f}",
    )


def expectation(manifest: Manifest) -> str:
    """Say what to expect on new artists; "" if that was not measured."""
    if manifest.expected is None:
        return ""
    parts = ["## What to expect on new artists", _derived(manifest, manifest.expected)]
    if manifest.independent:
        parts.append(_measured(manifest, manifest.independent))
    return "\n\n".join([*parts, _by_genre(manifest.expected)])


def _derived(manifest: Manifest, expected: Expected) -> str:
    head = ("Metric on new artists", "Value", "95 % interval")
    paired = (
        ", given the words of a row of words that was left out too" if manifest.lyric_rows else ""
    )
    return (
        f"{table(head, figure_rows(expected, expected.intervals))}\n\n"
        f"Derived from the training data alone: {expected.parts} parts were left out in turn, each "
        "as unlike the rest of its genre as the data allow, and every track of a part was "
        f"classified{paired}. Every genre counts the same. The temperature and the mark "
        "`uncertain` were fitted on these predictions. The API returns these figures as "
        "`model { accuracy macroF1 logLoss expected { accuracy low high } }`."
    )


def _measured(manifest: Manifest, found: Independent) -> str:
    rows = [
        ("Accuracy", f"{found.accuracy:.3f} ({found.low:.2f} to {found.high:.2f})"),
        ("Macro-F1", f"{found.macro_f1:.3f}"),
        ("Log loss (nats)", f"{found.log_loss:.3f}"),
        ("Expected calibration error", f"{found.ece:.3f}"),
    ]
    note = (
        ""
        if found.model_version == manifest.version
        else f" Model `{found.model_version}` differs from this one only by its temperature. Both "
        "predict the same genres, so accuracy and macro-F1 hold for this model too; its log loss "
        "and calibration error were not measured there."
    )
    head = (f"Model {found.model_version} on {found.tracks} songs of other artists", "Measured")
    return (
        f"**External measurement** ({found.source}, {found.date:%Y-%m-%d}):\n\n"
        f"{table(head, rows)}\n\nNothing was fitted on these songs.{note}"
    )


def _by_genre(expected: Expected) -> str:
    rows = [
        (row.genre, f"{row.precision:.2f}", f"{row.recall:.2f}", f"{row.f1:.2f}")
        for row in expected.genres
    ]
    rendered = table(("Genre, new artists", "Precision", "Recall", "F1"), rows)
    return f"The same by genre, which is rougher still:\n\n{rendered}"
