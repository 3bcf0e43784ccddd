"""What a model is made from, wherever it is kept: a folder, or rows of a database."""

from collections.abc import Mapping
from dataclasses import dataclass

from ml.errors import ArtefactMismatchError
from ml.model.genre_model import GenreModel
from ml.store.manifest import Manifest, sha256_of


@dataclass(frozen=True, slots=True)
class ModelParts:
    """The manifest of a model and the content of its files.

    `threads` is how many cores the model may use, 0 for all. `parent` is the model that this one
    builds on, if its kind needs one.
    """

    manifest: Manifest
    files: Mapping[str, bytes]
    threads: int = 0
    parent: GenreModel | None = None

    def check_files(self) -> None:
        """Compare every file with its sha256 in the manifest.

        Raises
        ------
        ArtefactMismatchError
            A file is missing or was changed.
        """
        for name, digest in self.manifest.files.items():
            expected = f"sha256 {digest}"
            found = f"sha256 {sha256_of(self.files[name])}" if name in self.files else "no file"
            if found != expected:
                raise ArtefactMismatchError(file=name, expected=expected, found=found)
