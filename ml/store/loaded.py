"""Load models: check the files, and let the kind make a model of them."""

from dataclasses import dataclass
from pathlib import Path

from ml.errors import ArtefactError
from ml.model.genre_model import GenreModel
from ml.store.folder import read_files
from ml.store.kinds import find_kind
from ml.store.manifest import Manifest
from ml.store.parts import ModelParts


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that can answer, and what is known about it."""

    manifest: Manifest
    model: GenreModel

    @property
    def version(self) -> str:
        """The version of the model, a hash of its content."""
        return self.manifest.version


def load_model(folder: Path, *, threads: int = 0) -> LoadedModel:
    """Load a model of any kind from its folder.

    Parameters
    ----------
    folder : Path
        As `ml.store.folder.write_model` wrote it.
    threads : int
        Cores that the model may use; 0 for all.

    Raises
    ------
    ArtefactMismatchError
        A file is missing, was changed, or does not fit the others.
    ArtefactError
        The manifest is missing or has another format, or the kind is unknown.
    """
    return make_model(read_parts(folder, threads=threads))


def read_parts(folder: Path, *, threads: int = 0) -> ModelParts:
    """Read the parts of a model without checking its files.

    Raises
    ------
    ArtefactError
        As `load_model`.
    """
    manifest = Manifest.read(folder)
    find_kind(manifest.kind)
    return ModelParts(manifest, read_files(folder, manifest), threads)


def make_model(parts: ModelParts) -> LoadedModel:
    """Make a model of any kind from its parts.

    Raises
    ------
    ArtefactError
        As `load_model`.
    """
    manifest = parts.manifest
    kind = find_kind(manifest.kind)
    parts.check_files()
    try:
        return LoadedModel(manifest, kind.load(parts))
    except ArtefactError:
        raise
    except Exception as error:  # hashes also match in a folder that was made to mislead
        raise ArtefactError(f"Model {manifest.version} cannot be read: {error!r}.") from error
