"""Lyric words: how tags are split, which words are kept, which tracks have them."""

import pyarrow as pa
import pytest

from ml.model.vocabulary import Vocabulary, split_tags


def tags_of(*tags: str) -> pa.Array:
    return pa.array(tags, pa.string())


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        pytest.param("love,rain", ["love", "rain"], id="two"),
        pytest.param("", [""], id="none"),
        pytest.param(" Love ,\tRAIN", [" Love ", "\tRAIN"], id="as-they-stand"),
        pytest.param("new york,it's", ["new york", "it's"], id="space-and-quote-inside"),
        pytest.param("la,la", ["la", "la"], id="twice"),
        pytest.param("a\nb", ["a\nb"], id="newline-inside"),
    ],
)
def test_splits_tags_into_words(tags: str, words: list[str]) -> None:
    found = split_tags(tags_of(tags))

    assert found.words.to_pylist() == words
    assert found.rows.tolist() == [0] * len(words)


def test_tells_the_track_of_each_word() -> None:
    found = split_tags(tags_of("a,b", "", "c", ",b"))

    assert found.rows.tolist() == [0, 0, 1, 2, 3, 3]
    assert found.words.to_pylist() == ["a", "b", "", "c", "", "b"]


def test_splits_a_slice_of_an_array() -> None:
    tags = tags_of("a", "b,c", "d").slice(1, 2)

    found = split_tags(tags)

    assert found.rows.tolist() == [0, 0, 1]
    assert found.words.to_pylist() == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        pytest.param(" Love ,\tRAIN,love", ("love", "rain"), id="trimmed-and-lower"),
        pytest.param("Été,ÑANDÚ", ("ete", "nandu"), id="not-ascii"),
        pytest.param(",, ,", (), id="only-commas"),
        pytest.param("", (), id="none"),
    ],
)
def test_knows_words_in_their_normal_form(tags: str, words: tuple[str, ...]) -> None:
    assert Vocabulary.fit(split_tags(tags_of(tags)), min_texts=1).words == words


@pytest.mark.parametrize(
    ("min_tracks", "words"),
    [
        pytest.param(1, ("love", "night", "rain"), id="all"),
        pytest.param(2, ("love", "rain"), id="two-tracks"),
        pytest.param(3, ("love",), id="three-tracks"),
        pytest.param(4, (), id="more-than-there-are"),
    ],
)
def test_takes_words_by_the_tracks_that_have_them(min_tracks: int, words: tuple[str, ...]) -> None:
    tags = tags_of("rain,Love", "love,night,night,night,night", "love,rain")

    vocabulary = Vocabulary.fit(split_tags(tags), min_texts=min_tracks)

    assert vocabulary.words == words
    assert len(vocabulary) == len(words)


def test_marks_known_words_once() -> None:
    vocabulary = Vocabulary(["love", "rain", "night"])

    matrix = vocabulary.incidence(
        split_tags(tags_of("rain,love,rain,LOVE", "", "unknown", "night,unknown"))
    )

    assert matrix.toarray().tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert matrix.dtype == "float32"


@pytest.mark.parametrize(
    ("words", "tags", "shape"),
    [
        pytest.param([], ("love",), (1, 0), id="no-words"),
        pytest.param(["love"], (), (0, 1), id="no-tracks"),
        pytest.param(["love"], ("", ""), (2, 1), id="no-tags"),
    ],
)
def test_makes_an_empty_matrix(
    words: list[str], tags: tuple[str, ...], shape: tuple[int, int]
) -> None:
    matrix = Vocabulary(words).incidence(split_tags(tags_of(*tags)))

    assert matrix.shape == shape
    assert matrix.nnz == 0
