"""Render the card of a model learnt from answers: what it learnt from, and what to expect of it."""

from ml.store.adapted import describe_adapted
from ml.store.manifest import AdaptationFigures, Manifest
from ml.store.markdown import table

_FEW = "There are too few answers for an estimate; it takes 20."


def render_adapted_card(manifest: Manifest, figures: AdaptationFigures) -> str:
    """Return the card as Markdown."""
    parts = [
        f"# Model {manifest.version}",
        f"Learnt from {figures.answers:,} answers on top of model `{manifest.parent_version}`. "
        f"{_expectation(figures)}",
        f"## How it decides\n\n{describe_adapted(manifest)}",
        f"## What to expect\n\n{_estimates(figures)}",
        f"## Answers by genre\n\n{_answers(figures)}",
        f"## Origin\n\nLearnt {manifest.trained_at:%Y-%m-%d %H:%M} UTC from answers up to "
        f"{figures.learnt_until:%Y-%m-%d %H:%M} UTC."
        if figures.learnt_until
        else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _expectation(figures: AdaptationFigures) -> str:
    if figures.accuracy_after is None or figures.interval is None:
        return _FEW
    low, high = figures.interval
    return (
        f"On the tracks of the catalogue that were not answered, expect "
        f"**{figures.accuracy_after:.2f}** of its predictions to be right "
        f"(95 % interval {low:.2f} to {high:.2f})."
    )


def _estimates(figures: AdaptationFigures) -> str:
    rows = [
        ("Unanswered tracks", f"{figures.catalogue_tracks:,}"),
        ("of which get another genre", f"{figures.changed_tracks:,}"),
    ]
    if figures.accuracy_before is not None and figures.accuracy_after is not None:
        rows += [
            ("Expected accuracy of the parent", f"{figures.accuracy_before:.3f}"),
            ("Expected accuracy of this model", f"{figures.accuracy_after:.3f}"),
        ]
    if figures.next_ten_gain is not None:
        rows.append(("Gain from ten more answers", f"{100 * figures.next_ten_gain:+.1f} points"))
    note = (
        "Nobody knows the genres of the unanswered tracks: these are estimates, the mean "
        "confidence after calibration on the answers, and hold for tracks like these."
    )
    return f"{table(('Estimate', 'Value'), rows)}\n\n{note}"


def _answers(figures: AdaptationFigures) -> str:
    ranked = sorted(figures.answers_by_genre.items(), key=lambda pair: (-pair[1], pair[0]))
    return table(("Genre", "Answers"), [(genre, f"{count:,}") for genre, count in ranked])
