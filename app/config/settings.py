"""Every setting, read once from `GENRE_*` variables and `.env`, then handed down as values."""

from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024


class Settings(BaseSettings):
    """The settings of the service; the docstring of each field is its help."""

    model_config = SettingsConfigDict(
        env_prefix="GENRE_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """Port to listen on; 0 takes a free one."""
    database_url: SecretStr | None = None
    """`postgresql://user:password@host:5432/name`, 15 or newer; without it, the embedded server."""
    data_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path("genre"))
    """Folder of the embedded Postgres and of uploads that are being read."""
    clients: SecretStr | None = None
    """`client-id:hashed-secret`, more after commas; `genre hash-secret` makes one."""
    operators: str = ""
    """Clients that may choose the model, by id, separated by commas."""
    model_dir: Path | None = None
    """Folder of the model, as `genre train` writes it; without it, `genre model use` decides."""
    model_registry: Path | None = None
    """Folder of what `genre model add` keeps; without it, `models` in the data folder."""
    model_poll_s: float = Field(default=2, gt=0)
    """How often a process looks whether another model was chosen, in seconds."""
    max_upload_bytes: int = Field(default=4096 * MIB, ge=1)
    """Largest request with a file; more is answered with UPLOAD_TOO_LARGE."""
    max_decompressed_bytes: int = Field(default=16_384 * MIB, ge=1)
    """Largest content of a compressed file; more is answered with UPLOAD_TOO_LARGE too."""
    max_compression_ratio: int = Field(default=100, ge=2)
    """How many times larger than the compressed file its content may be; real tracks reach 3."""
    max_json_bytes: int = Field(default=8 * MIB, ge=1)
    """Largest request without a file."""
    chunk_bytes: int = Field(default=4 * MIB, ge=65_536)
    """How much of a file is read, classified and stored at a time; bounds the memory."""
    max_running_batches: int = Field(default=2, ge=1)
    """Files that are classified at the same time; others wait, with status QUEUED."""
    max_waiting_batches: int = Field(default=100, ge=0)
    """Uploads that may wait for that with their clients; more are answered SERVICE_UNAVAILABLE."""
    worker: bool = True
    """Whether this process works off uploads with `wait: false`; else `genre worker` must run."""
    spool_url: str | None = None
    """Where such uploads wait: a folder, or `s3://bucket/prefix` for machines that share it."""
    batch_attempts: int = Field(default=3, ge=1)
    """How often such an upload is tried at the same place of its file before it has FAILED."""
    store_features: bool = True
    """Keep what the model saw of each track, for retraining on corrections: 1.8 kB a track."""
    threads: int = Field(default=1, ge=0)
    """Cores that one prediction may use, 0 for all; batches and Postgres use the others."""
    database_pool_size: int = Field(default=10, ge=2)
    """Connections to Postgres that are kept open."""
    cors_origins: str = ""
    """Origins of frontends on other hosts, separated by commas, such as `https://app.example`."""
    introspection: bool = True
    """Whether clients may ask for the schema; without it, errors give no suggestions either."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much is logged."""
    log_format: Literal["text", "json"] = "text"
    """`json` writes one object a line, with the request id."""
    shutdown_timeout_s: int = Field(default=30, ge=1)
    """How long running requests may take to finish when the service is told to stop, in seconds."""

    @property
    def allowed_origins(self) -> list[str]:
        """`cors_origins` as a list."""
        return [origin.strip() for origin in self.cors_origins.split(",") if origin.strip()]

    @property
    def operator_ids(self) -> frozenset[str]:
        """`operators` as a set."""
        return frozenset(name.strip() for name in self.operators.split(",") if name.strip())

    @property
    def spool(self) -> str:
        """`spool_url`, or a folder beside the database."""
        return self.spool_url or str(self.data_dir / "spool")

    @property
    def is_embedded(self) -> bool:
        """Whether the service starts a Postgres of its own."""
        return self.database_url is None


class SettingsError(Exception):
    """A setting is wrong; the message names it and what is allowed, never its value."""


def read_settings(**overrides: object) -> Settings:
    """Read the settings; `overrides` win, those that are None do not count.

    Raises
    ------
    SettingsError
        One is not valid.
    """
    try:
        return Settings(**{key: value for key, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        problems = [
            f"GENRE_{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise SettingsError("; ".join(problems)) from None
