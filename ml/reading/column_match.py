"""Find our columns in the header of a file, whatever the case and separators of its names.

A column is found, in this order, by the caller's mapping, by its exact name, or by a name that
differs only in case and separators or is a synonym.
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ml.basis import MAX_GAPS
from ml.columns import ID_COLUMN, REQUIRED_COLUMNS, SOUND_COLUMNS, TAGS_COLUMN, TITLE_COLUMN
from ml.detected import MappedColumn
from ml.errors import ColumnMappingError
from ml.reading.synonyms import SYNONYMS

_SHOWN_HEADERS = 20


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """Which header each of our columns has.

    Attributes
    ----------
    positions : mapping of str to int
        Index into `header` by column, in the order of `REQUIRED_COLUMNS`.
    ambiguous : mapping of str to sequence of str
        Headers that could each be the same column; none of them is taken.
    """

    header: Sequence[str]
    positions: Mapping[str, int]
    ambiguous: Mapping[str, Sequence[str]]

    @property
    def columns(self) -> dict[str, str]:
        """The header by column."""
        return {column: self.header[index] for column, index in self.positions.items()}

    @property
    def missing(self) -> list[str]:
        """Columns that no header matches."""
        return [
            column
            for column in REQUIRED_COLUMNS
            if column not in self.positions and column not in self.ambiguous
        ]

    def needed(self, *, allow_missing: bool) -> list[str]:
        """Return the missing columns without which the file cannot be read.

        With `allow_missing` the id is needed, and enough of words or of sound.
        """
        missing = self.missing
        if not allow_missing:
            return missing
        has_words = not {TITLE_COLUMN, TAGS_COLUMN}.issubset(missing)
        has_sound = len(set(SOUND_COLUMNS).intersection(missing)) <= MAX_GAPS
        if has_words or has_sound:
            return [ID_COLUMN] if ID_COLUMN in missing else []
        return missing

    @property
    def ignored(self) -> list[str]:
        """Headers that are none of our columns."""
        taken = set(self.positions.values())
        unclear = {name for names in self.ambiguous.values() for name in names}
        return [
            name
            for index, name in enumerate(self.header)
            if index not in taken and name not in unclear
        ]

    @property
    def is_exact(self) -> bool:
        """Whether every column is there under its own name."""
        return all(self.columns.get(column) == column for column in REQUIRED_COLUMNS)

    def renamed(self) -> list[str]:
        """Return our name of each header, "" for those that are ignored."""
        names = [""] * len(self.header)
        for column, index in self.positions.items():
            names[index] = column
        return names


def match_columns(header: Sequence[str], mapping: Mapping[str, str]) -> ColumnMatch:
    """Match the names of a header.

    Parameters
    ----------
    header : sequence of str
        Names as the file has them, without surrounding spaces.
    mapping : mapping of str to str
        The header of some of our columns, as the caller says.

    Raises
    ------
    ColumnMappingError
        The mapping names an unknown column, or a header that is not there, there twice or given to
        two columns.
    """
    positions = _mapped(header, mapping)
    free = [index for index in range(len(header)) if index not in positions.values()]
    candidates: dict[str, list[int]] = {}
    for index in free:
        column = _COLUMN_OF.get(normalise_name(header[index]))
        if column is not None and column not in positions:
            candidates.setdefault(column, []).append(index)
    ambiguous = {}
    for column, indices in candidates.items():
        exact = [index for index in indices if header[index] == column]
        chosen = exact or indices
        if len(chosen) == 1:
            positions[column] = chosen[0]
        else:
            ambiguous[column] = [header[index] for index in chosen]
    ordered = {column: positions[column] for column in REQUIRED_COLUMNS if column in positions}
    return ColumnMatch(header, ordered, ambiguous)


def mapped_columns(match: ColumnMatch) -> tuple[MappedColumn, ...]:
    """Return which header each column has, as it is reported."""
    return tuple(MappedColumn(column, header) for column, header in match.columns.items())


def normalise_name(name: str) -> str:
    """Return a name without case and separators."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum())


def check_mapping(mapping: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return pairs of column and header as a mapping.

    Raises
    ------
    ColumnMappingError
        A column is unknown, or a column or a header occurs twice.
    """
    for column, _ in mapping:
        if column not in REQUIRED_COLUMNS:
            raise ColumnMappingError(
                f'There is no column "{column[:_SHOWN_CHARS]}"; allowed are '
                f"{', '.join(REQUIRED_COLUMNS[:9])} and vect_1 to vect_148."
            )
    for kind, names in (("column", [c for c, _ in mapping]), ("header", [h for _, h in mapping])):
        name, count = Counter(names).most_common(1)[0] if names else ("", 0)
        if count > 1:
            raise ColumnMappingError(
                f'The {kind} "{name[:_SHOWN_CHARS]}" is mapped {count} times; once is allowed.'
            )
    return dict(mapping)


def _mapped(header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    check_mapping(list(mapping.items()))
    counts = Counter(header)
    for column, name in mapping.items():
        if counts[name] != 1:
            found = "more than once" if counts[name] else "not"
            raise ColumnMappingError(
                f'The header "{name[:_SHOWN_CHARS]}", which {column} is mapped to, is {found} in '
                f"the file, whose header is: {_name_some(header)}."
            )
    return {column: header.index(name) for column, name in mapping.items()}


def _name_some(header: Sequence[str]) -> str:
    named = ", ".join(name[:_SHOWN_CHARS] for name in header[:_SHOWN_HEADERS])
    more = len(header) - _SHOWN_HEADERS
    return f"{named} and {more} more" if more > 0 else named


_SHOWN_CHARS = 80
_COLUMN_OF = {
    **{normalise_name(name): column for column, names in SYNONYMS.items() for name in names},
    **{normalise_name(column): column for column in REQUIRED_COLUMNS},
}
