"""Terminal tables of models."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from db.learned_models import LearnedModelSummary
from db.records import ModelChoice
from ml.store.manifest import AdaptationFigures, Manifest
from ml.store.registry import RegisteredModel

SHOWN_FEATURES = 10


def model_table(models: Sequence[RegisteredModel], current: str) -> Table:
    """Return a row per model on this disk, with a mark at the one in use."""
    table = Table(title="Models", title_justify="left")
    for name in ("", "Version", "Trained", "Tracks", "Genres", "Accuracy", "F1"):
        table.add_column(name, no_wrap=True)  # a truncated version cannot be copied
    table.add_column("Note")
    for found in models:
        mark = "[green]→[/]" if found.version == current else ""
        table.add_row(mark, escape(found.version), *_facts(found), escape(_note(found)))
    return table


def learned_table(models: Sequence[LearnedModelSummary], current: str) -> Table:
    """Return a row per model learned from corrections, newest first."""
    table = Table(title="Learned from corrections, newest first", title_justify="left")
    for name in ("", "Version", "On top of", "Learned", "Answers", "Expected"):
        table.add_column(name, no_wrap=True)
    for found in models:
        figures = AdaptationFigures.model_validate(found.manifest["adaptation"])
        expected = figures.accuracy_after
        table.add_row(
            "[green]→[/]" if found.version == current else "",
            escape(found.version),
            escape(found.parent_version),
            f"{found.created_at:%Y-%m-%d %H:%M}",
            f"{figures.answers:,}",
            "" if expected is None else f"{expected:.3f}",
        )
    return table


def choice_table(choices: Sequence[ModelChoice]) -> Table:
    """Return previous choices, newest first."""
    table = Table(title="Choices, newest first", title_justify="left")
    for name in ("When", "Version", "By"):
        table.add_column(name)
    for choice in choices:
        version = f"{choice.version} (shipped)" if choice.is_shipped else choice.version
        when = f"{choice.chosen_at:%Y-%m-%d %H:%M:%S %Z}"
        table.add_row(when, escape(version), escape(choice.chosen_by))
    return table


def manifest_table(manifest: Manifest) -> Table:
    """Return a manifest, one line per fact."""
    table = Table(
        title=f"Model {escape(manifest.version)}", title_justify="left", show_header=False
    )
    table.add_column(style="bold")
    table.add_column()
    metrics, (low, high) = manifest.headline, manifest.headline_intervals["accuracy"]
    where = "on new artists" if manifest.expected else "on held-out tracks"
    by_group = manifest.metrics
    facts = {
        "Kind": manifest.kind,
        "Trained": f"{manifest.trained_at:%Y-%m-%d %H:%M %Z} on {manifest.training_rows:,} tracks",
        "Genres": ", ".join(manifest.genres),
        "Features": f"{len(manifest.feature_names):,}",
        "Expected accuracy": f"{metrics.accuracy:.2f} ({low:.2f} to {high:.2f}) {where}",
        "Macro-F1": f"{metrics.macro_f1:.3f}",
        "Log loss": f"{metrics.log_loss:.3f}",
        "Calibration error": f"{metrics.ece:.3f}",
        "Measured elsewhere": _measured(manifest),
        "By group": f"accuracy {by_group.accuracy:.3f}, macro-F1 {by_group.macro_f1:.3f}, "
        f"log loss {by_group.log_loss:.3f}, calibration error {by_group.ece:.3f}",
        "Top features": ", ".join(_top_features(manifest)),
        "Trained with": ", ".join(f"{k} {v}" for k, v in manifest.library_versions.items()),
    }
    for name, fact in facts.items():
        table.add_row(name, escape(fact))
    return table


def _facts(found: RegisteredModel) -> tuple[str, ...]:
    manifest = found.manifest
    if manifest is None:
        return ("",) * 5
    return (
        f"{manifest.trained_at:%Y-%m-%d}",
        f"{manifest.training_rows:,}",
        str(len(manifest.genres)),
        f"{manifest.headline.accuracy:.3f}",
        f"{manifest.headline.macro_f1:.3f}",
    )


def _measured(manifest: Manifest) -> str:
    found = manifest.independent
    if found is None:
        return "no"
    return (
        f"accuracy {found.accuracy:.3f} ({found.low:.2f} to {found.high:.2f}) on {found.tracks} "
        f"songs of other artists, {found.date:%Y-%m-%d}"
    )


def _note(found: RegisteredModel) -> str:
    if found.problem:
        return f"broken: {found.problem}"
    return "shipped" if found.is_shipped else ""


def _top_features(manifest: Manifest) -> list[str]:
    pairs = zip(manifest.feature_names, manifest.feature_gains, strict=True)
    return [name for name, _ in sorted(pairs, key=lambda pair: -pair[1])[:SHOWN_FEATURES]]
