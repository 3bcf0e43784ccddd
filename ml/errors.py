"""Errors in files of tracks, in models and in training data."""

from collections.abc import Sequence


class GenreMlError(Exception):
    """Base of the errors that this package raises on purpose; `code` is part of the API."""

    code = "INTERNAL"


class CsvError(GenreMlError):
    """The file cannot be read as tracks at all."""

    code = "INVALID_CSV"

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        missing_columns: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.line = line
        self.missing_columns = tuple(missing_columns)


class EmptyCsvError(CsvError):
    """The file is empty, or has a header and no rows."""

    code = "EMPTY_CSV"


class UnsupportedFileTypeError(CsvError):
    """The file is not CSV text."""

    code = "UNSUPPORTED_FILE_TYPE"


class ContentTooLargeError(CsvError):
    """A compressed file has more content than is allowed."""

    code = "UPLOAD_TOO_LARGE"


class ColumnMappingError(CsvError):
    """The caller's mapping of columns does not fit the columns, or the header of the file."""

    code = "BAD_USER_INPUT"


class TrackInputError(GenreMlError):
    """A track given in a request, not in a file, has a missing or wrong value.

    `index` counts the tracks of the request from 0; `found` says what is wrong with `column`.
    """

    code = "BAD_USER_INPUT"

    def __init__(self, index: int, column: str, found: str) -> None:
        super().__init__(f"Track {index}: {column} {found}.")
        self.index = index
        self.column = column
        self.found = found


class ExplanationError(GenreMlError):
    """A prediction can no longer be explained."""

    code = "NOT_FOUND"


class ArtefactError(GenreMlError):
    """A model is incomplete, was changed, or cannot be read by this release."""


class UnknownModelError(ArtefactError):
    """No model with this version is on this disk."""

    code = "NOT_FOUND"

    def __init__(self, version: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no model {version[:64]!r} here; available: {_name_some(known)}."
        )
        self.known = tuple(known)


class ArtefactMismatchError(ArtefactError):
    """A file of the model is not the one that the manifest describes."""

    def __init__(self, *, file: str, expected: str, found: str) -> None:
        super().__init__(f"Model file {file}: expected {expected}, found {found}.")
        self.file = file
        self.expected = expected
        self.found = found


class TrainingDataError(GenreMlError):
    """The labelled files cannot be used for training."""


class UnknownGenreError(GenreMlError):
    """The model does not know this genre."""

    code = "UNKNOWN_GENRE"

    def __init__(self, genre: str, known: Sequence[str]) -> None:
        super().__init__(f'The model does not know the genre "{genre}", only: {_name_some(known)}.')
        self.genre = genre
        self.known = tuple(known)


def _name_some(names: Sequence[str], shown: int = 20) -> str:
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more:,} more" if more > 0 else "")
