"""Decide who may use the API: configured clients, or development credentials where safe."""

import ipaddress
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from app.config.credentials import Clients, hash_secret, parse_clients
from app.config.settings import Settings, SettingsError

DEVELOPMENT_CLIENT = "test"
DEVELOPMENT_SECRET = "test"
OPERATOR = "operator"
ROLES = ("reader", "writer", "reviewer", OPERATOR)
DEFAULT_ROLES = ("writer", "reviewer")
"""Of clients without an entry in `GENRE_ROLES`."""
logger = logging.getLogger("genre")


@dataclass(frozen=True, slots=True)
class Access:
    """The clients and their roles."""

    clients: Clients
    roles: Mapping[str, frozenset[str]]


def read_access(settings: Settings) -> Access:
    """Return the clients and their roles; needs no database, so it can fail before all else.

    Raises
    ------
    SettingsError
        The settings do not say who may use the API, or what a client may do.
    """
    clients = clients_of(settings)
    return Access(clients, roles_of(settings, clients))


def clients_of(settings: Settings) -> Clients:
    """Return the clients.

    Raises
    ------
    SettingsError
        `GENRE_CLIENTS` is malformed, or not set although others could reach the service.
    """
    if settings.clients is not None and settings.clients.get_secret_value().strip():
        try:
            return parse_clients(settings.clients.get_secret_value())
        except ValueError as error:
            raise SettingsError(f"GENRE_CLIENTS: {error}") from None
    if not (settings.is_embedded and is_loopback(settings.host)):
        raise SettingsError(
            "GENRE_CLIENTS is not set. The development credentials test/test are only for the "
            "embedded database on a loopback address. Make a client with `genre hash-secret NAME`."
        )
    logger.warning(
        "Development credentials: client-id %s, client-secret %s. Set GENRE_CLIENTS for others.",
        DEVELOPMENT_CLIENT,
        DEVELOPMENT_SECRET,
    )
    return parse_clients(f"{DEVELOPMENT_CLIENT}:{hash_secret(DEVELOPMENT_SECRET)}")


def operators_of(settings: Settings, clients: Clients) -> frozenset[str]:
    """Return the clients that may choose the model; in development, the only client.

    Raises
    ------
    SettingsError
        `GENRE_OPERATORS` names a client that `GENRE_CLIENTS` does not have.
    """
    unknown = settings.operator_ids.difference(clients.client_ids)
    if unknown:
        names = ", ".join(sorted(unknown))
        raise SettingsError(
            f"GENRE_OPERATORS names clients that are not in GENRE_CLIENTS: {names}."
        )
    if clients.client_ids == (DEVELOPMENT_CLIENT,) and settings.clients is None:
        return frozenset(clients.client_ids)
    return settings.operator_ids


def roles_of(settings: Settings, clients: Clients) -> dict[str, frozenset[str]]:
    """Return the roles of each client; those that `GENRE_ROLES` leaves out write and review.

    In development, the only client is an operator unless it has an entry.

    Raises
    ------
    SettingsError
        `GENRE_ROLES` is malformed, or it or `GENRE_OPERATORS` names an unknown client.
    """
    given = _parse_roles(settings.roles, clients)
    operators = operators_of(settings, clients)
    if settings.clients is None:
        operators = operators.difference(given)
    return {
        client: frozenset([OPERATOR] if client in operators else given.get(client, DEFAULT_ROLES))
        for client in clients.client_ids
    }


def _parse_roles(text: str, clients: Clients) -> dict[str, set[str]]:
    roles: dict[str, set[str]] = {}
    for position, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
        client, _, role = entry.rpartition(":")
        if client not in clients.client_ids or role not in ROLES:
            raise SettingsError(
                f"GENRE_ROLES: entry {position} must be id:role, with an id in GENRE_CLIENTS and a "
                f"role of {', '.join(ROLES)}."
            )
        roles.setdefault(client, set()).add(role)
    return roles


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a listening address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
