"""Words of both vocabularies meet in one form."""

import pytest

from ml.model.words import normalise_word


@pytest.mark.parametrize(
    ("stem", "written"),
    [
        pytest.param("befor", "Before", id="final-e"),
        pytest.param("memori", "memory", id="final-y"),
        pytest.param("think", "thought", id="irregular"),
        pytest.param("corazon", "Corazón", id="accent"),
        pytest.param("be", "was", id="to-be"),
        pytest.param("love", "love", id="short-word-keeps-e"),
    ],
)
def test_stem_and_written_word_are_one(stem: str, written: str) -> None:
    assert normalise_word(stem) == normalise_word(written)


@pytest.mark.parametrize("word", ["", "!?", "夜"])
def test_what_has_no_latin_letter_or_digit_is_no_word(word: str) -> None:
    assert normalise_word(word) == ""
