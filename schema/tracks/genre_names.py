"""Which genres a correction may name, and how a new one is taught."""

import unicodedata
from collections.abc import Iterable

from graphql import GraphQLError

from schema.core.context import Info
from schema.core.errors import ErrorCode, coded_error

MAX_GENRE_CHARS = 100
MAX_GENRES = 200
_REFUSED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode categories of characters that nobody sees, or that break a line."""


class GenreNames:
    """The genres known so far: those of the model and those that corrections have taught."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = set(known)
        self._folded = {_fold(name): name for name in self._known}

    def read(self, genre: str, where: str, *, is_new: bool, **place: object) -> str:
        """Return the name to store; raise an error that says `where` if there is none.

        With `is_new`, a name that is not known is trimmed, checked, and known from then on.
        """
        if genre in self._known:
            return genre
        if not is_new:
            raise self._unknown(genre, where, place)
        name = unicodedata.normalize("NFC", genre.strip())
        problem = self._problem(name)
        if problem:
            raise coded_error(f"{where} {problem}", ErrorCode.BAD_USER_INPUT, **place)
        self._known.add(name)
        self._folded[_fold(name)] = name
        return name

    def _unknown(self, genre: str, where: str, place: dict[str, object]) -> GraphQLError:
        known = sorted(self._known)
        return coded_error(
            f'{where}: "{genre[:100]}" is not a known genre. Known genres: {", ".join(known)}. '
            "Set newGenre to teach a new one.",
            ErrorCode.UNKNOWN_GENRE,
            knownGenres=known,
            **place,
        )

    def _problem(self, name: str) -> str | None:
        twin = self._folded.get(_fold(name))
        if twin is not None and twin != name:
            return f'"{name[:100]}" is the known genre "{twin}", spelled differently. Use "{twin}".'
        if not 1 <= len(name) <= MAX_GENRE_CHARS:
            return f"has {len(name):,} characters; a name has 1 to {MAX_GENRE_CHARS}."
        if any(unicodedata.category(char) in _REFUSED for char in name):
            return "contains a control or invisible character."
        if name not in self._known and len(self._known) >= MAX_GENRES:
            return f"would be one genre too many; there may be {MAX_GENRES}."
        return None


async def known_genres(info: Info) -> set[str]:
    """Return the genres of the model in use and those that corrections have taught."""
    taught = await info.context.ports.corrections.list_genres()
    return {*info.context.ports.model.manifest.genres, *taught}


def _fold(name: str) -> str:
    """Ignore case, spaces, and how characters are composed."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
