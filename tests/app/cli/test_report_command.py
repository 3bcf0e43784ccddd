"""`genre report` on made-up tracks."""

import json
import re
from pathlib import Path

import pandas as pd
from click.testing import Result
from support.html_pages import text_of_page
from typer.testing import CliRunner

from app.cli.program import program
from ml.sampling.generator import sample_labelled_tracks
from ml.sampling.statistics import SampleStatistics


def write_tracks(folder: Path, rows: int = 300) -> tuple[pd.DataFrame, Path, Path]:
    tracks, names = sample_labelled_tracks(SampleStatistics.load(), rows, 3)
    labels = pd.DataFrame({"trackID": tracks["trackID"], "genre": names})
    labels.to_csv(folder / "labels.csv", index=False)
    tracks.to_csv(folder / "tracks.csv", index=False)
    return tracks, folder / "tracks.csv", folder / "labels.csv"


def report(*arguments: str | Path) -> Result:
    return CliRunner().invoke(program, ["report", *map(str, arguments)])


def test_reports_a_known_shift_rejects_and_nothing_from_outside(tmp_path: Path) -> None:
    tracks, features, _ = write_tracks(tmp_path)
    tracks["loudness"] = tracks["loudness"].astype(float) - 12
    cells = tracks.astype("string")
    cells.loc[:2, "tempo"] = "fast"
    cells.loc[3, "key"] = ""
    cells.loc[10, "title"] = "<script>alert('&')</script>"
    cells.to_csv(features, index=False)
    out = tmp_path / "report.html"

    done = report("--features", features, "--out", out)

    assert done.exit_code == 0, done.output
    assert "296 tracks, 4 rejected rows" in done.stdout
    text = text_of_page(out.read_bytes())
    assert "296 tracks were classified, 4 rows rejected." in text
    assert "C C♯ D D♯ E F" in text
    assert "NOT_A_NUMBER tempo 3" in text
    assert "MISSING_VALUE key 1" in text
    assert '2 tempo is "fast"' in text
    assert re.search(r"Loudness 1 \d\.\d\d much", text)
    assert re.search(r"Length 1 \d\.\d\d little", text)
    assert re.search(r"about \d+% of the predictions should be right", text)
    assert "<script>alert('&')</script> –" in text
    assert "Accuracy on your labels" not in text


def test_labels_add_how_good_the_predictions_are(tmp_path: Path) -> None:
    _, features, labels = write_tracks(tmp_path)
    table = pd.read_csv(labels)
    table.loc[:4, "genre"] = "zydeco"
    table.iloc[:-10].to_csv(labels, index=False)
    out = tmp_path / "report.html"

    done = report("--features", features, "--labels", labels, "--out", out)

    assert done.exit_code == 0, done.output
    text = text_of_page(out.read_bytes())
    assert "285 tracks have a genre that the model knows. 10 tracks have no label." in text
    assert "zydeco (5)" in text
    evaluated = CliRunner().invoke(
        program, ["evaluate", *_known(tmp_path, features, labels), "--json"]
    )
    accuracy = json.loads(evaluated.stdout)["accuracy"]
    assert f"Accuracy {accuracy:.3f} 95 %:" in text
    assert "The most confident mistakes" in text
    assert "Confusion matrix" in text


def test_a_large_file_gives_a_small_page_about_a_sample(tmp_path: Path) -> None:
    _, features, _ = write_tracks(tmp_path, rows=11_000)
    out = tmp_path / "report.html"

    done = report("--features", features, "--out", out)

    assert done.exit_code == 0, done.output
    text = text_of_page(out.read_bytes())
    assert "11,000 tracks were classified" in text
    assert "random sample of 10,000 tracks" in text
    assert "2,000 of 11,000 tracks by their sound" in text


def test_labels_of_no_track_are_refused(tmp_path: Path) -> None:
    _, features, labels = write_tracks(tmp_path, rows=20)
    labels.write_text("trackID,genre\n999999999999,folk\n")

    done = report("--features", features, "--labels", labels, "--out", tmp_path / "report.html")

    assert done.exit_code == 2
    assert "No track of the file has a genre" in done.stderr
    assert not (tmp_path / "report.html").exists()


def test_a_file_whose_rows_are_all_rejected_gets_a_page(tmp_path: Path) -> None:
    tracks, features, _ = write_tracks(tmp_path, rows=3)
    tracks.astype("string").assign(tempo="").to_csv(features, index=False)
    out = tmp_path / "report.html"

    done = report("--features", features, "--out", out)

    assert done.exit_code == 0, done.output
    assert "0 tracks were classified, 3 rows rejected." in text_of_page(out.read_bytes())


def _known(folder: Path, features: Path, labels: Path) -> list[str]:
    """Return arguments for the tracks whose genre the model knows."""
    tracks, genres = pd.read_csv(features, dtype="string"), pd.read_csv(labels, dtype="string")
    wanted = genres.loc[genres["genre"] != "zydeco", "trackID"]
    tracks[tracks["trackID"].isin(wanted)].to_csv(folder / "known.csv", index=False)
    genres[genres["trackID"].isin(wanted)].to_csv(folder / "known-labels.csv", index=False)
    return ["--features", str(folder / "known.csv"), "--labels", str(folder / "known-labels.csv")]
