"""What a caller says about how a file is to be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file of tracks.

    Attributes
    ----------
    columns : mapping of str to str
        The file's header for some of our columns; it overrides any match by name.
    allow_missing : bool
        Whether rows with only words or only sound are read too, and any column but `trackID` may
        be missing.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    allow_missing: bool = False


DEFAULTS = ReadOptions()
