"""What the notebooks say about words."""

import numpy as np
from scipy import sparse

from notebooks.parts.words import language, log_odds, overlap, telling_words


def test_log_odds_find_the_word_of_a_genre_and_discount_rare_ones() -> None:
    texts = np.zeros((40, 3))
    texts[:, 0] = 1  # in every text
    texts[:20, 1] = 1  # in every text of the first genre
    texts[0, 2] = 1  # once
    truth = np.repeat([0, 1], 20)

    z = log_odds(sparse.csr_matrix(texts), truth, 2, prior=10)

    assert z[0, 1] > 1.96
    assert z[0, 1] > z[0, 2] > 0
    assert z[1, 1] < -1.96
    table = telling_words(z, ("all", "first", "once"), ("folk", "metal"), 1)
    assert table["most telling words"].tolist() == ["first", "all"]


def test_language_is_told_by_common_words() -> None:
    assert language(["the", "you", "and", "my", "heart"]) == "English"
    assert language(["que", "de", "el", "en", "la", "corazon"]) == "Spanish"
    assert language(["qwerty"]) == "other"
    assert language([]) == "no words"


def test_overlap_finds_repeated_texts_and_ignores_short_ones() -> None:
    words = np.zeros((4, 12))
    words[0, :10] = words[1, :10] = 1
    words[2, :2] = words[3, :2] = 1

    assert overlap(sparse.csr_matrix(words)).tolist() == [1, 1, 0, 0]
