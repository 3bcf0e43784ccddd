"""An adaptation as bytes and back: arrays and a JSON text in one npz, nothing that runs code."""

import io
import json
import zipfile
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ml.errors import GenreMlError
from ml.learning.adaptation import Adaptation
from ml.learning.answers import Answers
from ml.learning.embedding import Embedder, Embedding
from ml.learning.estimates.worth import GenreWorth, Worth
from ml.learning.kernel_regression.kernel import Kernel
from ml.learning.kernel_regression.learnt import Learnt
from ml.learning.kernel_regression.trust import Trust

FORMAT = 1

Arrays = dict[str, npt.NDArray[Any]]


class StoredAdaptationError(GenreMlError):
    """The bytes are not an adaptation that this version can read."""


def to_bytes(adaptation: Adaptation) -> bytes:
    """Return an npz file; the same adaptation gives the same bytes."""
    file = io.BytesIO()
    text = json.dumps(_texts(adaptation), ensure_ascii=False).encode()
    arrays = {"text": np.frombuffer(text, np.uint8), **_arrays(adaptation)}
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def from_bytes(content: bytes) -> Adaptation:
    """Read what `to_bytes` wrote.

    Raises
    ------
    StoredAdaptationError
        The bytes are damaged, or of another format.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        texts = json.loads(arrays.pop("text").tobytes())
        if texts["format"] != FORMAT:
            raise StoredAdaptationError(f"Format {texts['format']}; {FORMAT} can be read.")
        return _adaptation(arrays, texts)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise StoredAdaptationError(f"The bytes are not an adaptation: {error}.") from error


def summary(adaptation: Adaptation) -> dict[str, Any]:
    """Return what a card says of the adaptation, as JSON can hold it."""
    learnt = adaptation.learnt
    return {
        "parent_version": adaptation.parent_version,
        "genres": list(learnt.genres),
        "answers": len(learnt.answered),
        "answers_by_genre": dict(zip(learnt.genres, learnt.counts, strict=True)),
        "points": len(learnt.points),
        "kernel": asdict(learnt.kernel),
        "trust": asdict(learnt.trust),
        "worth": asdict(adaptation.worth) if adaptation.worth else None,
        "next_ten_gain": adaptation.next_ten_gain,
    }


def _texts(adaptation: Adaptation) -> dict[str, Any]:
    return {
        "format": FORMAT,
        **summary(adaptation),
        "titles": list(adaptation.learnt.points.titles),
        "vocabulary": list(adaptation.vocabulary),
        "columns": list(adaptation.embedder.columns),
    }


def _arrays(adaptation: Adaptation) -> Arrays:
    learnt, points, embedder = adaptation.learnt, adaptation.learnt.points, adaptation.embedder
    return {
        "centre": embedder.centre,
        "scale": embedder.scale,
        "axes": embedder.axes,
        "idf": embedder.idf,
        "sound": points.embedding.sound,
        "words_data": points.embedding.words.data,
        "words_indices": points.embedding.words.indices,
        "words_indptr": points.embedding.words.indptr,
        "log_odds": points.log_odds,
        "truth": points.truth,
        "track_ids": points.track_ids,
        "answered": learnt.answered,
        "weights": learnt.weights,
    }


def _adaptation(arrays: Arrays, texts: dict[str, Any]) -> Adaptation:
    embedder = Embedder(
        arrays["centre"],
        arrays["scale"],
        arrays["axes"],
        arrays["idf"],
        tuple(texts["columns"]),
    )
    genres = tuple(texts["genres"])
    learnt = Learnt(
        genres=genres,
        kernel=Kernel(**texts["kernel"]),
        trust=Trust(**texts["trust"]),
        points=_points(arrays, tuple(texts["titles"]), len(embedder.idf)),
        weights=arrays["weights"],
        answered=arrays["answered"],
        counts=tuple(texts["answers_by_genre"][genre] for genre in genres),
    )
    return Adaptation(
        parent_version=texts["parent_version"],
        vocabulary=tuple(texts["vocabulary"]),
        embedder=embedder,
        learnt=learnt,
        worth=_worth(texts["worth"]),
        next_ten_gain=texts["next_ten_gain"],
    )


def _points(arrays: Arrays, titles: tuple[str, ...], words: int) -> Answers:
    parts = (arrays["words_data"], arrays["words_indices"], arrays["words_indptr"])
    matrix = sparse.csr_matrix(parts, shape=(len(arrays["truth"]), words))
    return Answers(
        Embedding(arrays["sound"], matrix),
        arrays["log_odds"],
        arrays["truth"],
        arrays["track_ids"],
        titles,
    )


def _worth(text: dict[str, Any] | None) -> Worth | None:
    if text is None:
        return None
    by_genre = tuple(GenreWorth(**genre) for genre in text["by_genre"])
    low, high = text["interval"]
    return Worth(**{**text, "interval": (low, high), "by_genre": by_genre})
