"""Put a report together as one HTML page without scripts that loads nothing."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from app.reports.contents import show_drift, show_rows, show_words
from app.reports.distributions import show_distributions
from app.reports.markup import Markup, el, join
from app.reports.predictions import show_confidence, show_genres, show_map
from app.reports.tables import note, section, tile
from ml.report.report import Report

STYLE_FILE = Path(__file__).parent / "report.css"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render_report(
    report: Report, made_at: datetime, extra: Sequence[Markup] = (), *, stored: int = 0
) -> str:
    """Return the page.

    `extra` sections come right after the summary. `stored` is the number of tracks of a batch, if
    the report is about a sample of them.
    """
    title = f"Report on {report.name}"
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("title", title),
        el("style", Markup(STYLE_FILE.read_text("utf-8"))),
    )
    manifest = report.manifest
    made = f"Made on {made_at:%Y-%m-%d %H:%M} UTC with model {manifest.version}"
    main = el(
        "main",
        el("h1", title),
        note(f"{made}, trained on {manifest.training_rows:,} tracks."),
        *([_sampled(report, stored)] if stored > report.findings.tracks else []),
        _summary(report),
        *extra,
        *_sections(report),
    )  # fmt: skip
    return join(Markup("<!doctype html>\n"), el("html", head, el("body", main), lang="en"), "\n")


def _sampled(report: Report, stored: int) -> Markup:
    return note(
        f"Everything but the rejects is about {report.findings.tracks:,} of the {stored:,} tracks "
        "that the batch stored: a random sample of those that it still has, whose features were "
        "kept and which this model classified."
    )


def _sections(report: Report) -> list[Markup]:
    findings, sample = report.findings, report.findings.sample
    parts = [show_rows(findings)]
    if sample is None:
        return parts
    parts += [show_genres(report), show_confidence(report)]
    if len(sample) < findings.tracks:
        text = f"The sections below are about a random sample of {len(sample):,} tracks."
        parts.append(section("Sample", el("p", text)))
    parts.append(show_distributions(sample, report.manifest.training_profile))
    if report.drift:
        parts.append(show_drift(report.drift))
    if report.words:
        parts.append(show_words(report.words, len(sample)))
    if report.map:
        parts.append(show_map(report.map, report.manifest.genres, findings.tracks))
    return parts


def _summary(report: Report) -> Markup:
    findings, outlook = report.findings, report.outlook
    tiles = [
        tile(f"{findings.tracks:,}", "Tracks"),
        tile(f"{findings.rejected:,}", "Rejected rows"),
    ]
    if outlook:
        detail = f"95 %: {outlook.low:.0%} to {outlook.high:.0%}"
        tiles.append(tile(f"{outlook.accuracy:.0%}", "Expected accuracy", detail))
    if findings.tracks:
        tiles.append(tile(f"{findings.uncertain / findings.tracks:.0%}", "Uncertain"))
    if report.words and report.words.written:
        tiles.append(tile(f"{report.words.known / report.words.written:.0%}", "Words known"))
    if report.drift:
        columns = sum(len(group.columns) for group in report.drift)
        drifted = sum(group.drifted for group in report.drift)
        tiles.append(tile(f"{drifted} of {columns}", "Columns that drifted much"))
    return el("dl", tiles, class_="tiles")
