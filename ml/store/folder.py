"""A model as a folder: `manifest.json`, the files that it names, and the model card.

A folder appears complete or not at all. What is in the files is up to the kind of the model.
"""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ml.errors import ArtefactError
from ml.store.manifest import MANIFEST_FILE, Manifest
from ml.store.model_card import render_card

SHIPPED_MODEL_DIR = Path(__file__).parents[1] / "shipped"
"""The model of the release, so that the service starts without training."""
CARD_FILE = "MODEL_CARD.md"
"""Written for people. Its figures come from the manifest, so no hash covers it."""


def read_files(folder: Path, manifest: Manifest) -> dict[str, bytes]:
    """Return the files of a model by name, without those that are missing.

    Raises
    ------
    ArtefactError
        The manifest names a file outside the folder, or a file cannot be read.
    """
    if any(Path(name).name != name for name in manifest.files):
        raise ArtefactError(f"The manifest in {folder} names files outside its folder.")
    paths = [folder / name for name in manifest.files]
    try:
        return {path.name: path.read_bytes() for path in paths if path.is_file()}
    except OSError as error:
        raise ArtefactError(f"The model in {folder} cannot be read: {error}.") from error


def check_target(folder: Path, *, replace: bool = True) -> None:
    """Refuse to replace a folder that holds anything but a model, or, without `replace`, a model.

    Raises
    ------
    FileExistsError
        `folder` is a file, or is not empty and holds no model, or a model that must not be
        replaced; the message says which.
    """
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is a file, not a folder.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / MANIFEST_FILE).exists():
        raise FileExistsError(f"{folder} exists and is not a model folder.")
    if not replace:
        raise FileExistsError(f"{folder} holds {_describe(folder)}")


def _describe(folder: Path) -> str:
    """Say which model a folder holds."""
    try:
        found = Manifest.read(folder)
    except ArtefactError:
        return "a model whose manifest cannot be read."
    return (
        f"model {found.version} of kind {found.kind}, trained on {found.training_rows:,} tracks at "
        f"{found.trained_at:%Y-%m-%d %H:%M} UTC."
    )


def write_model(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
    """Write a model and its card to `folder`, replacing the model that is there.

    Raises
    ------
    FileExistsError
        As from `check_target`.
    """
    check_target(folder)
    card = render_card(manifest).encode()
    replace_folder(folder, {**files, MANIFEST_FILE: manifest.to_json(), CARD_FILE: card})


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder of `files` in the place of `folder`, which may hold anything or not exist."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    # The name begins with a dot, so that a registry does not list the unfinished folder.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as staging:
        new, old = Path(staging) / "new", Path(staging) / "old"
        new.mkdir()
        for name, content in files.items():
            (new / name).write_bytes(content)
        if folder.exists():
            shutil.move(folder, old)
        new.rename(folder)
