"""Render the model card from the manifest, the only source of its figures."""

from ml.store.adapted_card import render_adapted_card
from ml.store.card_figures import comparison_row, expectation, figure_rows
from ml.store.kinds import find_kind
from ml.store.manifest import Manifest
from ml.store.markdown import table

_SHOWN_FEATURES = 20
PICTURES = {
    "confusion.png": "Confusion matrix: true genres in rows",
    "calibration.png": "Calibration: how often predictions of each confidence are right",
    "learning.png": "Learning curve: accuracy by number of labelled tracks",
    "features.png": "Features with the largest share in the decisions",
}
"""The pictures of the card by file name, and what they show."""


def render_card(manifest: Manifest, notes: str = "", pictures: str = "") -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    manifest : Manifest
    notes : str
        What no figure shows: limits of the data, intended use. Placed after the summary.
    pictures : str
        Folder of `PICTURES` relative to the card; "" leaves them out.
    """
    if manifest.adaptation is not None:
        return render_adapted_card(manifest, manifest.adaptation)
    parts = [
        _summary(manifest),
        expectation(manifest),
        notes.strip(),
        _method(manifest),
        _metrics(manifest),
        _candidates(manifest),
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
    low, high = manifest.headline_intervals["accuracy"]
    whom = "On artists that it has not heard" if manifest.expected else "On held-out groups"
    return (
        f"# Model {manifest.version}\n\n"
        f"Sorts tracks into {len(manifest.genres)} genres. Trained on {_training_rows(manifest)}. "
        f"{whom}, expect **{manifest.headline.accuracy:.2f}** of its predictions to be right "
        f"(95 % interval {low:.2f} to {high:.2f}). A prediction with a confidence below "
        f"**{manifest.uncertain_below:.2f}** is as likely wrong as right, and marked `uncertain`."
    )


def _training_rows(manifest: Manifest) -> str:
    lyrics = f" and {manifest.lyric_rows:,} rows of words" if manifest.lyric_rows else ""
    return f"{manifest.training_rows:,} labelled tracks{lyrics}"


def _method(manifest: Manifest) -> str:
    validation = manifest.validation
    return (
        "## How it decides and how it was validated\n\n"
        f"{find_kind(manifest.kind).describe(manifest)}\n\n"
        f"Validation: the tracks are divided into {validation.groups} groups that may share an "
        f"artist, and whole groups into {validation.folds} folds, {validation.repeats} times in "
        "different ways. Each fold is predicted by a model that was fitted on the others in every "
        f"respect. The counts below cover {_total(manifest):,} predictions, "
        f"{validation.repeats} for each track."
    )


def _total(manifest: Manifest) -> int:
    return sum(map(sum, manifest.metrics.confusion_matrix))


def _metrics(manifest: Manifest) -> str:
    rows = figure_rows(manifest.metrics, manifest.validation.intervals)
    own = table(("Metric on held-out groups", "Value", "95 % interval"), rows)
    head = ("For comparison", "Accuracy", "Macro-F1", "Log loss")
    others = [comparison_row(other) for other in manifest.validation.comparisons]
    compared = f"\n\n{table(head, others)}" if others else ""
    return (
        f"## Figures by group\n\n{own}\n\nThe intervals are a bootstrap over groups within "
        "genres. The API returns these figures as `model { byGroup { accuracy macroF1 logLoss } }`."
        f"{compared}"
    )


def _candidates(manifest: Manifest) -> str:
    tried = manifest.validation.candidates
    if not tried:
        return ""
    head = ("Kind", "Accuracy", "Macro-F1", "Log loss")
    return (
        "## Kinds that were tried\n\nOn the same held-out groups, once; each with the temperature "
        f"that it found by group. The one with the least log loss, `{manifest.kind}`, was kept."
        f"\n\n{table(head, [comparison_row(found) for found in tried])}"
    )


def _genres(manifest: Manifest) -> str:
    rows = [
        (row.genre, f"{count:,}", f"{row.precision:.2f}", f"{row.recall:.2f}", f"{row.f1:.2f}")
        for row, count in zip(manifest.validation.genres, manifest.genre_rows, strict=True)
    ]
    rendered = table(("Genre", "Labelled tracks", "Precision", "Recall", "F1"), rows)
    return f"## By genre, on held-out groups\n\n{rendered}"


def _confusion(manifest: Manifest) -> str:
    rows = [
        (genre, *map(str, counts))
        for genre, counts in zip(manifest.genres, manifest.metrics.confusion_matrix, strict=True)
    ]
    rendered = table(("True genre, predicted:", *manifest.genres), rows)
    return f"## Confusion matrix, on held-out groups\n\n{rendered}"


def _calibration(manifest: Manifest) -> str:
    bins = (manifest.expected or manifest.validation).calibration
    where = "new artists" if manifest.expected else "held-out groups"
    rows = [(f"{row.confidence:.2f}", f"{row.accuracy:.2f}", f"{row.share:.0%}") for row in bins]
    rendered = table(("Mean confidence", "Right", "Share of predictions"), rows)
    note = (
        "\n\nThe temperature is fitted for new artists: on held-out groups, where more is right, "
        "confidence is too low."
        if manifest.expected
        else ""
    )
    return f"## Calibration on {where}\n\n{rendered}{note}"


def _learning(manifest: Manifest) -> str:
    rows = [
        (f"{point.tracks:,}", f"{point.accuracy:.3f}", f"{point.log_loss:.3f}")
        for point in manifest.validation.learning_curve
    ]
    rendered = table(("Labelled tracks", "Accuracy", "Log loss"), rows)
    if not rows:
        return ""
    return (
        "## Learning curve\n\nThe labelled tracks are a random sample; all rows of words are "
        f"used each time.\n\n{rendered}"
    )


def _features(manifest: Manifest) -> str:
    pairs = zip(manifest.feature_names, manifest.feature_gains, strict=True)
    ranked = sorted(pairs, key=lambda pair: -pair[1])[:_SHOWN_FEATURES]
    rows = [(name, f"{share:.2%}") for name, share in ranked]
    rendered = table(("Feature", "Share in the decisions"), rows)
    words = sum(
        share
        for name, share in zip(manifest.feature_names, manifest.feature_gains, strict=True)
        if name.startswith("word=")
    )
    return (
        "## Features\n\nThe share of a feature is the mean size of its contribution to the "
        f"log-odds of the predicted genre. All words together have {words:.0%}.\n\n{rendered}"
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
        f"{table(('Data', 'sha256'), data)}\n\n{table(('Parameter', 'Value'), parameters)}"
    )
