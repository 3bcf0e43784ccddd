"""What the progress of a batch says: never finished before it is, and nothing that is not known."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.cli.batch_progress import describe, duration, share_done
from db.batches.kind import BatchKind
from db.batches.records import BatchRecord
from db.batches.status import BatchStatus

BATCH = BatchRecord(
    id=uuid.uuid4(),
    kind=BatchKind.UPLOAD,
    file_name="tracks.csv",
    status=BatchStatus.RUNNING,
    model_version="one",
    rows_received=50_000,
    rows_rejected=0,
    rows_stored=50_000,
    rows_total=None,
    bytes_read=100_000_000,
    bytes_total=400_000_000,
    rows_per_second=10_000.0,
    started_at=datetime.now(UTC),
    finished_at=None,
    error_code=None,
    error_message=None,
)


def test_a_file_is_measured_in_bytes_and_rows() -> None:
    text = "25 % · 100.0 MB of 400.0 MB · 50,000 rows · 10,000 rows/s · 15 s left"

    assert describe(BATCH) == text


def test_stored_tracks_are_measured_in_tracks() -> None:
    batch = replace(BATCH, bytes_read=0, bytes_total=None, rows_total=80_000)

    assert describe(batch) == "62 % · 50,000 of 80,000 tracks · 10,000 rows/s · 3 s left"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param(
            {"rows_per_second": None}, "25 % · 100.0 MB of 400.0 MB · 50,000 rows", id="rate"
        ),
        pytest.param({"bytes_total": None}, "50,000 rows · 10,000 rows/s", id="size"),
    ],
)
def test_what_is_not_known_is_not_said(changes: dict[str, Any], text: str) -> None:
    assert describe(replace(BATCH, **changes)) == text


def test_only_a_batch_that_is_done_shows_all_of_it() -> None:
    whole = replace(BATCH, bytes_read=399_999_999)
    done = replace(whole, status=BatchStatus.DONE, bytes_read=400_000_000, rows_per_second=None)

    assert describe(whole).startswith("99 % · ")
    assert (share_done(whole) or 1) < 1
    assert describe(done) == "100 % · 400.0 MB of 400.0 MB · 50,000 rows"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (59.5, "1 min 0 s"), (125, "2 min 5 s"), (7_260, "2 h 1 min")],
)
def test_a_duration_has_at_most_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text
