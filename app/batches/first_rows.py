"""Give a file up whose first rows are all bad: it is not a file of tracks, whatever its header."""

from collections import Counter

import numpy as np

from ml.errors import CsvError
from ml.track import TrackChunk

FIRST_ROWS = 1_000


class FirstRows:
    """Watches the chunks of a file from its start until a row is good."""

    def __init__(self) -> None:
        self._codes: Counter[str] = Counter()
        self._is_settled = False

    def check(self, chunk: TrackChunk) -> None:
        """Look at the next chunk.

        Raises
        ------
        CsvError
            With it, `FIRST_ROWS` rows are all bad.
        """
        if self._is_settled:
            return
        first_good = int(np.min(chunk.tracks.lines)) if len(chunk.tracks) else None
        missing = FIRST_ROWS - self._codes.total()
        bad = [r for r in chunk.rejects[:missing] if first_good is None or r.line < first_good]
        self._codes.update(reject.code for reject in bad)
        if self._codes.total() >= FIRST_ROWS:
            code, rows = self._codes.most_common(1)[0]
            example = next((reject for reject in bad if reject.code == code), bad[0])
            raise CsvError(
                f"The first {FIRST_ROWS:,} rows are all bad, {rows:,} of them by {code}. "
                f"Line {example.line}: {example.message}"
            )
        self._is_settled = first_good is not None
