from typing import Any, Optional, Union

from .async_base_client import AsyncBaseClient
from .base_model import UNSET, UnsetType, Upload
from .classify_batch import ClassifyBatch
from .classify_tracks import ClassifyTracks
from .correct_genre import CorrectGenre
from .get_batch import GetBatch
from .input_types import TrackInput
from .list_genres import ListGenres
from .list_titles import ListTitles


def gql(q: str) -> str:
    return q


class GenreClient(AsyncBaseClient):
    async def classify_batch(self, csv_file: Upload, **kwargs: Any) -> ClassifyBatch:
        query = gql("""
            mutation ClassifyBatch($csvFile: Upload!) {
              classifyBatch(csvFile: $csvFile) {
                ...BatchCounts
                rejects(first: 20) {
                  nodes {
                    line
                    column
                    code
                    message
                  }
                }
              }
            }

            fragment BatchCounts on Batch {
              id
              status
              rowsReceived
              rowsRejected
              rowsStored
              error {
                code
                message
              }
            }
            """)
        variables: dict[str, object] = {"csvFile": csv_file}
        response = await self.execute(
            query=query, operation_name="ClassifyBatch", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ClassifyBatch.model_validate(data)

    async def classify_tracks(
        self, tracks: list[TrackInput], store: bool, **kwargs: Any
    ) -> ClassifyTracks:
        query = gql("""
            mutation ClassifyTracks($tracks: [TrackInput!]!, $store: Boolean!) {
              classifyTracks(tracks: $tracks, store: $store) {
                trackId
                genre
                confidence
              }
            }
            """)
        variables: dict[str, object] = {"tracks": tracks, "store": store}
        response = await self.execute(
            query=query, operation_name="ClassifyTracks", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ClassifyTracks.model_validate(data)

    async def correct_genre(
        self, track_id: str, genre: str, **kwargs: Any
    ) -> CorrectGenre:
        query = gql("""
            mutation CorrectGenre($trackId: ID!, $genre: String!) {
              correctGenre(trackId: $trackId, genre: $genre) {
                trackId
                genre
                predictedGenre
                correctedBy
              }
            }
            """)
        variables: dict[str, object] = {"trackId": track_id, "genre": genre}
        response = await self.execute(
            query=query, operation_name="CorrectGenre", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CorrectGenre.model_validate(data)

    async def list_genres(self, **kwargs: Any) -> ListGenres:
        query = gql("""
            query ListGenres {
              genres {
                name
                trackCount
              }
            }
            """)
        variables: dict[str, object] = {}
        response = await self.execute(
            query=query, operation_name="ListGenres", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ListGenres.model_validate(data)

    async def list_titles(
        self,
        genre: str,
        first: Union[Optional[int], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        search: Union[Optional[str], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> ListTitles:
        query = gql("""
            query ListTitles($genre: String!, $first: Int, $after: String, $search: String) {
              titlesByGenre(genre: $genre, first: $first, after: $after, search: $search) {
                totalCount
                nodes {
                  trackId
                  title
                  confidence
                }
                pageInfo {
                  hasNextPage
                  endCursor
                }
              }
            }
            """)
        variables: dict[str, object] = {
            "genre": genre,
            "first": first,
            "after": after,
            "search": search,
        }
        response = await self.execute(
            query=query, operation_name="ListTitles", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ListTitles.model_validate(data)

    async def get_batch(self, id: str, **kwargs: Any) -> GetBatch:
        query = gql("""
            query GetBatch($id: ID!) {
              batch(id: $id) {
                ...BatchCounts
              }
            }

            fragment BatchCounts on Batch {
              id
              status
              rowsReceived
              rowsRejected
              rowsStored
              error {
                code
                message
              }
            }
            """)
        variables: dict[str, object] = {"id": id}
        response = await self.execute(
            query=query, operation_name="GetBatch", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return GetBatch.model_validate(data)
