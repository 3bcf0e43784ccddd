"""Objects that can be refetched by a global id, as Relay expects.

https://relay.dev/graphql/objectidentification.htm

A batch's id is a UUID, so it serves as the global id too. A track's global id is `Track:` and the
trackId, in base64url. `Genre` is not a node: a name has one count in the catalogue and another in
each batch, and a client cache that merges objects by id would mix them up.
"""

import base64
import binascii
import uuid

import strawberry

from ml.columns import MAX_TRACK_ID

_TRACK = "Track:"
MAX_LINE = 2**63 - 1


@strawberry.interface(description="An object that can be refetched by its global id.")
class Node:
    @strawberry.field(description="Pass it to `node(id)`.")
    def id(self) -> strawberry.ID:
        raise NotImplementedError


def read_track_id(text: str) -> int | None:
    """Parse a trackId; return None if no track can have it."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return int(text) if int(text) <= MAX_TRACK_ID else None


def read_track_key(number: int) -> int:
    """Read a track id from a cursor; raise ValueError if no track can have it."""
    if not 0 <= number <= MAX_TRACK_ID:
        raise ValueError
    return number


def read_line(number: int) -> int:
    """Read a line number from a cursor; raise ValueError if no file can have it."""
    if not 0 <= number <= MAX_LINE:
        raise ValueError
    return number


def read_batch_id(text: str) -> uuid.UUID | None:
    """Parse a batch id; return None if no batch can have it."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def write_track_node_id(track_id: int) -> strawberry.ID:
    """Return the global id of a track."""
    encoded = base64.urlsafe_b64encode(f"{_TRACK}{track_id}".encode())
    return strawberry.ID(encoded.decode().rstrip("="))


def read_track_node_id(text: str) -> int | None:
    """Parse a track's global id; return None if it is not one."""
    try:
        padded = text + "=" * (-len(text) % 4)
        plain = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        return None
    return read_track_id(plain.removeprefix(_TRACK)) if plain.startswith(_TRACK) else None
