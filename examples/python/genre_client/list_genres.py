from pydantic import Field

from .base_model import BaseModel


class ListGenres(BaseModel):
    genres: list["ListGenresGenres"]


class ListGenresGenres(BaseModel):
    name: str
    track_count: int = Field(alias="trackCount")


ListGenres.model_rebuild()
