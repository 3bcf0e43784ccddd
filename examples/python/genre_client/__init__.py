from .async_base_client import AsyncBaseClient
from .base_model import BaseModel, Upload
from .classify_batch import (
    ClassifyBatch,
    ClassifyBatchClassifyBatch,
    ClassifyBatchClassifyBatchRejects,
    ClassifyBatchClassifyBatchRejectsNodes,
)
from .classify_tracks import ClassifyTracks, ClassifyTracksClassifyTracks
from .client import GenreClient
from .correct_genre import CorrectGenre, CorrectGenreCorrectGenre
from .enums import BatchStatus, RejectCode
from .exceptions import (
    GraphQLClientError,
    GraphQLClientGraphQLError,
    GraphQLClientGraphQLMultiError,
    GraphQLClientHttpError,
    GraphQLClientInvalidResponseError,
)
from .fragments import BatchCounts, BatchCountsError
from .get_batch import GetBatch, GetBatchBatch
from .input_types import TrackInput
from .list_genres import ListGenres, ListGenresGenres
from .list_titles import (
    ListTitles,
    ListTitlesTitlesByGenre,
    ListTitlesTitlesByGenreNodes,
    ListTitlesTitlesByGenrePageInfo,
)

__all__ = [
    "AsyncBaseClient",
    "BaseModel",
    "BatchCounts",
    "BatchCountsError",
    "BatchStatus",
    "ClassifyBatch",
    "ClassifyBatchClassifyBatch",
    "ClassifyBatchClassifyBatchRejects",
    "ClassifyBatchClassifyBatchRejectsNodes",
    "ClassifyTracks",
    "ClassifyTracksClassifyTracks",
    "CorrectGenre",
    "CorrectGenreCorrectGenre",
    "GenreClient",
    "GetBatch",
    "GetBatchBatch",
    "GraphQLClientError",
    "GraphQLClientGraphQLError",
    "GraphQLClientGraphQLMultiError",
    "GraphQLClientHttpError",
    "GraphQLClientInvalidResponseError",
    "ListGenres",
    "ListGenresGenres",
    "ListTitles",
    "ListTitlesTitlesByGenre",
    "ListTitlesTitlesByGenreNodes",
    "ListTitlesTitlesByGenrePageInfo",
    "RejectCode",
    "TrackInput",
    "Upload",
]
