"""The columns of a track and what each may hold.

The CSV reader, the GraphQL input, the export, the sample and training all take them from here.
"""

from dataclasses import dataclass

ID_COLUMN = "trackID"
TITLE_COLUMN = "title"
TAGS_COLUMN = "tags"
METADATA_COLUMNS = ("loudness", "tempo", "time_signature", "key", "mode", "duration")
AUDIO_COLUMNS = tuple(f"vect_{number}" for number in range(1, 149))
NUMBER_COLUMNS = METADATA_COLUMNS + AUDIO_COLUMNS
SOUND_COLUMNS = (
    "loudness",
    "duration",
    *(f"vect_{number}" for number in (*range(1, 25), *range(29, 42), *range(60, 73))),
)
"""Those that tell genres apart across artists: level, length, timbre and MFCCs."""
REQUIRED_COLUMNS = (ID_COLUMN, TITLE_COLUMN, TAGS_COLUMN, *NUMBER_COLUMNS)

MAX_TRACK_ID = 2**63 - 1
MAX_TITLE_CHARS = 500
"""A title is in a btree index, whose entries Postgres limits to about 2,700 bytes."""


@dataclass(frozen=True, slots=True)
class NumberRule:
    """The numbers allowed in a column; bounds are inclusive, None is no bound."""

    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False

    @property
    def expectation(self) -> str:
        """The rule in words, for a message such as `tempo is "fast"; it must be ...`."""
        kind = "a whole number" if self.whole else "a finite number"
        match (self.minimum, self.maximum):
            case (None, None):
                return kind
            case (minimum, None):
                return f"{kind}, {minimum:g} or more"
            case (None, maximum):
                return f"{kind}, at most {maximum:g}"
            case (minimum, maximum):
                return f"{kind} from {minimum:g} to {maximum:g}"


TRACK_ID_RULE = NumberRule(minimum=0, whole=True)
ANY_NUMBER = NumberRule()
NUMBER_RULES: dict[str, NumberRule] = {
    "tempo": NumberRule(minimum=0),
    "time_signature": NumberRule(minimum=0, maximum=7, whole=True),
    "key": NumberRule(minimum=0, maximum=11, whole=True),
    "mode": NumberRule(minimum=0, maximum=1, whole=True),
    "duration": NumberRule(minimum=0),
}
"""Columns with bounds: beats per minute, beats per bar, pitch class, minor or major, seconds.

Any other number (loudness in dB, the audio features) only has to be finite.
"""


def rule_of(column: str) -> NumberRule:
    """Return the rule for the numbers of a column."""
    return TRACK_ID_RULE if column == ID_COLUMN else NUMBER_RULES.get(column, ANY_NUMBER)
