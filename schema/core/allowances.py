"""How much of what is expensive one request may ask for."""

from dataclasses import dataclass

from schema.core.errors import ErrorCode, coded_error

MAX_LISTED_TRACKS = 20_000
LEAST_LISTED_TRACKS = 200
MAX_DELETIONS = 5
MAX_TRACKS = 100
"""For which a request may ask what the model has to be asked for."""
MAX_COMPARISONS = 2
"""Each classifies up to 4,000 tracks."""
MAX_BASES = 1_000
"""For which a request may ask what they were classified by, which is read from their features."""


@dataclass(slots=True)
class TrackLimit:
    """For how many more tracks a request may ask for a field that needs the model."""

    field: str
    limit: int = MAX_TRACKS
    taken: int = 0

    def take(self) -> None:
        """Count one track; raise BAD_USER_INPUT over the limit."""
        self.taken += 1
        if self.taken > self.limit:
            message = f"A request may ask for `{self.field}` of at most {self.limit:,} tracks."
            raise coded_error(message, ErrorCode.BAD_USER_INPUT, field=self.field)


@dataclass(slots=True)
class DeletionLimit:
    """For how many more batches a request may ask what deleting them would do."""

    left: int = MAX_DELETIONS

    def take(self) -> None:
        """Count one batch; raise BAD_USER_INPUT over the limit."""
        self.left -= 1
        if self.left < 0:
            message = f"A request may ask for `deletion` of at most {MAX_DELETIONS} batches."
            raise coded_error(message, ErrorCode.BAD_USER_INPUT, field="deletion")


@dataclass(slots=True)
class ComparisonLimit:
    """How many more comparisons of models a request may ask for."""

    left: int = MAX_COMPARISONS

    def take(self) -> None:
        """Count a comparison; raise BAD_USER_INPUT over the limit."""
        self.left -= 1
        if self.left < 0:
            message = f"A request may ask for `modelChanges` at most {MAX_COMPARISONS} times."
            raise coded_error(message, ErrorCode.BAD_USER_INPUT, field="modelChanges")


@dataclass(slots=True)
class TrackListLimit:
    """How many more rows a request may list below batches, of which it may list many."""

    left: int = MAX_LISTED_TRACKS

    def take(self, rows: int) -> None:
        """Count a list of up to `rows` tracks; raise BAD_USER_INPUT over the limit."""
        self.left -= max(rows, LEAST_LISTED_TRACKS)
        if self.left < 0:
            message = (
                f"A request may list at most {MAX_LISTED_TRACKS:,} tracks of batches; each list "
                f"counts as its first or last, but at least as {LEAST_LISTED_TRACKS}."
            )
            raise coded_error(message, ErrorCode.BAD_USER_INPUT, field="tracks")
