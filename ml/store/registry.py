"""The versions on this disk: the shipped model, and a folder for each version that was added.

Knows which are there and whether they are whole. Which one answers is up to `app`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from ml.errors import ArtefactError, ArtefactMismatchError, UnknownModelError
from ml.store.folder import SHIPPED_MODEL_DIR, replace_folder
from ml.store.loaded import LoadedModel, load_model, make_model, read_parts
from ml.store.manifest import MANIFEST_FILE, Manifest

SHIPPED = "shipped"
"""Names the model of the release, whatever its version."""
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
"""A version comes from clients and names a folder, which must not lie outside the registry."""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A model on this disk; `problem` says why it cannot be used, None if it can."""

    version: str
    folder: Path
    is_shipped: bool
    manifest: Manifest | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ModelRegistry:
    """Model folders in `folder`, each named after its version."""

    folder: Path
    shipped: Path = SHIPPED_MODEL_DIR

    def list_models(self) -> list[RegisteredModel]:
        """Return the shipped model, then the others: the newest first, broken ones last."""
        folders = self.folder.iterdir() if self.folder.is_dir() else ()
        others = [_look_at(path) for path in folders if VERSION.fullmatch(path.name)]
        others.sort(key=lambda model: model.version)
        others.sort(key=lambda model: -_trained_at(model))
        return [_look_at(self.shipped, is_shipped=True), *others]

    def find(self, version: str) -> Path:
        """Return the folder of a version.

        Raises
        ------
        UnknownModelError
            It is not on this disk.
        """
        if self.is_shipped(version):
            return self.shipped
        folder = self.folder / version
        if VERSION.fullmatch(version) and folder.is_dir():
            return folder
        raise UnknownModelError(version, [model.version for model in self.list_models()])

    @property
    def shipped_version(self) -> str:
        """The version of the shipped model."""
        return Manifest.read(self.shipped).version

    def is_shipped(self, version: str) -> bool:
        """Whether `version` means the shipped model, by its version or by the word `shipped`."""
        try:
            return version in (SHIPPED, self.shipped_version)
        except ArtefactError:  # others can be used even if this one is broken
            return False

    def load(self, version: str, *, threads: int = 0) -> LoadedModel:
        """Load a version, after checking all its files.

        Raises
        ------
        UnknownModelError
            It is not on this disk.
        ArtefactError
            Its folder is broken or holds another version.
        """
        folder = self.find(version)
        loaded = load_model(folder, threads=threads)
        if folder != self.shipped:
            _check_name(folder, loaded.manifest)
        return loaded

    def add(self, folder: Path) -> tuple[Manifest, bool]:
        """Copy a model into the registry, whole or not at all.

        Returns
        -------
        Manifest, bool
            The bool is False if this version was already there; it is then left as it is.

        Raises
        ------
        ArtefactError
            The folder holds no model or a broken one.
        """
        parts = read_parts(folder, threads=1)
        manifest = make_model(parts).manifest
        if not VERSION.fullmatch(manifest.version):
            raise ArtefactError(f"The version in {folder / MANIFEST_FILE} cannot name a folder.")
        if self._has(manifest.version):
            return manifest, False
        files = {**parts.files, MANIFEST_FILE: manifest.to_json()}
        replace_folder(self.folder / manifest.version, files)
        return manifest, True

    def _has(self, version: str) -> bool:
        try:
            self.load(version, threads=1)
        except ArtefactError:
            return False
        return True


def _look_at(folder: Path, *, is_shipped: bool = False) -> RegisteredModel:
    try:
        parts = read_parts(folder)
        manifest = parts.manifest
        if not is_shipped:
            _check_name(folder, manifest)
        parts.check_files()
    except ArtefactError as error:
        return RegisteredModel(folder.name, folder, is_shipped, None, str(error))
    return RegisteredModel(manifest.version, folder, is_shipped, manifest)


def _check_name(folder: Path, manifest: Manifest) -> None:
    if folder.name != manifest.version:
        raise ArtefactMismatchError(
            file=MANIFEST_FILE, expected=f"version {folder.name}", found=manifest.version
        )


def _trained_at(model: RegisteredModel) -> float:
    return 0.0 if model.manifest is None else model.manifest.trained_at.timestamp()
