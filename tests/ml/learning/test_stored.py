"""An adaptation as bytes: whole, repeatable, and without pickle."""

import io
import json
import zipfile

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from support.answered_catalogue import GENRES, MadeUpCatalogue, make_catalogue

from ml.learning.adaptation import Adaptation, adapt
from ml.learning.stored import StoredAdaptationError, from_bytes, summary, to_bytes


@pytest.fixture(scope="module")
def catalogue() -> MadeUpCatalogue:
    return make_catalogue()


@pytest.fixture(scope="module")
def adaptation(catalogue: MadeUpCatalogue) -> Adaptation:
    return adapt(
        catalogue.answers(np.arange(40)),
        catalogue.candidates(np.arange(40, 240)),
        (*GENRES, "música"),
        catalogue.embedder,
        parent_version="v1",
        vocabulary=("añil", "blue"),
    )


def test_what_was_stored_predicts_the_same(
    catalogue: MadeUpCatalogue, adaptation: Adaptation
) -> None:
    read = from_bytes(to_bytes(adaptation))

    features = (catalogue.numbers, catalogue.words, catalogue.log_odds)
    assert_array_equal(read.log_odds(*features), adaptation.log_odds(*features))
    assert read.genres == adaptation.genres
    assert read.worth == adaptation.worth
    assert read.vocabulary == adaptation.vocabulary
    assert read.learnt.points.titles == adaptation.learnt.points.titles
    assert read.next_ten_gain == adaptation.next_ten_gain


def test_the_same_adaptation_gives_the_same_bytes(adaptation: Adaptation) -> None:
    assert to_bytes(from_bytes(to_bytes(adaptation))) == to_bytes(adaptation)


def test_the_summary_is_json_and_counts_the_answers(adaptation: Adaptation) -> None:
    found = json.loads(json.dumps(summary(adaptation)))

    assert found["parent_version"] == "v1"
    assert found["answers"] == sum(found["answers_by_genre"].values()) == 40
    assert found["answers_by_genre"]["música"] == 0


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:-30], id="cut short"),
        pytest.param(lambda content: b"", id="empty"),
        pytest.param(lambda content: content[: len(content) // 2] * 2, id="torn"),
    ],
)
def test_damaged_bytes_are_an_error(adaptation: Adaptation, damage) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StoredAdaptationError):
        from_bytes(damage(to_bytes(adaptation)))


def test_a_pickle_is_refused(adaptation: Adaptation) -> None:
    file = io.BytesIO(to_bytes(adaptation))
    pickled = io.BytesIO()
    np.save(pickled, np.array([{}], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("more.npy", pickled.getvalue())

    with pytest.raises(StoredAdaptationError):
        from_bytes(file.getvalue())
