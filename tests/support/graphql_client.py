"""Send GraphQL over HTTP as clients do: JSON, and multipart with a file."""

import json
from typing import Any

import httpx
from support.waiting import until

FIELDS = """
    id fileName status modelVersion rowsReceived rowsRejected rowsStored finishedAt
    error { code message }
    genres { name trackCount }
    rejects { totalCount nodes { line trackId column code message } }
"""
UPLOAD = f"mutation ($csvFile: Upload!) {{ classifyBatch(csvFile: $csvFile) {{ {FIELDS} }} }}"
QUEUE = """mutation ($csvFile: Upload!) { classifyBatch(csvFile: $csvFile, wait: false) { id } }"""
BATCH = f"query ($id: ID!) {{ batch(id: $id) {{ {FIELDS} }} }}"


class GraphQLClient:
    """A client with credentials."""

    def __init__(self, http: httpx.AsyncClient, *, client_id: str, client_secret: str) -> None:
        self.http = http
        self.headers = {"client-id": client_id, "client-secret": client_secret}

    async def post(self, query: str, **variables: Any) -> dict[str, Any]:
        """Run an operation and return the whole body."""
        # Escaped to ASCII, so that lone surrogates can be sent.
        content = json.dumps({"query": query, "variables": variables})
        headers = {**self.headers, "content-type": "application/json"}
        response = await self.http.post("/graphql", content=content, headers=headers)
        body: dict[str, Any] = response.json()
        return body

    async def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """Run an operation that must succeed."""
        body = await self.post(query, **variables)
        assert "errors" not in body, body["errors"]
        data: dict[str, Any] = body["data"]
        return data

    async def error(self, query: str, **variables: Any) -> dict[str, Any]:
        """Run an operation that must fail with one error, and return it."""
        body = await self.post(query, **variables)
        (error,) = body["errors"]
        assert isinstance(error, dict)
        return error

    async def upload(
        self, content: bytes, name: str = "tracks.csv", query: str = UPLOAD, **variables: Any
    ) -> dict[str, Any]:
        """Send a file according to the GraphQL multipart request specification."""
        operations = {"query": query, "variables": {"csvFile": None, **variables}}
        response = await self.http.post(
            "/graphql",
            data={
                "operations": json.dumps(operations),
                "map": json.dumps({"0": ["variables.csvFile"]}),
            },
            files={"0": (name, content, "text/csv")},
            headers=self.headers,
        )
        body: dict[str, Any] = response.json()
        return body

    async def classify(self, content: bytes, name: str = "tracks.csv") -> dict[str, Any]:
        """Send a file that must be accepted, and return its batch."""
        body = await self.upload(content, name)
        assert "errors" not in body, body["errors"]
        batch: dict[str, Any] = body["data"]["classifyBatch"]
        return batch

    async def classify_in_background(
        self, content: bytes, name: str = "tracks.csv"
    ) -> dict[str, Any]:
        """Send a file that must be accepted, without waiting, and return its batch at its end."""
        body = await self.upload(content, name, QUEUE)
        assert "errors" not in body, body["errors"]
        batch_id = body["data"]["classifyBatch"]["id"]
        batch: dict[str, Any] = {}

        async def has_ended() -> bool:
            batch.update((await self.data(BATCH, id=batch_id))["batch"])
            return batch["finishedAt"] is not None

        await until(has_ended)
        return batch
