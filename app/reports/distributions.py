"""Show how loudness, tempo, length, key and beat are distributed, next to the training tracks."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.reports.charts import columns, histogram
from app.reports.markup import Markup, el
from app.reports.tables import note, section
from ml.columns import NUMBER_COLUMNS
from ml.report.drift import level_shares
from ml.report.sample import SampledTracks
from ml.store.profile import LEVELS, TrainingProfile, count_levels

BINS = 24
_MEASURED = {
    "loudness": "Loudness, dB",
    "tempo": "Tempo, beats per minute",
    "duration": "Duration, seconds",
}
_COUNTED = {"key": "Key", "mode": "Mode", "time_signature": "Time signature, beats per bar"}
_NAMES = {
    "key": ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"),
    "mode": ("minor", "major"),
}
FloatArray = npt.NDArray[np.float64]


def show_distributions(sample: SampledTracks, profile: TrainingProfile | None) -> Markup:
    """Return the section."""
    figures = [_measured(name, title, sample, profile) for name, title in _MEASURED.items()]
    figures += [_counted(name, title, sample, profile) for name, title in _COUNTED.items()]
    compared = (
        el(
            "p",
            el("span", class_="key-bar"),
            "these tracks",
            el("span", class_="key-line"),
            "training tracks, from the quantiles that the model keeps",
        )
        if profile
        else note("This model does not say what its training tracks were like.")
    )
    return section("Distributions", compared, el("div", figures, class_="charts"))


def _measured(
    name: str, title: str, sample: SampledTracks, profile: TrainingProfile | None
) -> Markup:
    values = _known(name, sample)
    if not len(values):
        return _figure(title, note("No track has this number."))
    quantiles = profile.quantiles.get(name) if profile else None
    edges = _edges(values, quantiles)
    inside = values.clip(edges[0], edges[-1])
    shares = np.histogram(inside, edges)[0] / len(values)
    expected = None if quantiles is None else _expected(edges, np.array(quantiles))
    ticks = [(edge, f"{edge:.3g}") for edge in edges[:: BINS // 4]]
    chart = histogram(title, edges.tolist(), shares.tolist(), expected, ticks)
    median, zeros = np.median(values), int((values == 0).sum())
    text = f"Median {median:.4g}" + (
        f", training {quantiles[len(LEVELS) // 2]:.4g}" if quantiles else ""
    )
    if zeros and name != "loudness":
        text += f"; {zeros:,} of {len(values):,} are 0, which no song has"
    return _figure(title, chart, f"{text}. Values beyond the ends are in the outermost bars.")


def _counted(
    name: str, title: str, sample: SampledTracks, profile: TrainingProfile | None
) -> Markup:
    values = _known(name, sample)
    if not len(values):
        return _figure(title, note("No track has this number."))
    count = count_levels(name) or 0
    names = _NAMES.get(name, tuple(map(str, range(count))))
    expected = profile.shares.get(name) if profile else None
    return _figure(title, columns(title, names, level_shares(values, count).tolist(), expected))


def _known(name: str, sample: SampledTracks) -> FloatArray:
    values = sample.tracks.numbers[:, NUMBER_COLUMNS.index(name)]
    return np.asarray(values[~np.isnan(values)])


def _edges(values: FloatArray, quantiles: Sequence[float] | None) -> FloatArray:
    low, high = np.percentile(values, (1, 99)).tolist()
    if quantiles:
        low, high = min(low, quantiles[0]), max(high, quantiles[-1])
    return np.linspace(low, high if high > low else low + 1, BINS + 1)


def _expected(edges: FloatArray, quantiles: FloatArray) -> list[float]:
    """Return the share of training tracks in each bin; the ends take what is beyond them."""
    below = np.interp(edges, quantiles, LEVELS)
    below[0], below[-1] = 0.0, 1.0
    return [float(share) for share in np.diff(below)]


def _figure(title: str, chart: Markup, caption: str = "") -> Markup:
    more = [el("figcaption", caption)] if caption else []
    return el("figure", el("h3", title), chart, more)
