"""Objects that can be fetched again by a global id, as Relay wants them.

https://relay.dev/graphql/objectidentification.htm

A batch's id is unique in the world already, so it is its global id as it stands. A track's is
`Track:` and the trackId in base64url. A `Genre` is no node: one name has several counts, those of
the catalogue and of each batch, and a client's cache that merges objects by id would mix them.
"""

import base64
import binascii
import uuid

import strawberry

from ml.columns import MAX_TRACK_ID

_TRACK = "Track:"


@strawberry.interface(description="An object that can be fetched again by its global id.")
class Node:
    """An object with a global id."""

    @strawberry.field(description="Names the object in `node(id)`.")
    def id(self) -> strawberry.ID:
        """Return the global id."""
        raise NotImplementedError


def read_track_id(text: str) -> int | None:
    """Read a trackId; what is no trackId of any track gives None."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return int(text) if int(text) <= MAX_TRACK_ID else None


def read_batch_id(text: str) -> uuid.UUID | None:
    """Read a batch id; what is no id of any batch gives None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def write_track_node_id(track_id: int) -> strawberry.ID:
    """Return the global id of a track."""
    encoded = base64.urlsafe_b64encode(f"{_TRACK}{track_id}".encode())
    return strawberry.ID(encoded.decode().rstrip("="))


def read_track_node_id(text: str) -> int | None:
    """Read a track's global id; what is none gives None."""
    try:
        padded = text + "=" * (-len(text) % 4)
        plain = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        return None
    return read_track_id(plain.removeprefix(_TRACK)) if plain.startswith(_TRACK) else None
