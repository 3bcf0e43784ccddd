"""Score tracks that lack words, sound or single numbers, by the experts for what there is.

The trees need every number, so they are left out; a missing number is the median. Each case has a
temperature of its own, because the experts are not equally sure of themselves when they are alone.
The factors were fitted like the temperature of whole tracks, on strangers made of the training
tracks (`python -m benchmarks.missing_values`, docs/adr/0032-missing-values.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.basis import BOTH, SOUND, WORDS
from ml.model.experts.audio_expert import AudioExpert
from ml.model.experts.features import ExpertFeatures
from ml.track import FloatMatrix


@dataclass(frozen=True, slots=True)
class Case:
    """What is scored of a kind of partial track, and its temperature relative to whole tracks."""

    words: bool
    sound: bool
    factor: float


CASES = {
    WORDS: Case(words=True, sound=False, factor=1.24),
    SOUND: Case(words=False, sound=True, factor=1.10),
    BOTH: Case(words=True, sound=True, factor=1.05),
}


def partial_rows(features: ExpertFeatures) -> npt.NDArray[np.bool_]:
    """Tell which tracks lack words, sound or any number."""
    if features.basis is None:
        return np.zeros(len(features), dtype=np.bool_)
    return np.asarray((features.basis != BOTH) | np.isnan(features.numbers).any(axis=1))


def fill_gaps(audio: Sequence[AudioExpert], numbers: FloatMatrix) -> FloatMatrix:
    """Return numbers with medians for the missing ones that the audio experts need."""
    filled = numbers.copy()
    for expert in audio:
        expert.fill(filled)
    return filled
