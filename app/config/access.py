"""Decide who may ask: configured clients, or development credentials where they are safe."""

import ipaddress
import logging
from dataclasses import dataclass

from app.config.credentials import Clients, hash_secret, parse_clients
from app.config.settings import Settings, SettingsError

DEVELOPMENT_CLIENT = "test"
DEVELOPMENT_SECRET = "test"
logger = logging.getLogger("genre")


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask, and which of them may choose the model."""

    clients: Clients
    operators: frozenset[str]


def read_access(settings: Settings) -> Access:
    """Return who may ask; needs no database, so it can refuse before anything is started.

    Raises
    ------
    SettingsError
        The settings leave open who may ask.
    """
    clients = clients_of(settings)
    return Access(clients, operators_of(settings, clients))


def clients_of(settings: Settings) -> Clients:
    """Return the clients that may ask.

    Raises
    ------
    SettingsError
        `GENRE_CLIENTS` is malformed, or missing where others could reach the service or its data.
    """
    if settings.clients is not None and settings.clients.get_secret_value().strip():
        try:
            return parse_clients(settings.clients.get_secret_value())
        except ValueError as error:
            raise SettingsError(f"GENRE_CLIENTS: {error}") from None
    if not (settings.is_embedded and is_loopback(settings.host)):
        raise SettingsError(
            "GENRE_CLIENTS is not set. The development credentials test/test are only for the "
            "embedded database and a loopback address. Make a client with `genre hash-secret NAME`."
        )
    logger.warning(
        "Development credentials: client-id %s, client-secret %s. Set GENRE_CLIENTS for others.",
        DEVELOPMENT_CLIENT,
        DEVELOPMENT_SECRET,
    )
    return parse_clients(f"{DEVELOPMENT_CLIENT}:{hash_secret(DEVELOPMENT_SECRET)}")


def operators_of(settings: Settings, clients: Clients) -> frozenset[str]:
    """Return the clients that may choose the model; on a developer's machine, the one there is.

    Raises
    ------
    SettingsError
        `GENRE_OPERATORS` names a client that `GENRE_CLIENTS` does not have.
    """
    unknown = settings.operator_ids.difference(clients.client_ids)
    if unknown:
        names = ", ".join(sorted(unknown))
        raise SettingsError(f"GENRE_OPERATORS: no client of GENRE_CLIENTS is called {names}.")
    if clients.client_ids == (DEVELOPMENT_CLIENT,) and settings.clients is None:
        return frozenset(clients.client_ids)
    return settings.operator_ids


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address to listen on."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
