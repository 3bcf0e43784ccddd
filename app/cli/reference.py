"""Write the generated parts of the documentation: every command, and every column of a file.

A test compares the files with the output, so they cannot go stale.
"""

from pathlib import Path
from typing import Any

from app.cli.lazy import COMMANDS, load_command
from ml.columns import (
    AUDIO_COLUMNS,
    MAX_TITLE_CHARS,
    MAX_TRACK_ID,
    METADATA_COLUMNS,
    rule_of,
)

ROOT = Path(__file__).parents[2]
COMMANDS_FILE = ROOT / "docs" / "reference" / "cli.md"
DATA_FILE = ROOT / "docs" / "data.md"
BEGIN, END = "<!-- columns -->\n", "<!-- /columns -->\n"
MEANINGS = {
    "loudness": ("dB", "Mean loudness of the recording; usually below 0."),
    "tempo": ("beats per minute", "Estimated tempo."),
    "time_signature": ("beats per bar", "Estimated beats per bar; 0 if there is none."),
    "key": ("pitch class", "0 is C, 1 is C sharp, up to 11, B."),
    "mode": ("–", "0 is minor, 1 is major."),
    "duration": ("seconds", "Length of the recording."),
}
OPTIONAL = "Required, unless missing values are allowed (`allowMissing`)."
_HEAD = "| column | unit | allowed | meaning | if it is missing |\n|---|---|---|---|---|\n"


def main() -> None:
    """Write both files."""
    COMMANDS_FILE.write_text(commands_page(), encoding="utf-8")
    DATA_FILE.write_text(with_columns(DATA_FILE.read_text(encoding="utf-8")), encoding="utf-8")


def with_columns(page: str) -> str:
    """Return the page on data with an up-to-date table of columns."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{columns_table()}{END}{after}"


def columns_table() -> str:
    """Return the columns of a file, one row each; the audio features share one."""
    words = "May be empty. A row without words and title has only sound."
    rows = [
        (
            "trackID",
            "–",
            f"a whole number from 0 to {MAX_TRACK_ID}",
            "Tells tracks apart.",
            "Reject.",
        ),
        ("title", "–", f"1 to {MAX_TITLE_CHARS} characters", "Shown and searched.", OPTIONAL),
        ("tags", "–", "words separated by commas", "Words of the lyrics.", words),
        *((name, *_number(name)) for name in METADATA_COLUMNS),
        (
            f"{AUDIO_COLUMNS[0]}` to `{AUDIO_COLUMNS[-1]}",
            "–",
            rule_of(AUDIO_COLUMNS[0]).expectation,
            "Audio features: timbre, MFCCs, spectral and chroma energies.",
            OPTIONAL,
        ),
    ]
    return _HEAD + "".join(f"| `{name}` | {' | '.join(rest)} |\n" for name, *rest in rows)


def _number(name: str) -> tuple[str, str, str, str]:
    unit, meaning = MEANINGS[name]
    return unit, rule_of(name).expectation, meaning, OPTIONAL


def commands_page() -> str:
    """Return the page on the command line."""
    parts = [
        "# The command line\n\nThis page is generated from the commands. `genre COMMAND --help` "
        "says the same, and `genre --version` prints the version.\n"
    ]
    for name, (place, _) in COMMANDS.items():
        parts += _describe(f"genre {name}", load_command(name, place))
    return "\n".join(parts)


def _describe(path: str, command: Any) -> list[str]:
    if hasattr(command, "commands"):
        parts = [f"## {path}\n\n{command.help}\n"]
        for name, inner in command.commands.items():
            parts += _describe(f"{path} {name}", inner)
        return parts
    level = "##" if path.count(" ") == 1 else "###"
    lines = [_describe_parameter(parameter) for parameter in command.params]
    parameters = "| | | |\n|---|---|---|\n" + "".join(lines) if lines else ""
    return [f"{level} {path}\n\n{command.help}\n", parameters]


def _describe_parameter(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in parameter.opts)
    if parameter.param_type_name == "argument":
        names = f"`{parameter.name.upper()}`"
    help_text = (parameter.help or "").replace("|", "\\|")
    return f"| {names} | {'required' if parameter.required else ''} | {help_text} |\n"


if __name__ == "__main__":
    main()
