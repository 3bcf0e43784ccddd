"""The sections on what the file holds: rows, drift and words."""

from collections.abc import Sequence

from app.reports.markup import Markup, el
from app.reports.tables import bar, note, section, table
from ml.report.drift import LITTLE, MUCH, GroupDrift
from ml.report.findings import Findings
from ml.report.words import WordCoverage

SHOWN_COLUMNS = 12
SHOWN_CODES = 20


def show_rows(findings: Findings) -> Markup:
    """Return the section on rows that were and were not classified."""
    parts = [
        el(
            "p",
            f"{findings.tracks:,} tracks were classified, {findings.rejected:,} rows rejected.",
            f" {findings.partial:,} tracks lack a value." if findings.partial else "",
        )
    ]
    if findings.rejects:
        total = findings.rejected
        rows = [
            (code, column or "whole row", f"{count:,}", bar(count / total))
            for (code, column), count in list(findings.rejects.items())[:SHOWN_CODES]
        ]
        parts.append(
            table("Missing and impossible values", ("Code", "Column", "Rows", "Share"), rows)
        )
        examples = [(str(one.line), one.message) for one in findings.examples]
        if examples:
            parts.append(table("The first rejected rows", ("Line", "Problem"), examples))
    return section("Rows", *parts)


def show_drift(groups: Sequence[GroupDrift]) -> Markup:
    """Return the section on drift."""
    rows = [
        (
            group.measure.title,
            str(len(group.columns)),
            f"{group.median_psi:.2f}",
            _verdict(group.median_psi, group.columns[0].chance),
            f"{group.median_ks:.2f}",
            f"{group.columns[0].column} ({group.columns[0].psi:.2f})",
            str(group.drifted),
        )
        for group in groups
    ]
    every = sorted((one for group in groups for one in group.columns), key=lambda one: -one.psi)
    worst = [
        (one.column, f"{one.psi:.2f}", f"{one.chance:.2f}", f"{one.ks:.2f}", f"{one.missing:,}")
        for one in every[:SHOWN_COLUMNS]
    ]
    head = ("Group", "Columns", "Median PSI", "Drift", "Median KS", "Most drifted", "Much drifted")
    return section(
        "Drift against the training tracks",
        note(
            f"PSI compares ten bins that hold a tenth of the training tracks each: below {LITTLE} "
            f"is little, above {MUCH} much. KS is the largest distance between the two cumulative "
            "distributions. Small files differ by chance; the second table says up to which PSI. "
            "Predictions for tracks unlike the training tracks deserve less trust than their "
            "confidence says."
        ),
        table("Groups of columns", head, rows),
        table(
            "The most drifted columns",
            ("Column", "PSI", "By chance up to", "KS", "Missing"),
            worst,
        ),
    )


def _verdict(psi: float, chance: float) -> str:
    if psi <= max(LITTLE, chance):
        return "little"
    return "much" if psi > MUCH else "some"


def show_words(words: WordCoverage, tracks: int) -> Markup:
    """Return the section on words."""
    shown = [el("li", f"{word} ({count:,})") for word, count in words.unknown]
    return section(
        "Words",
        el(
            "p",
            f"The model knows {_share(words.known, words.written)} of the {words.written:,} words "
            f"of tags and titles, and {words.distinct_known:,} of the {words.distinct:,} different "
            f"ones. Half of the tracks have {words.per_track:.0f} known words or more; "
            f"{words.without:,} of {tracks:,} tracks have none and are judged by sound alone.",
        ),
        *(
            [
                el("h3", "Unknown words, by the number of tracks that have them"),
                el("ul", shown, class_="words"),
            ]
            if shown
            else []
        ),
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "none"
