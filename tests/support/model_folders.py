"""Make further models out of the shipped one, faster than by training them."""

import shutil
from pathlib import Path

from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.manifest import Manifest, content_version, sha256_of


def make_model(folder: Path, suffix: str, *, uncertain_below: float | None = None) -> Manifest:
    """Write a model whose genres end with `suffix`, so that it is seen which model answered."""
    shutil.copytree(SHIPPED_MODEL_DIR, folder)
    old = Manifest.read(folder)
    changed = next(name for name in sorted(old.files) if name.endswith((".txt", ".json")))
    with (folder / changed).open("a") as file:
        file.write("\n" * len(suffix.encode()))
    files = {**old.files, changed: sha256_of((folder / changed).read_bytes())}
    update: dict[str, object] = {
        "files": files,
        "version": content_version(files),
        "genres": tuple(f"{genre}{suffix}" for genre in old.genres),
    }
    if uncertain_below is not None:
        update["uncertain_below"] = uncertain_below
    new = old.model_copy(update=update)
    new.write(folder)
    return new


def break_model(folder: Path) -> str:
    """Change a file of a model without its manifest, and return the file's name."""
    name = next(iter(Manifest.read(folder).files))
    with (folder / name).open("ab") as file:
        file.write(b"\n")
    return name
