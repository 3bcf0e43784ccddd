"""Background uploads are refused if too many wait, or the disk is nearly full."""

import io
from dataclasses import replace
from typing import Any

import pytest

from app.batches.errors import UploadRefusedError
from app.service import Service

pytestmark = pytest.mark.asyncio


async def submit(service: Service, content: bytes, client_id: str, **limits: Any) -> None:
    """Queue a file within other limits than usual."""
    quota = service.intake.quota
    assert quota is not None
    changed = replace(quota, limits=replace(quota.limits, **limits))
    intake = replace(service.intake, quota=changed)
    await intake.enqueue(io.BytesIO(content), "tracks.csv", client_id)


@pytest.mark.parametrize(
    ("limits", "whose"),
    [
        ({"files": 2}, "altogether"),
        ({"files_per_client": 1}, "of this client"),
        ({"size_bytes": 2.5}, "altogether"),
        ({"bytes_per_client": 1.5}, "of this client"),
    ],
)
async def test_refuses_one_too_many(
    idle_service: Service, sample: bytes, limits: dict[str, float], whose: str
) -> None:
    scaled = {name: int(n * len(sample)) if n % 1 else n for name, n in limits.items()}
    await submit(idle_service, sample, "a", **scaled)
    await submit(idle_service, sample, "b", **scaled)

    with pytest.raises(UploadRefusedError, match=f"{whose} wait already"):
        await submit(idle_service, sample, "b", **scaled)

    assert len(idle_service.spool.list_files()) == 2


async def test_keeps_some_of_the_disk_free(idle_service: Service, sample: bytes) -> None:
    with pytest.raises(UploadRefusedError, match="nearly full"):
        await submit(idle_service, sample, "a", free_bytes=2**60)

    assert idle_service.spool.list_files() == []
