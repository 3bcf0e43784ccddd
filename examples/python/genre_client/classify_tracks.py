from pydantic import Field

from .base_model import BaseModel


class ClassifyTracks(BaseModel):
    classify_tracks: list["ClassifyTracksClassifyTracks"] = Field(
        alias="classifyTracks"
    )


class ClassifyTracksClassifyTracks(BaseModel):
    track_id: str = Field(alias="trackId")
    genre: str
    confidence: float


ClassifyTracks.model_rebuild()
