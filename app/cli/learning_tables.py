"""What answers taught, for the terminal."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from schema.core.learning import Estimate, GenreChange, LearningOutcome


def describe_outcome(outcome: LearningOutcome) -> str:
    """Say in a sentence or two what was learned."""
    answers = sum(answers for _, answers in outcome.by_genre)
    learned = (
        f"Model {outcome.manifest.version} learned from {answers:,} answers, on top of "
        f"{outcome.manifest.parent_version}."
    )
    return f"{learned} {describe_estimate(outcome.estimate)}"


def describe_estimate(estimate: Estimate | None) -> str:
    """Say what to expect on the unanswered tracks."""
    if estimate is None:
        return "It takes 20 answers to estimate the accuracy."
    low, high = estimate.interval
    return (
        f"Expected accuracy on the unanswered tracks: {estimate.after:.0%} "
        f"({low:.0%} to {high:.0%}), without the answers {estimate.before:.0%}."
    )


def answer_table(by_genre: Sequence[tuple[str, int]]) -> Table:
    """Return the answers by genre, most first."""
    table = Table(title="Answers", title_justify="left")
    table.add_column("Genre")
    table.add_column("Answers", justify="right")
    for genre, answers in by_genre:
        table.add_row(escape(genre), f"{answers:,}")
    return table


def change_table(changes: Sequence[GenreChange], total: int) -> Table:
    """Return tracks that would get another genre, surest first."""
    title = f"{total:,} stored tracks would change; the surest {len(changes):,}"
    table = Table(title=title, title_justify="left")
    for name in ("trackID", "Title", "Now", "Then", "Confidence"):
        table.add_column(name)
    for change in changes:
        track = change.track
        table.add_row(
            str(track.track_id),
            escape(track.title),
            escape(track.genre),
            escape(change.genre),
            f"{change.confidence:.0%}",
        )
    return table
