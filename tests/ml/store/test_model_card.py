"""The card says what the manifest says."""

from pathlib import Path

from support.repository import ROOT

from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.manifest import Manifest
from ml.store.model_card import PICTURES, render_card


def test_the_card_in_the_repository_is_that_of_the_shipped_model() -> None:
    notes = (ROOT / "docs/model/notes.txt").read_text(encoding="utf-8")

    card = render_card(Manifest.read(SHIPPED_MODEL_DIR), notes, "docs/model")

    assert (ROOT / "MODEL_CARD.md").read_text(encoding="utf-8") == card, "run scripts/model-card"


def test_the_pictures_are_there_and_small() -> None:
    for name in PICTURES:
        assert 0 < (ROOT / "docs/model" / name).stat().st_size < 150_000


def test_the_card_of_a_trained_model_travels_with_it(trained_model: Path) -> None:
    card = (trained_model / "MODEL_CARD.md").read_text(encoding="utf-8")

    assert Manifest.read(trained_model).version in card
    assert "random split (flattering)" in card
