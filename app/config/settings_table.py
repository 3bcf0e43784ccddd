"""Write the settings and their descriptions to docs/reference/settings.md and `.env.example`.

A test compares both files with the output, so they cannot go stale.
"""

import re
from pathlib import Path

from app.config.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = "docs/reference/settings.md"
_TABLE_HEAD = "| variable | default | meaning |\n|---|---|---|\n"
_TABLE = re.compile(re.escape(_TABLE_HEAD) + r"(?:.+\n)*")


def main() -> None:
    """Write both files."""
    page = ROOT / PAGE
    page.write_text(with_table(page.read_text(encoding="utf-8")), encoding="utf-8")
    (ROOT / ".env.example").write_text(env_example(), encoding="utf-8")


def with_table(page: str) -> str:
    """Return the page with an up-to-date table of settings."""
    return _TABLE.sub(lambda _: _TABLE_HEAD + table(), page)


def table() -> str:
    """Return the rows of the table."""
    rows = [
        f"| `{variable}` | {f'`{default}`' if default else ''} | {help_text} |\n"
        for variable, default, help_text in _settings()
    ]
    return "".join(rows)


def env_example() -> str:
    """Return `.env.example`: every setting with its description, commented out."""
    head = "# Copy to .env and uncomment what you change.\n"
    entries = (
        f"\n# {help_text}\n# {variable}={default}\n" for variable, default, help_text in _settings()
    )
    return head + "".join(entries)


def _settings() -> list[tuple[str, str, str]]:
    return [
        (f"GENRE_{name.upper()}", _default(name), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if field.default_factory is not None:
        return "<user's data folder>/genre"
    if field.default is None:
        return ""
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)


if __name__ == "__main__":
    main()
