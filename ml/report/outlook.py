"""How accurate the predictions of a file should be, judged by their confidence."""

from dataclasses import dataclass

import numpy as np

from ml.report.findings import CONFIDENCE_BINS, Counts
from ml.store.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Outlook:
    """The accuracy to expect of a file, with a 95 % interval, and its mean confidence.

    It holds if the file differs from the training data no more than other artists do.
    """

    accuracy: float
    low: float
    high: float
    confidence: float


def expect_accuracy(manifest: Manifest, confidence: Counts) -> Outlook | None:
    """Weigh the accuracy that the card found at each confidence by how often that occurs.

    The interval is as wide as the card's; it covers the model, not the luck of a small file. None
    without tracks or without such figures.
    """
    bins = (manifest.expected or manifest.validation).calibration
    total = int(confidence.sum())
    if not total or not bins:
        return None
    centres = (np.arange(CONFIDENCE_BINS) + 0.5) / CONFIDENCE_BINS
    ordered = sorted(bins, key=lambda one: one.confidence)
    right = np.interp(centres, [b.confidence for b in ordered], [b.accuracy for b in ordered])
    weight = confidence / total
    accuracy = float(weight @ right)
    card = manifest.headline.accuracy
    low, high = manifest.headline_intervals.get("accuracy", (card, card))
    return Outlook(
        accuracy,
        max(0.0, accuracy + low - card),
        min(1.0, accuracy + high - card),
        float(weight @ centres),
    )
