from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class CorrectGenre(BaseModel):
    correct_genre: "CorrectGenreCorrectGenre" = Field(alias="correctGenre")


class CorrectGenreCorrectGenre(BaseModel):
    track_id: str = Field(alias="trackId")
    genre: str
    predicted_genre: str = Field(alias="predictedGenre")
    corrected_by: Optional[str] = Field(alias="correctedBy")


CorrectGenre.model_rebuild()
