"""A service on an embedded Postgres that tests may stop and kill."""

from dataclasses import dataclass
from pathlib import Path

import httpx
from support.graphql_client import GraphQLClient
from support.postgres_processes import kill, server_pids


@dataclass(frozen=True)
class Site:
    """The service, a client with credentials, and the folder of its Postgres."""

    folder: Path
    http: httpx.AsyncClient
    api: GraphQLClient

    async def is_ready(self) -> bool:
        return (await self.http.get("/readyz")).status_code == 200

    def kill_postgres(self) -> None:
        kill(server_pids(self.folder))

    async def is_unavailable(self) -> bool:
        return not await self.is_ready()

    async def stores(self, content: bytes) -> bool:
        """Whether a file can be sent."""
        return "errors" not in await self.api.upload(content)
