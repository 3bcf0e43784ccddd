"""Verify clients by an id and a secret, of which only a salted hash is stored.

The setting is a comma-separated list of `client-id:sha256$<salt>$<hash>`, with salt and hash in
hexadecimal. A client listed twice has two valid secrets, so it can switch without downtime.

One round of SHA-256 is enough here, though not for passwords: secrets come from `generate_secret`
and have 256 random bits, too many to search however fast the hash. Every request is checked, so a
slow hash would only let strangers keep the service busy.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

CLIENT_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
HASHED_SECRET = re.compile(r"sha256\$([0-9a-f]{32,128})\$([0-9a-f]{64})")
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class HashedSecret:
    """A salted hash of a secret."""

    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)

    def matches(self, secret: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(_digest(self.salt, secret), self.digest)


class Clients:
    """The clients, each with one or more secrets."""

    def __init__(self, entries: Iterable[tuple[str, HashedSecret]]) -> None:
        self._secrets: dict[str, list[HashedSecret]] = {}
        for client_id, secret in entries:
            self._secrets.setdefault(client_id, []).append(secret)
        self._checks = max(map(len, self._secrets.values()), default=1)
        self._nobody = HashedSecret(secrets.token_bytes(SALT_BYTES), secrets.token_bytes(32))

    @property
    def client_ids(self) -> tuple[str, ...]:
        """The ids, sorted."""
        return tuple(sorted(self._secrets))

    def verify(self, client_id: str, secret: str) -> str | None:
        """Return the id if the secret is one of the client's.

        Every call computes the same number of hashes, whether the client is known or not.
        """
        known = self._secrets.get(client_id, [])
        padding = [self._nobody] * (self._checks - len(known))
        matches = [candidate.matches(secret) for candidate in (*known, *padding)]
        return client_id if any(matches) else None


def generate_secret() -> str:
    """Generate a secret of 256 random bits that fits into a header."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Return a secret's salted hash, as the setting expects it."""
    salt = secrets.token_bytes(SALT_BYTES)
    return f"sha256${salt.hex()}${_digest(salt, secret).hex()}"


def parse_clients(text: str) -> Clients:
    """Parse the setting; quotes around it, which `docker run --env-file` keeps, do no harm.

    Raises
    ------
    ValueError
        An entry is malformed. The message names only its position, because its content may be a
        secret in the wrong place.
    """
    entries = [
        _parse_entry(entry.strip(), position)
        for position, entry in enumerate(text.strip().strip("'\"").split(","), start=1)
        if entry.strip()
    ]
    return Clients(entries)


def _parse_entry(entry: str, position: int) -> tuple[str, HashedSecret]:
    client_id, _, hashed = entry.partition(":")
    if not CLIENT_ID.fullmatch(client_id):
        raise ValueError(
            f"client {position}: the id before the colon must be 1 to 64 of A-Z a-z 0-9 . _ -"
        )
    match = HASHED_SECRET.fullmatch(hashed)
    if match is None:
        raise ValueError(
            f"client {position}: expected id:sha256$<salt>$<hash> with a salt of 32 to 128 and a "
            f"hash of 64 lower-case hexadecimal digits{_lost_dollar(hashed)}"
        )
    salt, digest = map(bytes.fromhex, match.groups())
    return client_id, HashedSecret(salt, digest)


def _lost_dollar(hashed: str) -> str:
    """Say what has probably happened to an entry that should contain `$` twice."""
    if hashed.count("$") == 2 or not hashed.startswith("sha256"):
        return ""
    return (
        "; its `$` are missing, as when a shell or Compose replaced them: put the line in single "
        "quotes, as `genre hash-secret` prints it (or write each `$` as `$$` in a Compose file)"
    )


def _digest(salt: bytes, secret: str) -> bytes:
    return hashlib.sha256(salt + secret.encode("utf-8", "surrogatepass")).digest()
