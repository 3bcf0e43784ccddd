"""Give tracks back to the batches that brought them before, with the predictions of then.

A trigger remembers the row that a later batch replaces, in `superseded_tracks`, and its features if
they changed. The functions belong to the caller's transaction. They lock the tracks first, in the
order of their ids, as every writer does.
"""

import uuid
from collections.abc import Sequence
from typing import Any

_LOCK_OWN = """
SELECT track_id FROM tracks WHERE track_id = ANY ($1::bigint[]) AND batch_id = $2
ORDER BY track_id FOR UPDATE
"""
# The locks keep these batches from being deleted before this transaction ends.
_LIVING = """
SELECT id FROM batches
WHERE id IN (SELECT batch_id FROM superseded_tracks WHERE track_id = ANY ($1::bigint[]))
    AND removed_at IS NULL
ORDER BY id FOR KEY SHARE
"""
_EARLIER = """
SELECT DISTINCT ON (track_id) track_id, position, digest FROM superseded_tracks
WHERE track_id = ANY ($1::bigint[]) AND (batch_id IS NULL OR batch_id = ANY ($2::uuid[]))
ORDER BY track_id, position DESC
"""
_CHOSEN = "unnest($1::bigint[], $2::bytea[]) AS chosen(track_id, digest)"
_REPLACE_FEATURES = f"""
UPDATE track_features AS present
SET digest = kept.digest, tags = kept.tags, numbers = kept.numbers, spec_id = kept.spec_id
FROM superseded_features AS kept JOIN {_CHOSEN} USING (track_id, digest)
WHERE present.track_id = kept.track_id AND present.digest <> kept.digest
"""
_ADD_FEATURES = f"""
INSERT INTO track_features (track_id, digest, tags, numbers, spec_id)
SELECT track_id, kept.digest, kept.tags, kept.numbers, kept.spec_id
FROM superseded_features AS kept JOIN {_CHOSEN} USING (track_id, digest)
ON CONFLICT DO NOTHING
"""
_DROP_FEATURES = """
DELETE FROM track_features
WHERE track_id = ANY ($1::bigint[])
    AND NOT EXISTS (SELECT FROM corrections WHERE corrections.track_id = track_features.track_id)
"""
_PLACES = "unnest($1::bigint[], $2::bigint[]) AS chosen(track_id, position)"
_RESTORE = f"""
UPDATE tracks SET title = kept.title, title_words = kept.title_words,
    predicted_genre = kept.predicted_genre, confidence = kept.confidence,
    probabilities = kept.probabilities, model_version = kept.model_version,
    batch_id = kept.batch_id, line = kept.line, classified_at = kept.classified_at
FROM superseded_tracks AS kept JOIN {_PLACES} USING (track_id, position)
WHERE tracks.track_id = kept.track_id
"""
_FORGET_RESTORED = f"""
DELETE FROM superseded_tracks AS kept USING {_PLACES}
WHERE kept.track_id = chosen.track_id AND kept.position = chosen.position
"""
_DELETE = "DELETE FROM tracks WHERE track_id = ANY ($1::bigint[])"
_NEXT = """
SELECT array_agg(track_id) FROM (
    SELECT track_id FROM superseded_tracks WHERE batch_id = $1 AND track_id > $2
    ORDER BY track_id LIMIT $3
) AS page
"""
_LOCK = "SELECT FROM tracks WHERE track_id = ANY ($1::bigint[]) ORDER BY track_id FOR UPDATE"
_FORGET = "DELETE FROM superseded_tracks WHERE batch_id = $1 AND track_id = ANY ($2::bigint[])"


async def take_from(driver: Any, batch_id: uuid.UUID, track_ids: Sequence[int]) -> None:
    """Take tracks away from a batch that is being deleted.

    A track that another batch, or a request, brought before goes back to the last of them; the
    others are deleted. Those that a later batch has taken meanwhile are left alone.
    """
    rows = await driver.fetch(_LOCK_OWN, track_ids, batch_id)
    own = {row["track_id"] for row in rows}
    living = [row["id"] for row in await driver.fetch(_LIVING, own)]
    earlier = await driver.fetch(_EARLIER, own, living)
    if earlier:
        await _restore(driver, earlier)
        own.difference_update(row["track_id"] for row in earlier)
    if own:
        await driver.execute(_DELETE, sorted(own))


async def forget(driver: Any, batch_id: uuid.UUID, *, after: int, limit: int) -> int | None:
    """Forget what a batch stored of tracks that later ones have; begin with ids above `after`.

    Returns the last id, or None at the end.
    """
    track_ids = await driver.fetchval(_NEXT, batch_id, after, limit)
    if not track_ids:
        return None
    await driver.execute(_LOCK, track_ids)
    await driver.execute(_FORGET, batch_id, track_ids)
    return int(track_ids[-1])


async def _restore(driver: Any, earlier: Sequence[Any]) -> None:
    """Write the remembered rows back, first their features, which are forgotten with them."""
    track_ids = [row["track_id"] for row in earlier]
    digests = [row["digest"] for row in earlier]
    positions = [row["position"] for row in earlier]
    await driver.execute(_REPLACE_FEATURES, track_ids, digests)
    await driver.execute(_ADD_FEATURES, track_ids, digests)
    without = [row["track_id"] for row in earlier if row["digest"] is None]
    if without:
        await driver.execute(_DROP_FEATURES, without)
    await driver.execute(_RESTORE, track_ids, positions)
    await driver.execute(_FORGET_RESTORED, track_ids, positions)
