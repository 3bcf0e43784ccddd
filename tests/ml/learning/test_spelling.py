"""Stems of lyric words become words that people read."""

from ml.learning.spelling import spell_words


def test_stems_become_common_words() -> None:
    stems = ["accid", "squeez", "gypsi", "alway", "rememb"]

    assert spell_words(stems) == ["accident", "squeeze", "gypsy", "always", "remember"]


def test_words_and_unknown_stems_stay() -> None:
    assert spell_words(["love", "corazon", "zzyzx"]) == ["love", "corazon", "zzyzx"]


def test_two_stems_of_a_word_give_it_once_and_blanks_nothing() -> None:
    assert spell_words([" alwai", "", "night", "alway "]) == ["always", "night"]
