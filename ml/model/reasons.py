"""Sum up the reasons for a genre in words: what the features measure, not what they are called.

The source of the data does not document the 148 `vect_*`. Their groups were found by correlation,
and no direction of them has a name, so the words never claim one: only of loudness and length do
they say whether there is more of it than in most training tracks, if the model knows that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from ml.model.explanation import Contribution

Spell = Callable[[Sequence[str]], Sequence[str]]
WORD_PREFIX = "word="
ANSWER_PREFIX = "answer="
_WORDS_NAMED = 3
_LEAST_SHARE = 0.1
"""Of the evidence on one side: a group with less is not mentioned."""
_MOST = 0.6
"""Above this rank, a track has more than most."""


class Measure(Enum):
    """What a group of features measures: its name, its description, and how a sentence names it."""

    WORDS = ("Words", "words of the lyrics and the title", "words")
    LOUDNESS = ("Loudness", "how loud the recording is on average", "loudness")
    TEMPO = ("Tempo and beat", "beats per minute and beats per bar", "tempo and beat")
    KEY = ("Key", "pitch class, and major or minor", "key")
    LENGTH = ("Length", "how long the track is", "length")
    TIMBRE = ("Timbre", "the colour of the sound: vect_1 to vect_24", "timbre")
    SPECTRUM = (
        "Spectral shape",
        "how energy spreads over frequencies, as in MFCC: vect_29 to vect_41 and vect_60 to "
        "vect_72",
        "spectral shape",
    )
    SOUND = (
        "Harmony and energy",
        "chroma and spectral energies: all other vect_*",
        "harmony and energy",
    )
    ANSWERS = ("Answers", "tracks that people answered and that resemble it", "similar answers")
    OTHER = ("Other features", "columns that this release does not know", "other features")

    def __init__(self, title: str, meaning: str, noun: str) -> None:
        self.title = title
        self.meaning = meaning
        self.noun = noun


_COLUMNS = {
    "loudness": Measure.LOUDNESS,
    "tempo": Measure.TEMPO,
    "time_signature": Measure.TEMPO,
    "key": Measure.KEY,
    "mode": Measure.KEY,
    "duration": Measure.LENGTH,
    **{f"vect_{number}": Measure.SOUND for number in range(1, 149)},
    **{f"vect_{number}": Measure.TIMBRE for number in range(1, 25)},
    **{f"vect_{n}": Measure.SPECTRUM for n in (*range(29, 42), *range(60, 73))},
}
_COMPARED = {Measure.LOUDNESS: ("quieter", "louder"), Measure.LENGTH: ("shorter", "longer")}


@dataclass(frozen=True, slots=True)
class Reason:
    """The features that measure the same thing.

    Attributes
    ----------
    measure : Measure
    contribution : float
        Sum over `features`, in nats; above 0 is evidence for the genre.
    features : tuple of Contribution
        Largest first, whatever the sign.
    """

    measure: Measure
    contribution: float
    features: tuple[Contribution, ...]

    @property
    def words(self) -> list[str]:
        """The words on the same side as the whole group, strongest first."""
        return [
            one.feature.removeprefix(WORD_PREFIX)
            for one in self.features
            if one.feature.startswith(WORD_PREFIX) and one.contribution * self.contribution > 0
        ]


def measure_of(feature: str) -> Measure:
    """Return what a feature measures."""
    if feature.startswith(WORD_PREFIX):
        return Measure.WORDS
    if feature.startswith(ANSWER_PREFIX):
        return Measure.ANSWERS
    return _COLUMNS.get(feature, Measure.OTHER)


def group_reasons(contributions: Sequence[Contribution]) -> list[Reason]:
    """Group contributions, which are sorted, by what they measure; strongest group first."""
    groups: dict[Measure, list[Contribution]] = {}
    for one in contributions:
        groups.setdefault(measure_of(one.feature), []).append(one)
    reasons = [
        Reason(measure, sum(one.contribution for one in found), tuple(found))
        for measure, found in groups.items()
    ]
    return sorted(reasons, key=lambda reason: -abs(reason.contribution))


def summarise(genre: str, reasons: Sequence[Reason], *, spell: Spell = list) -> str:
    """Say in a sentence or two what speaks for a genre and what against it.

    `spell` turns words in their normal form into those that people write.
    """
    sides = (
        (f"For {genre}", [reason for reason in reasons if reason.contribution > 0]),
        ("Against it", [reason for reason in reasons if reason.contribution < 0]),
    )
    return " ".join(f"{start}: {_name(side, spell)}." for start, side in sides if side)


def _name(side: Sequence[Reason], spell: Spell) -> str:
    total = sum(abs(reason.contribution) for reason in side)
    named = [reason for reason in side if abs(reason.contribution) >= _LEAST_SHARE * total]
    sounds = [_phrase(reason) for reason in named if reason.measure is not Measure.WORDS]
    words = next((reason.words for reason in named if reason.measure is Measure.WORDS), [])
    parts = [", ".join(sounds)] if sounds else []
    if words:
        parts.append(f"words: {', '.join(spell(words[:_WORDS_NAMED]))}")
    return "; ".join(parts)


def _phrase(reason: Reason) -> str:
    """Compare loudness and length with the training tracks; only name anything else."""
    if reason.measure in _COMPARED:
        less, more = _COMPARED[reason.measure]
        rank = reason.features[0].rank
        if rank is not None and rank >= _MOST:
            return f"{more} than most tracks"
        if rank is not None and rank <= 1 - _MOST:
            return f"{less} than most tracks"
    return reason.measure.noun
