"""All settings, read once from `GENRE_*` variables and `.env`, then passed down as values."""

import os
import sys
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024
ENV_FILE = ".env"
ROOTS_DATA = Path("/var/lib/genre")


def default_data_dir() -> Path:
    """Return the user's data folder; root's is closed to the account that runs its Postgres."""
    folder = platformdirs.user_data_path("genre")
    is_root = sys.platform != "win32" and os.geteuid() == 0
    # An earlier release kept root's data in its home.
    return ROOTS_DATA if is_root and not (folder / "postgres").exists() else folder


class Settings(BaseSettings):
    """The settings of the service; each field's docstring is its documentation."""

    model_config = SettingsConfigDict(
        env_prefix="GENRE_",
        env_file=ENV_FILE,
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """Port to listen on; 0 picks a free one."""
    database_url: SecretStr | None = None
    """`postgresql://user:password@host:5432/name`, 15 or newer; default: the embedded server."""
    data_dir: Path = Field(default_factory=default_data_dir)
    """Folder for the embedded Postgres and for uploads in progress; `/var/lib/genre` for root."""
    clients: SecretStr | None = None
    """Comma-separated `client-id:hashed-secret` entries; `genre hash-secret` makes one."""
    operators: str = ""
    """Comma-separated ids of the clients with the role `operator`, which may do everything."""
    roles: str = ""
    """Comma-separated `client-id:role`; without an entry, a client is a writer and a reviewer."""
    model_dir: Path | None = None
    """Model folder written by `genre train`; if unset, the model chosen by `genre model use`."""
    model_registry: Path | None = None
    """Folder for models added by `genre model add`; if unset, `models` in the data folder."""
    model_poll_s: float = Field(default=2, gt=0)
    """How often a process checks whether another model was chosen, in seconds."""
    max_upload_bytes: int = Field(default=4096 * MIB, ge=1)
    """Largest request with a file; larger ones fail with UPLOAD_TOO_LARGE."""
    max_decompressed_bytes: int = Field(default=16_384 * MIB, ge=1)
    """Largest content of a compressed file; more fails with UPLOAD_TOO_LARGE."""
    max_compression_ratio: int = Field(default=100, ge=2)
    """Largest ratio of a compressed file's content to its size; real tracks reach 3."""
    max_json_bytes: int = Field(default=8 * MIB, ge=1)
    """Largest request without a file."""
    max_rejects: int = Field(default=10_000, ge=0)
    """How many rejected rows of a batch are stored with their reasons; all are counted by code."""
    chunk_bytes: int = Field(default=4 * MIB, ge=65_536)
    """How much of a file is read, classified and stored at a time; this bounds memory use."""
    max_running_batches: int = Field(default=2, ge=1)
    """How many batches run at the same time; others wait with status QUEUED."""
    max_waiting_batches: int = Field(default=100, ge=0)
    """How many `wait: true` uploads may wait to run; more fail with SERVICE_UNAVAILABLE."""
    worker: bool = True
    """Whether this process runs `wait: false` batches; if not, `genre worker` must."""
    spool_url: str | None = None
    """Where `wait: false` uploads are stored: a folder, or `s3://bucket/prefix` to share them."""
    keep_uploads_days: int = Field(default=30, ge=0, le=3650)
    """How long uploaded files are kept below the spool, to download them with genres; 0: never."""
    keep_uploads_bytes: int = Field(default=20_480 * MIB, ge=0)
    """How much room they may take, in bytes; the oldest are removed first."""
    max_queued_uploads: int = Field(default=10_000, ge=1)
    """How many uploads may be QUEUED; more with `wait: false` fail with SERVICE_UNAVAILABLE."""
    max_queued_bytes: int = Field(default=102_400 * MIB, ge=1)
    """How large they may be together."""
    max_queued_uploads_per_client: int = Field(default=1_000, ge=1)
    """The same for each client."""
    max_queued_bytes_per_client: int = Field(default=20_480 * MIB, ge=1)
    """How large those of a client may be together."""
    min_free_bytes: int = Field(default=1024 * MIB, ge=0)
    """How much of the disk uploads with `wait: false` leave free, unless they are in a bucket."""
    batch_attempts: int = Field(default=3, ge=1)
    """How often a `wait: false` batch is tried at one position of its file before it is FAILED."""
    store_features: bool = True
    """Store each track's features, for explanations and retraining: 1.8 kB per track."""
    threads: int = Field(default=1, ge=0)
    """Cores that one prediction may use, 0 for all; leave some for other batches and Postgres."""
    database_pool_size: int = Field(default=10, ge=2)
    """Number of Postgres connections in the pool."""
    statement_timeout_s: float = Field(default=10, gt=0)
    """How long a statement may take, in seconds; storing, deleting, counting and exporting: 60."""
    connections: int = Field(default=4096, ge=1)
    """How many connections may be open; the oldest without a request makes room, else HTTP 503."""
    connections_per_address: int = Field(default=1024, ge=1)
    """The same for each address, else HTTP 429; a proxy is one address."""
    header_s: float = Field(default=10, gt=0)
    """How long the headers of a request may take, in seconds; else HTTP 408."""
    body_bytes_per_s: int = Field(default=1024, ge=0)
    """How fast a body must arrive, in each 10 seconds; else HTTP 408."""
    body_s: float = Field(default=7200, gt=0)
    """How long a body may take, in seconds; else HTTP 408."""
    allowed_hosts: str = ""
    """Comma-separated names by which clients reach the service, besides loopback and addresses."""
    cors_origins: str = ""
    """Comma-separated origins of frontends on other hosts, such as `https://app.example`."""
    subscriptions: int = Field(default=2000, ge=1)
    """How many subscriptions may run in a process, as event streams and over WebSockets."""
    subscriptions_per_client: int = Field(default=200, ge=1)
    """How many subscriptions each client may have running in a process."""
    websocket_connections: int = Field(default=1000, ge=0)
    """How many WebSockets may be open in a process, one in ten without credentials yet; 0: none."""
    websocket_connections_per_client: int = Field(default=100, ge=1)
    """How many WebSockets each client may have open in a process."""
    websocket_operations: int = Field(default=20, ge=1)
    """How many operations may run on a WebSocket at the same time."""
    websocket_message_bytes: int = Field(default=MIB, ge=1024)
    """Largest message that a client may send over a WebSocket."""
    websocket_init_s: float = Field(default=5, gt=0)
    """How long a WebSocket may be open without valid credentials, in seconds."""
    websocket_idle_s: float = Field(default=300, gt=0)
    """How long a WebSocket may be open without a running operation, in seconds."""
    webhook_hosts: str = ""
    """Comma-separated hosts that `notify` may call: `host`, `host:port` or `*.domain`."""
    webhook_secret: SecretStr | None = None
    """Signs webhooks: `whsec_` and 24 to 64 bytes in Base64; several, comma-separated, all sign."""
    webhook_private: bool = False
    """Whether webhooks may call private addresses, such as `10.0.0.1`, and `http`."""
    webhook_attempts: int = Field(default=10, ge=1)
    """How often a webhook is tried; at the default delay, for about a day."""
    webhook_retry_s: float = Field(default=5, gt=0)
    """Delay before a webhook's second attempt, in seconds; it grows fourfold each time."""
    max_query_cost: int = Field(default=100_000, ge=1)
    """Largest cost of an operation: the sizes of its pages times the fields of each row."""
    introspection: bool = True
    """Whether clients may query the schema; if not, errors make no suggestions either."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Minimum level of log messages."""
    log_format: Literal["text", "json"] = "text"
    """`json` logs one object per line, with the request id."""
    shutdown_timeout_s: int = Field(default=30, ge=1)
    """How long running requests may take to finish when the service stops, in seconds."""

    @property
    def allowed_origins(self) -> list[str]:
        """`cors_origins` as a list."""
        return [origin.strip() for origin in self.cors_origins.split(",") if origin.strip()]

    @property
    def host_names(self) -> list[str]:
        """`allowed_hosts` as a list, and the name that the service listens on."""
        names = [name.strip() for name in self.allowed_hosts.split(",")]
        return [name for name in (*names, self.host) if name]

    @property
    def operator_ids(self) -> frozenset[str]:
        """`operators` as a set."""
        return frozenset(name.strip() for name in self.operators.split(",") if name.strip())

    @property
    def spool(self) -> str:
        """`spool_url`, or a folder next to the database."""
        return self.spool_url or str(self.data_dir / "spool")

    @property
    def is_embedded(self) -> bool:
        """Whether the service starts its own Postgres."""
        return self.database_url is None


class SettingsError(Exception):
    """A setting is invalid; the message names it and what is allowed, never its value."""


def read_settings(*, env_file: str | None = ENV_FILE, **overrides: object) -> Settings:
    """Read the settings; `overrides` take precedence unless they are None.

    `env_file` is read too, unless it is None.

    Raises
    ------
    SettingsError
        A setting is invalid.
    """
    try:
        given = {key: value for key, value in overrides.items() if value is not None}
        return Settings(_env_file=env_file, **given)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = [
            f"GENRE_{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise SettingsError("; ".join(problems)) from None
