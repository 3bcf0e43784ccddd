"""The sections on what the model predicts: genres, confidence and the map."""

import colorsys

import numpy as np

from app.reports.charts import histogram, scatter
from app.reports.markup import Markup, el
from app.reports.tables import bar, note, section, table
from ml.report.findings import CONFIDENCE_BINS
from ml.report.map import TrackMap
from ml.report.report import Report

_WIDE = 5
"""Bins of a hundredth that one bar adds up."""
_TITLE_CHARS = 80


def show_genres(report: Report) -> Markup:
    """Return the section on the mix of genres."""
    manifest, counts = report.manifest, report.findings.genres
    total, known = max(int(counts.sum()), 1), max(sum(manifest.genre_rows), 1)
    rows = [
        (
            manifest.genres[index],
            f"{counts[index]:,}",
            f"{counts[index] / total:.1%}",
            bar(counts[index] / max(counts.max(), 1)),
            f"{manifest.genre_rows[index] / known:.1%}",
        )
        for index in np.argsort(-counts, kind="stable")
    ]
    head = ("Genre", "Tracks", "Share", "", "Share of training tracks")
    return section(
        "Predicted genres",
        note("A genre that is much more frequent here than in training may be one that the model "
             "falls back on; look at some of its tracks."),
        table("Tracks by predicted genre", head, rows),
    )  # fmt: skip


def show_confidence(report: Report) -> Markup:
    """Return the section on confidence and what to expect."""
    findings, outlook, manifest = report.findings, report.outlook, report.manifest
    total = max(findings.tracks, 1)
    shares = findings.confidence.reshape(-1, _WIDE).sum(axis=1) / total
    edges = np.linspace(0, 1, CONFIDENCE_BINS // _WIDE + 1)
    ticks = [(tick / 4, f"{tick / 4:g}") for tick in range(5)]
    chart = histogram("Tracks by confidence", edges.tolist(), shares.tolist(), None, ticks)
    text = (
        f"{findings.uncertain / total:.1%} of the tracks are uncertain: their confidence is below "
        f"{manifest.uncertain_below:.2f}, where a prediction is as likely wrong as right. "
    )
    if outlook:
        text += (
            f"The mean confidence is {outlook.confidence:.2f}. Weighing the accuracy that the "
            "model card found at each confidence by how often it occurs here, about "
            f"{outlook.accuracy:.0%} of the predictions should be right (95 %: {outlook.low:.0%} "
            f"to {outlook.high:.0%}), if the tracks are no further from the training tracks than "
            "those of other artists are."
        )
    return section("Confidence", el("p", text), el("figure", chart, class_="small"))


def show_map(found: TrackMap, genres: tuple[str, ...], tracks: int) -> Markup:
    """Return the section with the map; genres are told apart by colour and by hovering."""
    best = found.points.probabilities.argmax(axis=1)
    confidence = found.points.probabilities.max(axis=1)
    titles = found.points.tracks.titles.to_pylist()
    groups, legend, rules = [], [], []
    for index in np.unique(best):
        rows = np.flatnonzero(best == index)
        name = f"genre-{index}"
        texts = [f"{_cut(titles[r])} – {genres[index]}, {confidence[r]:.2f}" for r in rows]
        groups.append((name, [(float(x), float(y)) for x, y in found.places[rows]], texts))
        rules.append(f".{name} {{ fill: {_colour(int(index), len(genres))}; }}")
        dot = el("circle", cx=6.0, cy=6.0, r=6.0, class_=name)
        mark = el("svg", dot, viewBox="0 0 12 12", aria_hidden="true")
        legend.append(el("li", mark, f"{genres[index]} ({len(rows):,})"))
    first, second = found.explained
    chart = scatter(f"Map of {len(found.points):,} tracks by sound", groups)
    return section(
        "Map",
        note(
            f"{len(found.points):,} of {tracks:,} tracks by their sound: the first two principal "
            f"components, which explain {first:.0%} and {second:.0%} of its variance. Tracks that "
            "are close sound alike; colours are predicted genres. Point at a track to read its "
            "title, genre and confidence."
        ),
        el("style", Markup("".join(rules))),
        el("ul", legend, class_="legend"),
        el("figure", chart, class_="map"),
    )


def _colour(index: int, count: int) -> str:
    """Return one of evenly spaced hues, every other one darker, of 3:1 contrast on both pages."""
    red, green, blue = colorsys.hls_to_rgb(index / max(count, 1), 0.42 + 0.1 * (index % 2), 0.62)
    return f"rgb({red * 255:.0f} {green * 255:.0f} {blue * 255:.0f})"


def _cut(title: str) -> str:
    return title if len(title) <= _TITLE_CHARS else title[: _TITLE_CHARS - 1] + "…"
