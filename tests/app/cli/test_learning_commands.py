"""Run `genre review` and `genre learn`, as a person at a terminal or a script would."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.program import expected_errors, program


class Terminal:
    """Commands on a data folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            **os.environ,
            "COLUMNS": "200",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "GENRE_DATA_DIR": str(folder),
        }

    def run(self, *arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(program, [*arguments], input=typed, env=self.env)

    def output(self, *arguments: str, typed: str = "") -> str:
        done = self.run(*arguments, typed=typed)
        assert done.exit_code == 0, repr(done.exception)
        return done.stdout


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A catalogue of 120 made-up tracks."""
    terminal = Terminal(tmp_path_factory.mktemp("learning"))
    sample = str(tmp_path_factory.mktemp("sample") / "sample.csv")
    terminal.output("sample", "--rows", "120", "--seed", "4", "--out", sample)
    terminal.output("classify", sample)
    return terminal


def test_learning_without_answers_says_what_to_do(filled: Terminal) -> None:
    done = filled.run("learn")

    assert isinstance(done.exception, expected_errors())
    assert "nothing to learn from" in str(done.exception)


def test_review_stores_answers_and_learn_puts_them_to_use(filled: Terminal) -> None:
    keys = ["1", "s", "2", "u", "o", "fol", "o", "polka", "y", *["1"] * 28, "q"]

    reviewed = filled.output("review", typed="\n".join(keys) + "\n")
    learned = json.loads(filled.output("learn", "--use", "--json"))
    models = filled.output("model", "list")
    shown = filled.output("model", "show")

    assert "Withdrew the last answer" in reviewed
    assert "✓ folk" in reviewed
    assert 'Teach the new genre "polka"?' in reviewed
    assert "answers. It takes 20 answers to estimate the accuracy." in reviewed
    assert "answers. Expected accuracy on the unanswered tracks" in reviewed
    assert learned["answers"] == learned["answers_by_genre"]["polka"] + sum(
        answers for genre, answers in learned["answers_by_genre"].items() if genre != "polka"
    )
    assert f"Stored {learned['answers']} answers." in reviewed
    assert learned["answers"] >= 20
    assert learned["answers_by_genre"]["polka"] == 1
    assert learned["is_used"]
    assert 0 < learned["accuracy_after"] <= 1
    assert "Learned from corrections" in models
    assert learned["version"] in models
    assert f"Model {learned['version']}" in shown
    assert "command line" in models


def test_review_ends_when_input_ends_and_the_number_is_reached(filled: Terminal) -> None:
    ended = filled.output("review", typed="1\n1\n")
    reached = filled.output("review", "--first", "3", typed="1\n" * 10)

    assert "Stored 2 answers." in ended
    assert "Stored 3 answers." in reached


def test_rollback_returns_to_the_shipped_model(filled: Terminal) -> None:
    filled.output("model", "rollback")

    listed = json.loads(filled.output("model", "list", "--json"))
    assert listed["current"] == listed["models"][0]["version"]
    assert [model["version"] for model in listed["learned"]]


def test_review_of_an_unknown_batch_is_refused(filled: Terminal) -> None:
    done = filled.run("review", "--batch", "6a7e8f0c-0000-4000-8000-000000000000")

    assert done.exit_code != 0
    assert "There is no batch" in done.output
