"""Kinds of models: what the manifest says selects the loader, and every file is checked first."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from support.booster_kind import BOOSTER, FILE, BoosterModel, train_booster

from ml.errors import ArtefactError, ArtefactMismatchError
from ml.model.experts.ensemble import ExpertEnsemble
from ml.model.genre_model import GenreModel, WordModel
from ml.store.folder import SHIPPED_MODEL_DIR, read_files
from ml.store.kinds import Kind, register_kind
from ml.store.loaded import load_model, make_model, read_parts
from ml.store.manifest import MANIFEST_FILE, Manifest, sha256_of
from ml.store.model_card import render_card
from ml.store.parts import ModelParts


def load_parent(parts: ModelParts) -> GenreModel:
    """Make the simplest model that builds on another."""
    assert parts.parent is not None
    return parts.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    register_kind(BOOSTER)
    train_booster(tmp_path / "booster")
    return tmp_path / "booster"


def test_a_manifest_of_an_older_release_is_read(tmp_path: Path) -> None:
    """It names no kind and has no expectation: its figures are those by group."""
    folder = tmp_path / "older"
    shutil.copytree(SHIPPED_MODEL_DIR, folder)
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    for name in ("kind", "expected", "independent"):
        del manifest[name]
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))

    loaded = load_model(folder)

    assert isinstance(loaded.model, ExpertEnsemble)
    assert loaded.manifest.kind == "experts"
    assert loaded.version == loaded.model.version == manifest["version"]
    assert loaded.manifest.headline == loaded.manifest.metrics
    assert "On held-out groups, expect **0.69**" in render_card(loaded.manifest)


def test_the_kind_of_the_manifest_makes_the_model(folder: Path) -> None:
    loaded = load_model(folder)

    assert isinstance(loaded.model, BoosterModel)
    assert loaded.model.version == loaded.manifest.version


def test_the_card_is_written_for_any_kind(folder: Path) -> None:
    card = (folder / "MODEL_CARD.md").read_text()

    assert "A model of kind `booster`: trees 80." in card
    assert "Learning curve" not in card


def test_a_model_can_be_kept_elsewhere_than_in_a_folder(folder: Path) -> None:
    parts = read_parts(folder)
    kept = ModelParts(Manifest.model_validate_json(parts.manifest.to_json()), dict(parts.files))

    assert make_model(kept).version == parts.manifest.version


@pytest.mark.parametrize("content", [b"tree", None])
def test_the_files_of_every_kind_are_checked(folder: Path, content: bytes | None) -> None:
    if content is None:
        (folder / FILE).unlink()
    else:
        (folder / FILE).write_bytes(content)

    with pytest.raises(ArtefactMismatchError, match=f"{FILE}: expected sha256"):
        load_model(folder)


def test_what_a_loader_cannot_read_is_an_error_of_the_model(folder: Path) -> None:
    (folder / FILE).write_bytes(b"no tree")
    manifest = Manifest.read(folder)
    manifest.model_copy(update={"files": {FILE: sha256_of(b"no tree")}}).write(folder)

    with pytest.raises(ArtefactError, match=f"Model {manifest.version} cannot be read"):
        load_model(folder)


def test_a_manifest_cannot_name_files_elsewhere(folder: Path) -> None:
    manifest = Manifest.read(folder)
    manifest = manifest.model_copy(update={"files": {"../secret": "0" * 64}})

    with pytest.raises(ArtefactError, match="outside its folder"):
        read_files(folder, manifest)


def test_a_kind_can_build_on_another_model(folder: Path) -> None:
    kind = Kind("same as parent", load_parent)
    register_kind(kind)
    parent, parts = load_model(folder).model, read_parts(folder)
    manifest = parts.manifest.model_copy(update={"kind": kind.name})

    assert make_model(replace(parts, manifest=manifest, parent=parent)).model is parent


def test_two_kinds_cannot_share_a_name() -> None:
    register_kind(BOOSTER)
    register_kind(BOOSTER)

    with pytest.raises(ValueError, match="already called 'booster'"):
        register_kind(Kind("booster", lambda parts: load_model(SHIPPED_MODEL_DIR).model))


def test_only_models_with_words_share_them(folder: Path) -> None:
    assert isinstance(load_model(SHIPPED_MODEL_DIR).model, WordModel)
    assert not isinstance(load_model(folder).model, WordModel)
