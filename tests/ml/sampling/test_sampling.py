import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.repository import REAL_TRACKS

from ml.columns import ID_COLUMN, NUMBER_COLUMNS, NUMBER_RULES, REQUIRED_COLUMNS
from ml.sampling.fitting import fit_statistics
from ml.sampling.generator import sample_labelled_tracks, sample_tracks, write_sample_csv
from ml.sampling.statistics import STATISTICS_FILE, SampleStatistics

needs_real_data = pytest.mark.skipif(
    not (REAL_TRACKS / "labelled_features.csv").exists(), reason="the real tracks are not here"
)


@pytest.fixture(scope="module")
def statistics() -> SampleStatistics:
    return SampleStatistics.load()


@pytest.fixture(scope="module")
def real_tracks() -> pd.DataFrame:
    features = pd.read_csv(REAL_TRACKS / "labelled_features.csv", keep_default_na=False)
    return features.merge(pd.read_csv(REAL_TRACKS / "labelled_genres.csv"), on=ID_COLUMN)


def sample_text(rows: int, seed: int, chunk_rows: int = 10_000) -> str:
    stream = io.StringIO()
    write_sample_csv(stream, rows, seed, chunk_rows)
    return stream.getvalue()


def test_same_seed_gives_same_tracks(statistics: SampleStatistics) -> None:
    first, first_genres = sample_labelled_tracks(statistics, 50, seed=3)
    second, second_genres = sample_labelled_tracks(statistics, 50, seed=3)

    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_series_equal(first_genres, second_genres)
    assert sample_tracks(statistics, 50, seed=4)["tags"].tolist() != first["tags"].tolist()


def test_first_rows_do_not_depend_on_number_of_rows(statistics: SampleStatistics) -> None:
    few, few_genres = sample_labelled_tracks(statistics, 1_001, seed=3)
    many, many_genres = sample_labelled_tracks(statistics, 2_500, seed=3)

    pd.testing.assert_frame_equal(few, many.head(1_001))
    pd.testing.assert_series_equal(few_genres, many_genres.head(1_001))


def test_csv_does_not_depend_on_chunk_size() -> None:
    assert sample_text(2_500, seed=3, chunk_rows=500) == sample_text(2_500, seed=3)
    assert sample_text(2_500, seed=3).startswith(sample_text(1_200, seed=3))


def test_every_value_keeps_the_contract(statistics: SampleStatistics) -> None:
    tracks, genres = sample_labelled_tracks(statistics, 3_000, seed=1, first_track_id=70)

    assert tuple(tracks.columns) == REQUIRED_COLUMNS
    assert tracks[ID_COLUMN].tolist() == list(range(70, 3_070))
    assert np.isfinite(tracks[list(NUMBER_COLUMNS)].to_numpy(np.float64)).all()
    for column, rule in NUMBER_RULES.items():
        assert tracks[column].min() >= (rule.minimum or 0)
        assert tracks[column].max() <= (rule.maximum or np.inf)
        assert not rule.whole or pd.api.types.is_integer_dtype(tracks[column])
    assert (tracks["duration"] > 0).all()
    assert (tracks["tempo"] == 0).any()
    assert tracks["title"].str.strip().ne("").all()
    assert set(genres) == set(statistics.genres)


def test_tags_are_distinct_words_in_the_common_order(statistics: SampleStatistics) -> None:
    rank = {word: index for index, word in enumerate(statistics.words)}

    for tags in sample_tracks(statistics, 300, seed=1)["tags"]:
        ranks = [rank[word] for word in tags.split(", ")]
        assert ranks == sorted(set(ranks))


def test_csv_reads_back_as_the_sampled_tracks(statistics: SampleStatistics) -> None:
    tracks = sample_tracks(statistics, 1_500, seed=2)

    header, *records = csv.reader(io.StringIO(sample_text(1_500, seed=2), newline=""))

    assert tuple(header) == REQUIRED_COLUMNS
    assert [record[1] for record in records] == tracks["title"].tolist()
    assert [record[2] for record in records] == tracks["tags"].tolist()
    numbers = np.array([record[3:] for record in records], dtype=np.float64)
    np.testing.assert_array_equal(numbers, tracks[list(NUMBER_COLUMNS)].to_numpy(np.float64))
    assert any('"' in title and "," in title for title in tracks["title"])
    assert not all(title.isascii() for title in tracks["title"])


def test_path_gets_the_same_text_and_progress_the_rows(tmp_path: Path) -> None:
    path, seen = tmp_path / "sample.csv", list[int]()

    write_sample_csv(path, 2_500, 5, 1_000, seen.append)

    assert path.read_text(encoding="utf-8") == sample_text(2_500, seed=5)
    assert seen == [1_000, 2_000, 2_500]


def test_no_rows_give_a_header_only(statistics: SampleStatistics) -> None:
    assert sample_text(0, seed=1) == ",".join(REQUIRED_COLUMNS) + "\n"
    assert sample_tracks(statistics, 0, seed=1).shape == (0, len(REQUIRED_COLUMNS))


@pytest.mark.parametrize(("rows", "seed"), [(-1, 0), (1, -1)], ids=["rows", "seed"])
def test_negative_argument_is_refused(rows: int, seed: int, statistics: SampleStatistics) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        sample_tracks(statistics, rows, seed)


def test_statistics_fitted_on_samples_survive_saving(
    statistics: SampleStatistics, tmp_path: Path
) -> None:
    fitted = fit_statistics(*sample_labelled_tracks(statistics, 400, seed=1))

    fitted.save(tmp_path / "statistics.npz")
    loaded = SampleStatistics.load(tmp_path / "statistics.npz")

    assert (loaded.genres, loaded.words) == (fitted.genres, fitted.words)
    np.testing.assert_array_equal(loaded.loadings, fitted.loadings)
    np.testing.assert_allclose(loaded.word_shares, fitted.word_shares, atol=1e-5)
    assert len(sample_tracks(loaded, 20, seed=1)) == 20


def test_statistics_file_stays_small() -> None:
    assert STATISTICS_FILE.stat().st_size < 400_000


@needs_real_data
def test_no_real_title_or_tag_list_is_drawn(
    statistics: SampleStatistics, real_tracks: pd.DataFrame
) -> None:
    tracks = sample_tracks(statistics, 5_000, seed=1)

    assert not tracks["tags"].isin(set(real_tracks["tags"])).any()
    assert not tracks["title"].str.lower().isin(set(real_tracks["title"].str.lower())).any()


@needs_real_data
def test_means_of_each_genre_are_near_the_real_ones(
    statistics: SampleStatistics, real_tracks: pd.DataFrame
) -> None:
    columns = list(NUMBER_COLUMNS)
    tracks, genres = sample_labelled_tracks(statistics, 8_000, seed=1)

    gap = tracks.groupby(genres)[columns].mean() - real_tracks.groupby("genre")[columns].mean()

    assert (gap / real_tracks[columns].std()).abs().max().max() < 0.5
    assert (gap / real_tracks[columns].std()).abs().mean().mean() < 0.06
