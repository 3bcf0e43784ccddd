"""Sign-ins: verify them, log and count those that fail, and slow down addresses that guess."""

import hashlib
import ipaddress
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from starlette.types import Scope

from app.http.errors import ErrorResponse
from schema.core.errors import ErrorCode

FREE_FAILURES = 10
"""How often an address may fail before it has to wait."""
MAX_WAIT_S = 60.0
FORGET_S = 900.0
"""How long an address must not fail for its failures to be forgotten."""
MAX_REMEMBERED = 10_000
"""Addresses, and credentials, that are remembered; the oldest are forgotten first."""
logger = logging.getLogger("genre")

Verify = Callable[[str, str], str | None]
K = TypeVar("K")
V = TypeVar("V")


class TooManyFailuresError(Exception):
    """An address has failed so often that it has to wait."""

    def __init__(self, wait_s: float) -> None:
        self.retry_after_s = max(1, int(wait_s + 0.999))
        super().__init__(f"Too many failed sign-ins. Try again in {self.retry_after_s} s.")


@dataclass(slots=True)
class Failures:
    """How often an address has failed, and until when it has to wait."""

    count: int = 0
    latest: float = 0.0
    wait_until: float = 0.0


class SignIns:
    """Verifies credentials for all entry points of a process.

    After ten failures, an address has to wait a second, and twice as long after each further
    one, up to a minute. Whoever signed in from there before with the same credentials does
    not, so that one bad client behind a shared address does not lock out the others.

    Parameters
    ----------
    verify
        `verify(client_id, client_secret)` returns the client's id, or None.
    known
        The ids that may be logged. Others may be secrets that were put in the wrong place.
    clock
        Tells the time in seconds.
    """

    def __init__(
        self,
        verify: Verify,
        known: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verify = verify
        self._known = frozenset(known)
        self._clock = clock
        self._failures: OrderedDict[str, Failures] = OrderedDict()
        self._trusted: OrderedDict[bytes, None] = OrderedDict()
        self._key = secrets.token_bytes(32)
        self.failed = 0
        """How many sign-ins have failed since the start."""

    def verify(self, scope: Scope, client_id: str, secret: str) -> str | None:
        """Return the client's id, or None if the credentials are wrong.

        Raises
        ------
        TooManyFailuresError
            The address has to wait. The credentials were not looked at.
        """
        address = address_of(scope)
        mark = self._mark(address, client_id, secret)
        if mark not in self._trusted:
            self._refuse_waiting(address)
        verified = self._verify(client_id, secret)
        if verified is None:
            name = f"client {client_id}" if client_id in self._known else "an unknown client"
            self._count(address, name)
        else:
            _remember(self._trusted, mark, None)
        return verified

    def fail(self, scope: Scope, what: str) -> None:
        """Count a failure that was found elsewhere, such as a forged link.

        Raises
        ------
        TooManyFailuresError
            The address has to wait.
        """
        address = address_of(scope)
        self._refuse_waiting(address)
        self._count(address, what)

    def _refuse_waiting(self, address: str) -> None:
        found = self._failures.get(address)
        wait_s = found.wait_until - self._clock() if found else 0.0
        if wait_s > 0:
            raise TooManyFailuresError(wait_s)

    def _count(self, address: str, what: str) -> None:
        now = self._clock()
        found = self._failures.get(address)
        if found is None or now - found.latest > FORGET_S:
            found = Failures()
        found.count += 1
        found.latest = now
        over = found.count - FREE_FAILURES
        if over >= 0:
            found.wait_until = now + min(2.0 ** min(over, 10), MAX_WAIT_S)
        _remember(self._failures, address, found)
        self.failed += 1
        logger.warning(
            "Sign-in failed from %s as %s: %d in a row, %d since the start.",
            address,
            what,
            found.count,
            self.failed,
        )

    def _mark(self, address: str, client_id: str, secret: str) -> bytes:
        """Return what is remembered of credentials: nothing that would help to guess them."""
        parts = "\0".join((address, client_id, secret)).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(parts, key=self._key, digest_size=16).digest()


def refuse_sign_in(error: TooManyFailuresError) -> ErrorResponse:
    """Return the answer to an address that has to wait."""
    return ErrorResponse(
        429,
        str(error),
        ErrorCode.UNAUTHENTICATED,
        headers={"retry-after": str(error.retry_after_s)},
        retryable=True,
    )


def address_of(scope: Scope) -> str:
    """Return the address of the client; of IPv6, the network that one customer usually has."""
    host = (scope.get("client") or ("unknown", 0))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)[:64]
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _remember(known: OrderedDict[K, V], key: K, value: V) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > MAX_REMEMBERED:
        known.popitem(last=False)
