"""Sign links to downloads, so that a plain `<a download>` works without credentials in its URL.

A link gives one file, with the parameters that were signed, for a minute.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from db.signing_keys import PostgresSigningKeys
from schema.core.exports import SignedLink

LIFETIME = timedelta(seconds=60)
PURPOSE = "exports"
NAME, EXPIRES, SIGNATURE = "name", "expires", "signature"
Clock = Callable[[], datetime]


class BadLinkError(Exception):
    """A link that was not signed like this, or that has expired."""


class ForgedLinkError(BadLinkError):
    """A link that was not signed like this."""


def now() -> datetime:
    """Return the present time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class LinkSigner:
    """Signs and checks links with a key that all replicas share."""

    keys: PostgresSigningKeys
    clock: Clock = now

    async def sign(self, path: str, file_name: str, parameters: Mapping[str, str]) -> SignedLink:
        """Return a link to `path`, relative to the GraphQL endpoint."""
        expires_at = self.clock().replace(microsecond=0) + LIFETIME
        signed = {**parameters, NAME: file_name, EXPIRES: str(int(expires_at.timestamp()))}
        signature = _sign(await self.keys.read(PURPOSE), path, signed)
        query = urlencode({**signed, SIGNATURE: signature})
        return SignedLink(f"{path}?{query}", expires_at, file_name)

    async def check(self, path: str, given: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Return the parameters of a link.

        Raises
        ------
        ForgedLinkError
            It is not a link that we signed.
        BadLinkError
            It has expired.
        """
        pairs = list(given)
        parameters = dict(pairs)
        signature = parameters.pop(SIGNATURE, "")
        expected = _sign(await self.keys.read(PURPOSE), path, parameters)
        is_same = hmac.compare_digest(signature.encode(), expected.encode())
        if not is_same or len(parameters) + 1 != len(pairs):
            raise ForgedLinkError("This link is not valid. Ask for a new one.")
        if self.clock().timestamp() >= int(parameters[EXPIRES]):
            raise BadLinkError("This link has expired. Ask for a new one.")
        return parameters


def _sign(key: bytes, path: str, parameters: Mapping[str, str]) -> str:
    message = json.dumps([path, sorted(parameters.items())]).encode()
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
