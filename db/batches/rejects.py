"""Store the rejected rows of a batch up to a limit, and count the others by code.

A short compressed file can have millions of bad rows, and nobody reads more than the first ones.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from db.batches.records import RejectRecord
from db.copying import copy_records_to_table

MAX_REJECTS = 10_000
"""Default limit."""
_COLUMNS = ("batch_id", "line", "track_id", "column_name", "code", "message")
_COUNT_STORED = "SELECT count(*) FROM batch_rejects WHERE batch_id = $1"
_COUNT_OMITTED = """
INSERT INTO batch_omitted_rejects AS kept (batch_id, code, row_count)
SELECT $1, code, row_count FROM unnest($2::text[], $3::bigint[]) AS new(code, row_count)
ON CONFLICT (batch_id, code) DO UPDATE SET row_count = kept.row_count + excluded.row_count
"""


@dataclass(slots=True)
class RejectStore:
    """Stores the rejected rows of one batch; only its holder writes them, chunk by chunk."""

    batch_id: uuid.UUID
    limit: int = MAX_REJECTS
    stored: int | None = None
    """How many are stored; None if that is not known yet."""

    async def add(self, driver: Any, rejects: Sequence[RejectRecord]) -> None:
        """Store the first rejects, in the transaction of their chunk."""
        if not rejects:
            return
        if self.stored is None:
            self.stored = int(await driver.fetchval(_COUNT_STORED, self.batch_id))
        room = max(0, self.limit - self.stored)
        kept, omitted = rejects[:room], rejects[room:]
        records = [(self.batch_id, r.line, r.track_id, r.column, r.code, r.message) for r in kept]
        await copy_records_to_table(driver, "batch_rejects", records=records, columns=_COLUMNS)
        self.stored += len(kept)
        if omitted:
            counts = Counter(reject.code for reject in omitted)
            await driver.execute(_COUNT_OMITTED, self.batch_id, [*counts], [*counts.values()])
