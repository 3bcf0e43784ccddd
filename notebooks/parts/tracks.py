"""The tracks that a notebook looks at: one's own, the real ones, or made-up ones.

The environment says which: `NOTEBOOK_FEATURES`, `NOTEBOOK_LABELS` and perhaps `NOTEBOOK_LYRICS`
name files; otherwise `REAL_TRACKS_DIR` names a folder; otherwise tracks are made up.
`NOTEBOOK_QUICK=1` makes everything smaller, for tests. Unlabelled tracks are never read.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ml.columns import ID_COLUMN, TAGS_COLUMN
from ml.model.vocabulary import Vocabulary, split_lyrics
from ml.sampling.generator import sample_labelled_tracks
from ml.sampling.statistics import SampleStatistics
from ml.training.data.labelled import LabelledTracks, read_labelled_tracks
from ml.training.data.lyric_rows import NO_LYRIC_ROWS, LyricRows, read_lyric_rows
from ml.training.data.training_set import TrainingSet, find_groups
from ml.training.fits.preparation import prepare
from ml.training.parameters import TrainingParameters

QUICK = os.environ.get("NOTEBOOK_QUICK") == "1"
PUBLIC = os.environ.get("NOTEBOOK_PUBLIC") == "1"
"""Show no title and no genre of a single track, so that the page may be published."""
PICTURES = os.environ.get("NOTEBOOK_PICTURES") == "1"
"""Show maps as pictures: Markdown has no place for the script of a chart."""
_MADE_UP_TRACKS = 450
_MADE_UP_ROWS = 800
_QUICK_PARAMETERS = TrainingParameters(
    repeats=1, texts_per_word=3, kernel_frequencies=64, max_tree_rounds=8, folds=2
)


@dataclass(frozen=True, slots=True)
class Files:
    """Where tracks, labels and rows of words are; `made_up` if they were drawn just now."""

    features: Path
    labels: Path
    lyrics: Path | None
    made_up: bool = False


@dataclass(frozen=True)
class Catalogue:
    """Labelled tracks and rows of words, raw and as training sees them."""

    files: Files
    parameters: TrainingParameters
    data: LabelledTracks
    lyrics: LyricRows

    @property
    def name(self) -> str:
        """How a sentence calls the tracks."""
        kind = "made-up" if self.files.made_up else "labelled"
        return f"{len(self.data)} {kind} tracks"

    @property
    def genres(self) -> tuple[str, ...]:
        """In alphabetical order."""
        return self.data.genres

    @property
    def truth(self) -> npt.NDArray[np.intp]:
        """Index of each track's genre."""
        return self.data.truth

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The file as text, cell by cell."""
        return pd.read_csv(self.files.features, dtype="string", keep_default_na=False)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Titles and numbers, with the genre of each track."""
        tracks = self.data.tracks
        table = pd.DataFrame(tracks.numbers, columns=list(self.known.columns))
        table.insert(0, "genre", np.array(self.genres)[self.truth])
        table.insert(0, "title", tracks.titles.to_pylist())
        table.insert(0, ID_COLUMN, tracks.track_ids)
        return table

    @cached_property
    def tags(self) -> list[list[str]]:
        """The words of each track."""
        return [
            [word.strip() for word in cell.split(",") if word.strip()]
            for cell in self.data.tracks.tags.to_pylist()
        ]

    @cached_property
    def known(self) -> TrainingSet:
        """What models learn from."""
        return self._prepared[1]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The known words."""
        return self._prepared[0].vocabulary

    @cached_property
    def every_text(self) -> tuple[npt.NDArray[np.intp], list[str]]:
        """Genre and words of all tracks, then of all rows of words."""
        tracks = [
            " ".join([title, *words])
            for title, words in zip(self.data.tracks.titles.to_pylist(), self.tags, strict=True)
        ]
        rows = [text.replace("_", " ") for text in self.lyrics.words.to_pylist()]
        return np.r_[self.truth, self.lyrics.truth], tracks + rows

    @cached_property
    def groups(self) -> npt.NDArray[np.intp]:
        """Tracks that may share an artist: as the labels say, or found by clustering."""
        return find_groups(self.known, self.parameters)

    @cached_property
    def digest(self) -> str:
        """Changes with the data and the parameters."""
        seen = hashlib.sha256(self.parameters.model_dump_json().encode())
        for digest in (*sorted(self.data.sha256.values()), self.lyrics.sha256):
            seen.update(digest.encode())
        return seen.hexdigest()[:16]

    @cached_property
    def _prepared(self):  # type: ignore[no-untyped-def]
        return prepare(self.data, self.lyrics, self.parameters)

    def independent(self) -> tuple[npt.NDArray[np.intp], list[str]]:
        """Genre and words of rows that another hand labelled; none if there is no such file."""
        path = self.files.features.parent / "words_independent.csv"
        if self.files.made_up or not path.exists():
            return np.zeros(0, dtype=np.intp), []
        rows = read_lyric_rows(path, self.genres)
        return rows.truth, rows.words.to_pylist()

    def independent_words(self):  # type: ignore[no-untyped-def]
        """Return the words of `independent` as a matrix over the known words."""
        return self.vocabulary.incidence(split_lyrics(pa.array(self.independent()[1], pa.string())))


def read_catalogue() -> Catalogue:
    """Read the tracks that the environment names, or make some up."""
    files = find_files()
    data = read_labelled_tracks(files.features, files.labels)
    lyrics = NO_LYRIC_ROWS if files.lyrics is None else read_lyric_rows(files.lyrics, data.genres)
    return Catalogue(files, _QUICK_PARAMETERS if QUICK else TrainingParameters(), data, lyrics)


def find_files() -> Files:
    """Return the files that the environment names, or write made-up ones."""
    if features := os.environ.get("NOTEBOOK_FEATURES"):
        lyrics = os.environ.get("NOTEBOOK_LYRICS")
        labels = Path(os.environ["NOTEBOOK_LABELS"])
        return Files(Path(features), labels, Path(lyrics) if lyrics else None)
    if folder := os.environ.get("REAL_TRACKS_DIR"):
        real = Path(folder)
        lyrics_file = real / "lyrics_genres.csv"
        return Files(real / "labelled_features.csv", real / "labelled_genres.csv", lyrics_file)
    return _make_up(Path(tempfile.mkdtemp(prefix="made-up-tracks-")))


def _make_up(folder: Path) -> Files:
    """Write tracks drawn from the shipped statistics, and the words of others as rows."""
    drawn, genres = sample_labelled_tracks(
        SampleStatistics.load(), _MADE_UP_TRACKS + _MADE_UP_ROWS, 12
    )
    tracks, rows = drawn[:_MADE_UP_TRACKS], drawn[_MADE_UP_TRACKS:]
    files = Files(folder / "tracks.csv", folder / "genres.csv", folder / "words.csv", made_up=True)
    tracks.to_csv(files.features, index=False)
    pd.DataFrame({ID_COLUMN: tracks[ID_COLUMN], "genre": genres[:_MADE_UP_TRACKS]}).to_csv(
        files.labels, index=False
    )
    words = rows[TAGS_COLUMN].str.replace(", ", " ")
    pd.DataFrame({"genre": genres[_MADE_UP_TRACKS:], "words": words}).to_csv(
        folder / "words.csv", index=False
    )
    return files
