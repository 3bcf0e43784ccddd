"""Draw the pictures of the model card: `python -m benchmarks.model_pictures FOLDER`."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from ml.store.folder import SHIPPED_MODEL_DIR
from ml.store.manifest import Manifest

_SHOWN_FEATURES = 20


def draw_confusion(axes: Axes, manifest: Manifest) -> None:
    """Show, for each true genre, the share predicted as each genre."""
    counts = np.array(manifest.metrics.confusion_matrix)
    shares = counts / counts.sum(axis=1, keepdims=True)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 0.5 else "black"
        axes.text(column, row, f"{share:.2f}", ha="center", va="center", color=colour, fontsize=8)
    positions = range(len(manifest.genres))
    axes.set_xticks(positions, manifest.genres, rotation=40, ha="right")
    axes.set_yticks(positions, manifest.genres)
    axes.set(xlabel="predicted", ylabel="true", title="Held out by group")


def draw_calibration(axes: Axes, manifest: Manifest) -> None:
    """Show how often predictions of each confidence are right; the area is their share."""
    bins = (manifest.expected or manifest.validation).calibration
    confidence = [row.confidence for row in bins]
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    axes.plot(confidence, [row.accuracy for row in bins], color="C0", linewidth=0.8)
    sizes = [2_000 * row.share for row in bins]
    axes.scatter(confidence, [row.accuracy for row in bins], s=sizes, alpha=0.6)
    axes.axvline(manifest.uncertain_below, color="C3", linestyle="--", label="uncertain below")
    axes.set(xlabel="confidence", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
    axes.legend(loc="upper left")


def draw_learning(axes: Axes, manifest: Manifest) -> None:
    """Show accuracy by the number of labelled tracks."""
    points = manifest.validation.learning_curve
    axes.plot([point.tracks for point in points], [point.accuracy for point in points], "o-")
    axes.set(xlabel="labelled tracks learnt from", ylabel="accuracy by group", ylim=(0, 1))


def draw_features(axes: Axes, manifest: Manifest) -> None:
    """Show the features with the largest share."""
    pairs = zip(manifest.feature_names, manifest.feature_gains, strict=True)
    ranked = sorted(pairs, key=lambda pair: -pair[1])[:_SHOWN_FEATURES][::-1]
    axes.barh([name for name, _ in ranked], [100 * share for _, share in ranked])
    axes.set(xlabel="% of all contributions")


def draw_trials(axes: Axes, trials: pd.DataFrame) -> None:
    """Show the best log loss of each study of `genre tune` so far, by trial."""
    for name, rows in trials.groupby("study"):
        ordered = rows.sort_values("trial")
        axes.plot(range(1, len(ordered) + 1), ordered["log_loss"].cummin(), "o-", label=str(name))
    axes.set(xlabel="trials", ylabel="least log loss so far, inner folds")
    axes.legend(title="study")


def main() -> None:
    """Write the pictures to the given folder; trials are read from its `trials.csv`."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest.read(SHIPPED_MODEL_DIR)
    mpl.use("Agg")
    drawings = {
        "confusion.png": (draw_confusion, (7.0, 6.0)),
        "calibration.png": (draw_calibration, (5.0, 4.5)),
        "learning.png": (draw_learning, (5.0, 3.5)),
        "features.png": (draw_features, (5.0, 5.0)),
    }
    for name, (draw, size) in drawings.items():
        with _picture(folder / name, size) as axes:
            draw(axes, manifest)
    if (folder / "trials.csv").exists():
        with _picture(folder / "trials.png", (5.0, 3.5)) as axes:
            draw_trials(axes, pd.read_csv(folder / "trials.csv"))


@contextlib.contextmanager
def _picture(path: Path, size: tuple[float, float]) -> Iterator[Axes]:
    figure, axes = plt.subplots(figsize=size, layout="constrained")
    yield axes
    # Omit the date and matplotlib's version, so that the same figures give the same bytes.
    figure.savefig(path, dpi=100, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
