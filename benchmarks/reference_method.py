"""The reference's method, reimplemented for comparison: everything at once, everything dense.

It loads the whole file into pandas, puts the TF-IDF of 5,000 lyric words as a dense matrix before
the numbers, uses four LightGBM fold models of 2,216 trees (277 rounds for each of 8 genres), and
writes with DELETE and INSERT (pandas `to_sql`). Run it as a separate process:
`python -m benchmarks.reference_method MODELS CSV URL`.
"""

import argparse
import json
import resource
import time
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sqlalchemy import create_engine, text

from ml.sampling.generator import sample_labelled_tracks
from ml.sampling.statistics import SampleStatistics

FOLDS, ROUNDS, WORDS, TRAINING_ROWS = 4, 277, 5_000, 1_000
TOKEN = r"[^,\s]+"


def train(folder: Path) -> None:
    """Make models of the reference's size from made-up tracks; their predictions do not matter."""
    tracks, genres = sample_labelled_tracks(SampleStatistics.load(), TRAINING_ROWS, seed=1)
    vectorizer = TfidfVectorizer(max_features=WORDS, token_pattern=TOKEN)
    vectorizer.fit(tracks["tags"])
    # Words not in any sample fill up the reference's 5,000 columns.
    features = dense(vectorizer, tracks)
    truth = genres.astype("category").cat.codes.to_numpy()
    settings = {"objective": "multiclass", "num_class": 8, "verbose": -1, "num_leaves": 31}
    booster = lightgbm.train(settings, lightgbm.Dataset(features, truth), ROUNDS)
    for fold in range(FOLDS):  # the same four times: only the cost of a fold is measured
        booster.save_model(folder / f"fold_{fold}.txt")
    words = {"words": vectorizer.get_feature_names_out().tolist(), "idf": vectorizer.idf_.tolist()}
    (folder / "words.json").write_text(json.dumps(words))
    (folder / "genres.json").write_text(json.dumps(sorted(set(genres))))


def load_vectorizer(folder: Path) -> TfidfVectorizer:
    """Return the vectoriser that `train` fitted."""
    words = json.loads((folder / "words.json").read_text())
    vectorizer = TfidfVectorizer(vocabulary=words["words"], token_pattern=TOKEN)
    vectorizer.idf_ = np.array(words["idf"])
    return vectorizer


def dense(vectorizer: TfidfVectorizer, tracks: pd.DataFrame) -> np.ndarray:
    """Return TF-IDF columns, padded to 5,000, and numbers as one dense float64 matrix."""
    words = vectorizer.transform(tracks["tags"]).toarray()
    filler = np.zeros((len(tracks), WORDS - words.shape[1]))
    numbers = tracks.drop(columns=["trackID", "title", "tags"]).to_numpy(dtype=np.float64)
    return np.hstack([words, filler, numbers])


def classify(folder: Path, csv: Path, url: str) -> None:
    """Classify a file with the reference's method; print rows, seconds and peak memory as JSON."""
    vectorizer = load_vectorizer(folder)
    genres = np.array(json.loads((folder / "genres.json").read_text()))
    folds = [lightgbm.Booster(model_file=path) for path in sorted(folder.glob("fold_*.txt"))]
    engine = create_engine(url, statement_s=3600)
    began = time.perf_counter()
    tracks = pd.read_csv(csv)
    features = dense(vectorizer, tracks)
    probabilities = np.mean([fold.predict(features) for fold in folds], axis=0)
    result = tracks[["trackID", "title"]].assign(genre=genres[probabilities.argmax(axis=1)])
    with engine.begin() as connection:
        connection.execute(text(CREATE))
        connection.execute(
            text('DELETE FROM reference WHERE "trackID" = ANY(:ids)'),
            {"ids": tracks["trackID"].tolist()},
        )
        result.to_sql("reference", connection, if_exists="append", index=False)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"rows": len(tracks), "seconds": seconds, "peak_bytes": peak}))


CREATE = 'CREATE TABLE IF NOT EXISTS reference ("trackID" bigint, title text, genre text)'


def main() -> None:
    """Train into MODELS, or classify CSV with them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("csv", type=Path, nargs="?")
    parser.add_argument("url", nargs="?")
    arguments = parser.parse_args()
    if arguments.csv is None:
        train(arguments.models)
    else:
        classify(arguments.models, arguments.csv, arguments.url)


if __name__ == "__main__":
    main()
