from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class TrackInput(BaseModel):
    """A track to classify; its fields follow the same rules as the columns of a file."""

    track_id: str = Field(alias="trackId")
    "A whole number from 0 to 2^63-1, unique within the request."
    title: Optional[str] = None
    "1 to 500 characters; required if the track is stored."
    tags: list[str] = Field(default_factory=lambda: [])
    'Lyric words: `["love", "night"]`, or `"love,night"` as in a file.'
    loudness: float
    "In dB."
    tempo: float
    "In beats per minute, 0 or more."
    time_signature: int = Field(alias="timeSignature")
    "Beats per bar, 0 to 7."
    key: int
    "Pitch class, 0 (C) to 11 (B)."
    mode: int
    "0 for minor, 1 for major."
    duration: float
    "In seconds, 0 or more."
    vect: list[float]
    "The 148 audio features: columns `vect_1` to `vect_148` of a file."
