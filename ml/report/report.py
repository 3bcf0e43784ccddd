"""Everything that a report says, as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from ml.report.drift import GroupDrift, measure_drift
from ml.report.findings import Findings
from ml.report.map import TrackMap, draw_map
from ml.report.outlook import Outlook, expect_accuracy
from ml.report.words import WordCoverage, cover_words
from ml.store.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Report:
    """What is known about a file of tracks and the predictions for them.

    `drift` is empty if the model does not say what its training tracks were like, `words` is None
    if it knows no words; neither is there without tracks.
    """

    name: str
    manifest: Manifest
    findings: Findings
    drift: Sequence[GroupDrift]
    words: WordCoverage | None
    outlook: Outlook | None
    map: TrackMap | None


def make_report(
    name: str, manifest: Manifest, feature_names: Sequence[str], findings: Findings
) -> Report:
    """Work out what the counts and the sample say; takes about a second."""
    sample, profile = findings.sample, manifest.training_profile
    return Report(
        name=name,
        manifest=manifest,
        findings=findings,
        drift=measure_drift(profile, sample.tracks.numbers) if sample and profile else [],
        words=None if sample is None else cover_words(sample.tracks, feature_names),
        outlook=expect_accuracy(manifest, findings.confidence),
        map=None if sample is None else draw_map(sample),
    )
