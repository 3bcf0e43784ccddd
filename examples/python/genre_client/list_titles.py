from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class ListTitles(BaseModel):
    titles_by_genre: "ListTitlesTitlesByGenre" = Field(alias="titlesByGenre")


class ListTitlesTitlesByGenre(BaseModel):
    total_count: int = Field(alias="totalCount")
    nodes: list["ListTitlesTitlesByGenreNodes"]
    page_info: "ListTitlesTitlesByGenrePageInfo" = Field(alias="pageInfo")


class ListTitlesTitlesByGenreNodes(BaseModel):
    track_id: str = Field(alias="trackId")
    title: str
    confidence: float


class ListTitlesTitlesByGenrePageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


ListTitles.model_rebuild()
ListTitlesTitlesByGenre.model_rebuild()
