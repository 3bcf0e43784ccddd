"""The models on this disk: the one that is shipped, and one folder for each version added.

Says what is there and whether it is whole. Which one answers is decided by `app`.
"""

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ml.errors import ArtefactError, ArtefactMismatchError, UnknownModelError
from ml.model.ensemble import GenreEnsemble
from ml.store.artefacts import DEFAULT_MODEL_DIR, load_ensemble
from ml.store.manifest import MANIFEST_FILE, Manifest, sha256_of

SHIPPED = "shipped"
"""Names the model that comes with the release, whatever its version is there."""
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
"""A version names a folder and comes from clients, so that it must not be able to leave ours."""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A model on this disk; `problem` says why it cannot be used."""

    version: str
    folder: Path
    is_shipped: bool
    manifest: Manifest | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ModelRegistry:
    """Folders of models below `folder`, each named after the version in it."""

    folder: Path
    shipped: Path = DEFAULT_MODEL_DIR

    def list_models(self) -> list[RegisteredModel]:
        """Return the shipped model, then the others, newest training first, broken ones last."""
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
            No folder of this disk has it.
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
        """Tell whether the shipped model is meant, by its version or as the shipped one."""
        try:
            return version in (SHIPPED, self.shipped_version)
        except ArtefactError:  # broken, which must not stop the use of others
            return False

    def load(self, version: str, *, threads: int = 0) -> GenreEnsemble:
        """Load a version, after checking every file of it.

        Raises
        ------
        UnknownModelError
            No folder of this disk has it.
        ArtefactError
            Its folder is broken, or holds another version.
        """
        folder = self.find(version)
        ensemble = _load(folder, threads)
        if folder != self.shipped:
            _check_name(folder, ensemble.manifest)
        return ensemble

    def add(self, folder: Path) -> tuple[Manifest, bool]:
        """Copy a model into the registry, whole or not at all.

        Returns
        -------
        Manifest, bool
            And whether it was copied: a version that is here already is left as it is.

        Raises
        ------
        ArtefactError
            The folder is no model, or a broken one.
        """
        manifest = _load(folder, 1).manifest
        _check_names(folder, manifest)
        if self._has(manifest.version):
            return manifest, False
        self.folder.mkdir(parents=True, exist_ok=True)
        # A name that VERSION does not match, so that a copy under way is no model to others.
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".add-") as staging:
            new = Path(staging) / "new"
            new.mkdir()
            for name in (*manifest.files, MANIFEST_FILE):
                shutil.copyfile(folder / name, new / name)
            _load(new, 1)  # the source may have changed while it was copied
            self._put(new, Path(staging) / "old", manifest.version)
        return manifest, True

    def _put(self, new: Path, old: Path, version: str) -> None:
        target = self.folder / version
        if target.exists():  # broken, else `_has` would have found it
            target.rename(old)
        new.rename(target)

    def _has(self, version: str) -> bool:
        try:
            self.load(version, threads=1)
        except ArtefactError:
            return False
        return True


def _load(folder: Path, threads: int) -> GenreEnsemble:
    """Load a folder that may hold anything: hashes are right as well in one made to mislead."""
    try:
        return load_ensemble(folder, threads=threads)
    except ArtefactError:
        raise
    except Exception as error:
        raise ArtefactError(f"The model in {folder} cannot be loaded: {error!r}.") from error


def _look_at(folder: Path, *, is_shipped: bool = False) -> RegisteredModel:
    try:
        manifest = Manifest.read(folder)
        if not is_shipped:
            _check_name(folder, manifest)
        _check_files(folder, manifest)
    except (ArtefactError, OSError) as error:
        return RegisteredModel(folder.name, folder, is_shipped, None, str(error))
    return RegisteredModel(manifest.version, folder, is_shipped, manifest)


def _check_files(folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest.files.items():
        if sha256_of(folder / name) != expected:
            raise ArtefactMismatchError(file=name, expected=f"sha256 {expected}", found="another")


def _check_name(folder: Path, manifest: Manifest) -> None:
    if folder.name != manifest.version:
        raise ArtefactMismatchError(
            file=MANIFEST_FILE, expected=f"version {folder.name}", found=manifest.version
        )


def _check_names(folder: Path, manifest: Manifest) -> None:
    """Refuse a manifest by which files would be copied from or to another folder."""
    names = [name for name in manifest.files if Path(name).name != name]
    if names or not VERSION.fullmatch(manifest.version):
        raise ArtefactError(f"The manifest in {folder} has names that are no file names.")


def _trained_at(model: RegisteredModel) -> float:
    return 0.0 if model.manifest is None else model.manifest.trained_at.timestamp()
