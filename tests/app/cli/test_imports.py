"""Commands import only what they need, so they start quickly; the help lists all of them."""

import subprocess
import sys
from typing import Any

import pytest

from app.cli.lazy import COMMANDS, load_command

TRAINING_ONLY = (*("matplotlib", "optuna", "scipy.cluster", "ml.training", "ml.sampling.fitting"),)
NOT_AT_EVERY_START = ("alembic", "httpx", "pyarrow.parquet", "s3fs", "app.cli.demonstration")
EVERYTHING = ("asyncpg", "lightgbm", "numpy", "pyarrow", "sqlalchemy", "starlette", "strawberry")


def imported_by(code: str, *names: str) -> list[str]:
    """Return which of `names` a new Python process has imported after `code`."""
    code = f"{code}\nimport sys\nprint('\\n', *[n for n in {names!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()


def test_server_does_not_import_what_it_does_not_need() -> None:
    names = TRAINING_ONLY + NOT_AT_EVERY_START

    assert imported_by("import app.cli.commands.serve, app.server", *names) == []


def test_classifying_imports_no_library_that_only_training_needs() -> None:
    code = """
import io
from app.runtime.process import quick_imports
with quick_imports():
    import app.server
from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.loaded import load_model
from ml.sampling.generator import write_sample_csv
from ml.reading.tracks_csv import read_tracks
sample = io.StringIO()
write_sample_csv(sample, 20, 1)
model = load_model(SHIPPED_MODEL_DIR).model
for chunk in read_tracks(io.BytesIO(sample.getvalue().encode())):
    model.predict(chunk.tracks)
    model.explain(chunk.tracks)
"""
    names = ("sklearn", "pandas", "scipy.stats", "joblib", *TRAINING_ONLY, *NOT_AT_EVERY_START)
    names += ("scipy.optimize",)  # only learning from corrections needs it

    assert imported_by(code, *names) == []
    assert imported_by(code + "import sklearn, pandas", *names[:3]) == [*names[:3]]
    assert imported_by(code + "__import__('pyarrow').array([1]).to_pandas()", "pandas")


def test_made_up_tracks_need_no_pandas() -> None:
    assert imported_by("import ml.sampling.generator", "pandas", "scipy.stats") == []


def test_help_imports_no_command() -> None:
    commands = [place.partition(":")[0] for place, _ in COMMANDS.values()]
    code = "from app.cli import main\nimport sys\nsys.argv = ['genre', '--help']"
    code += "\ntry: main()\nexcept SystemExit: pass"

    assert imported_by(code, *EVERYTHING, *commands) == []


def test_postgres_can_be_started_before_the_rest_is_imported() -> None:
    assert imported_by("import app.cli.commands.serve", *EVERYTHING) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_of_a_command_what_the_command_says(name: str) -> None:
    place, summary = COMMANDS[name]

    command: Any = load_command(name, place)

    assert command.name == name
    assert " ".join((command.help or "").split("\n\n")[0].split()) == summary
