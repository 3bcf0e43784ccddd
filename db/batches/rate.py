"""How fast a batch goes, measured by the clock of Postgres and stored with its counts.

Because it is stored, every process gives the same answer, and so does a page that is loaded again.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Double, cast, func
from sqlmodel import col

from db.models import BatchRow

WINDOW_S = 10.0
"""The rate is that of about the last ten seconds, or of the whole run while it is shorter."""
SHORTEST_S = 0.001
STALE_AFTER = timedelta(seconds=30)
"""After so long without a chunk, the rate is unknown: the process may have died."""


def begin_measuring() -> dict[str, Any]:
    """Return the columns to set when a run starts."""
    now = func.clock_timestamp()
    return {"running_since": now, "advanced_at": now, "rows_per_second": None}


def measure(rows: int) -> dict[str, Any]:
    """Return the columns to set when `rows` more are done.

    The mean since the start, until that is longer than the window; then each chunk weighs as much
    as its share of the window (an exponential moving average for irregular intervals).
    """
    passed = _seconds_since(col(BatchRow.advanced_at))
    elapsed = _seconds_since(col(BatchRow.running_since))
    window = func.greatest(passed, func.least(elapsed, WINDOW_S), SHORTEST_S)
    before = func.coalesce(col(BatchRow.rows_per_second), 0.0)
    rate = before * (1 - passed / window) + rows / window
    return {"advanced_at": func.clock_timestamp(), "rows_per_second": rate}


def is_fresh(advanced_at: datetime) -> bool:
    """Say whether a rate that was measured then is still true."""
    return datetime.now(UTC) - advanced_at < STALE_AFTER


def _seconds_since(moment: Any) -> ColumnElement[float]:
    seconds = cast(func.extract("epoch", func.clock_timestamp() - moment), Double)
    return func.greatest(seconds, 0.0)
