"""Decide which URLs may be called: only on hosts that the settings name."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from schema.core.errors import ErrorCode, PortError

MAX_URL_LENGTH = 2000
HOST = re.compile(r"(\*\.)?[a-z0-9.-]+(:\d{1,5})?|\[[0-9a-f:.]+\](:\d{1,5})?")
PORTS = {"https": 443, "http": 80}


class WebhookRefusedError(PortError):
    """The URL may not be called; the message says why and what is allowed."""

    code = ErrorCode.BAD_USER_INPUT

    def __init__(self, message: str) -> None:
        super().__init__(f"`notify` {message}")


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """Which URLs may be called.

    Parameters
    ----------
    hosts
        `host` for the default port, `host:port`, or `*.domain` for all hosts below a domain.
    allow_private
        Whether a host may have an address that the internet cannot reach, and `http`.
    """

    hosts: Collection[str] = field(default=())
    allow_private: bool = False

    def check(self, url: str) -> str:
        """Return the URL.

        Raises
        ------
        WebhookRefusedError
            It is malformed, or its host is not allowed.
        """
        if not self.hosts:
            raise WebhookRefusedError("is switched off here: GENRE_WEBHOOK_HOSTS names no host.")
        parts, port = _split(url)
        schemes = ("https", "http") if self.allow_private else ("https",)
        if parts.scheme not in schemes:
            raise WebhookRefusedError(f"must begin with {' or '.join(f'{s}://' for s in schemes)}.")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise WebhookRefusedError("must have no user, password or fragment.")
        host = parts.hostname or ""
        if not any(_matches(pattern, host, port, parts.scheme) for pattern in self.hosts):
            raise WebhookRefusedError(
                "names a host or port that GENRE_WEBHOOK_HOSTS does not allow. Ask who runs the "
                "service to add it."
            )
        return url


def _split(url: str) -> tuple[SplitResult, int | None]:
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}')
    if not is_plain or len(url) > MAX_URL_LENGTH:
        raise WebhookRefusedError(
            f"must be a URL in ASCII of at most {MAX_URL_LENGTH:,} characters; encode others."
        )
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise WebhookRefusedError("is not a URL.") from None


def _matches(pattern: str, host: str, port: int | None, scheme: str) -> bool:
    name, wanted = _split_host(pattern)
    if (port or PORTS[scheme]) != (wanted or PORTS[scheme]):
        return False
    if name.startswith("*."):
        return host.endswith(name[1:]) and host != name[1:]
    return host == name


def _split_host(pattern: str) -> tuple[str, int | None]:
    bare = pattern.lower()
    name, colon, port = bare.rpartition(":") if not bare.endswith("]") else (bare, "", "")
    if not colon:
        name, port = bare, ""
    return name.strip("[]"), int(port) if port else None
