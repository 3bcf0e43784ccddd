"""Open a pool of connections to Postgres."""

import asyncio
from typing import Any

from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from db.breaker import Breaker
from db.errors import StorageSetupError, StorageUnavailableError, reason_of, translate_errors
from db.time_limits import GRACE_S, STATEMENT_S, enforce

OLDEST_POSTGRES = 15
CONNECT_TIMEOUT_S = 3.0
POOL_TIMEOUT_S = 2.0
"""How long a statement waits for a connection when all are busy."""
_NETWORK = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25000",
    "client_connection_check_interval": "10000",
}
"""Make Postgres notice within 30 s that this machine has vanished, and free its locks."""
_SCHEMES = ("postgres", "postgresql", "postgresql+asyncpg")
Sessions = async_sessionmaker[AsyncSession]


def read_database_url(address: str) -> URL:
    """Parse a Postgres URL in libpq's or SQLAlchemy's spelling.

    Raises
    ------
    StorageSetupError
        It is malformed; the message does not repeat the password.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise StorageSetupError(
            "GENRE_DATABASE_URL must look like postgresql://user:password@host:5432/name."
        ) from None
    if url.drivername not in _SCHEMES:
        raise StorageSetupError(
            f"GENRE_DATABASE_URL begins with {url.drivername}://; it must begin with postgresql://."
        )
    query: dict[str, Any] = dict(url.query)
    if "sslmode" in query:  # libpq's word; asyncpg's is ssl
        query["ssl"] = query.pop("sslmode")
    return url.set(drivername="postgresql+asyncpg", query=query)


def create_engine(
    address: str, *, pool_size: int = 10, statement_s: float = STATEMENT_S
) -> AsyncEngine:
    """Create a pool; it connects on first use.

    `statement_s` limits a statement unless `db.time_limits.allow_long` is asked for more.
    """
    url = read_database_url(address)
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=5,
        pool_timeout=POOL_TIMEOUT_S,
        hide_parameters=True,  # the log must not contain users' data
        connect_args={
            "async_creator_fn": Breaker().connect,
            "timeout": CONNECT_TIMEOUT_S,
            "command_timeout": statement_s + GRACE_S,
            "server_settings": {**_settings(statement_s), **(_NETWORK if _is_remote(url) else {})},
        },
    )
    enforce(engine, statement_s)
    event.listen(engine.sync_engine, "checkout", _check_open)
    return engine


def _settings(statement_s: float) -> dict[str, str]:
    return {
        "application_name": "genre",
        "statement_timeout": f"{round(1000 * statement_s)}",
        "jit": "off",
        # The best plan depends on the genre and the words, so never use a generic one.
        "plan_cache_mode": "force_custom_plan",
        # Starting workers takes longer than our queries.
        "max_parallel_workers_per_gather": "0",
    }


def _is_remote(url: URL) -> bool:
    host = str(url.host or url.query.get("host") or "")
    return bool(host) and not host.startswith("/")


async def _see_events(driver: object) -> None:
    """Let the event loop see whether the connection was closed, which takes it two turns."""
    for _ in range(2):
        await asyncio.sleep(0)


def _check_open(connection: Any, record: object, proxy: object) -> None:
    """Replace a connection that Postgres has closed; a ping would cost three round trips."""
    connection.run_async(_see_events)
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def create_sessions(engine: AsyncEngine) -> Sessions:
    """Return the session factory; each repository method opens a session."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def driver_of(connection: AsyncConnection) -> Any:
    """Return the asyncpg connection, inside SQLAlchemy's transaction.

    SQLAlchemy begins it at its first statement, so this executes one if there was none.
    """
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if not driver.is_in_transaction():
        await connection.execute(text("SELECT"))
    return driver


async def check_server(engine: AsyncEngine) -> None:
    """Check that the server responds and is new enough.

    Raises
    ------
    StorageUnavailableError
        It cannot be reached; the message names host and port.
    StorageSetupError
        It refuses the connection, or is older than Postgres 15.
    """
    where = describe(engine.url)
    try:
        with translate_errors():
            async with engine.connect() as connection:
                number = await connection.scalar(text("SHOW server_version_num"))
    except StorageUnavailableError as error:
        raise StorageUnavailableError(
            f"{where} cannot be reached: {reason_of(error.__cause__)}. "
            "Check that it runs, and GENRE_DATABASE_URL."
        ) from error
    except DBAPIError as error:
        raise StorageSetupError(f"{where} refuses the connection: {error.orig}") from error
    major = int(number) // 10_000
    if major < OLDEST_POSTGRES:
        raise StorageSetupError(
            f"{where} is version {major}; version {OLDEST_POSTGRES} or newer is required."
        )


async def is_read_only(engine: AsyncEngine) -> bool:
    """Whether Postgres refuses to write, as a standby does."""
    with translate_errors():
        async with engine.connect() as connection:
            return bool(await connection.scalar(text("SHOW transaction_read_only")) == "on")


def describe(url: URL) -> str:
    """Describe a database for a message: host, port and name, never the password."""
    host = url.host or url.query.get("host") or "localhost"
    return f"Postgres at {host}:{url.port or 5432}, database {url.database or ''}"
