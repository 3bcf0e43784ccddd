"""What a prediction is based on."""

from enum import Enum

import strawberry

from ml.basis import SOUND, WORDS


@strawberry.enum(description="What a track was classified by.")
class Basis(Enum):
    WORDS = strawberry.enum_value("WORDS", description="Its lyric words and title.")
    SOUND = strawberry.enum_value("SOUND", description="Its numbers.")


def to_basis(found: int) -> list[Basis]:
    """Convert the bits of `ml.basis`."""
    return [basis for basis, bit in ((Basis.WORDS, WORDS), (Basis.SOUND, SOUND)) if found & bit]
