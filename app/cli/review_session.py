"""Ask a person about tracks, one after another; every answer is stored as soon as it is given."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from graphql import GraphQLError
from rich.console import Console
from rich.markup import escape

from app.cli.learning_tables import describe_estimate
from app.learning.learner import CorrectionLearner
from app.models.operated import CommandLineModel
from app.models.source import COMMAND_LINE
from app.service import Service
from db.records import TrackRecord
from db.tracks.corrections import NewCorrection
from schema.core.learning import GenreShares, LearningSummary
from schema.tracks.genre_names import GenreNames

QUESTIONS_PER_ROUND = 10
SUGGESTIONS = 3
SHOWN_WORDS = 12
SHOWN_NEIGHBOURS = 2
WORTHLESS_GAIN = 0.005
"""Ten answers that should bring less than half a point are not worth a person's time."""
HELP = "[dim]1-3 genre   o other   s skip   u undo   q quit[/]"


@dataclass(slots=True)
class ReviewSession:
    """One sitting: questions come in rounds of ten, each chosen after the answers before it.

    `read_key` returns a key, `read_line` a line after a prompt; both raise EOFError at the end.
    """

    service: Service
    learner: CorrectionLearner
    console: Console
    read_key: Callable[[], str]
    read_line: Callable[[str], str]
    batch_id: uuid.UUID | None = None
    answers: int = 0
    _given: list[int] = field(default_factory=list)
    _skipped: set[int] = field(default_factory=set)

    async def run(self, limit: int) -> None:
        """Ask up to `limit` questions, until the person quits or nothing is left to ask."""
        while self.answers < limit:
            wanted = min(QUESTIONS_PER_ROUND, limit - self.answers) + len(self._skipped)
            queue = await self.service.reviewer.list_questions(wanted, self.batch_id)
            tracks = [track for track in queue if track.track_id not in self._skipped]
            if not tracks:
                self.console.print("Nothing is left to ask.")
                return
            for track in tracks[:QUESTIONS_PER_ROUND]:
                if not await self._ask(track):
                    return
            await self._say_worth()

    async def _ask(self, track: TrackRecord) -> bool:
        """Ask about one track; False to quit."""
        shares = (await self.service.reviewer.suggest([track])).get(
            track.track_id, track.probabilities
        )
        await self._show(track, shares)
        while True:
            try:
                key = self.read_key().strip().lower()
            except (EOFError, KeyboardInterrupt):
                return False
            if key == "q":
                return False
            if key == "s":
                self._skipped.add(track.track_id)
                return True
            if key == "u":
                await self._undo()
                continue
            genre = await self._genre(key, shares)
            if genre is not None:
                await self._store(track, genre)
                return True
            self.console.print(HELP)

    async def _show(self, track: TrackRecord, shares: GenreShares) -> None:
        words = (await self.service.reviewer.find_words([track.track_id])).get(track.track_id, ())
        near = await self.service.reviewer.find_neighbours(track, SHOWN_NEIGHBOURS, answered=True)
        self.console.print(f"\n[bold]{self.answers + 1}. {escape(track.title)}[/]")
        if words:
            self.console.print(f"   words: {escape(', '.join(words[:SHOWN_WORDS]))}")
        for neighbour in near:
            other = neighbour.track
            text = f"   sounds like {other.title} ({other.genre}), {neighbour.similarity:.0%}"
            self.console.print(escape(text), highlight=False)
        ranked = [
            f"[bold]{number}[/] {escape(genre)} {share:.0%}"
            for number, (genre, share) in enumerate(shares[:SUGGESTIONS], start=1)
        ]
        self.console.print(f"   {'   '.join(ranked)}   {HELP}", highlight=False)

    async def _genre(self, key: str, shares: GenreShares) -> str | None:
        """Return the genre that a key means, or None if it means none."""
        if key in ("1", "2", "3") and int(key) <= len(shares):
            return shares[int(key) - 1][0]
        return await self._other() if key == "o" else None

    async def _other(self) -> str | None:
        """Ask for a genre by name; a prefix will do, and a new one is confirmed."""
        known = sorted(
            {*self.service.model.manifest.genres, *await self.service.corrections.list_genres()}
        )
        try:
            typed = self.read_line("genre: ").strip()
        except EOFError:
            return None
        matching = [genre for genre in known if genre.casefold().startswith(typed.casefold())]
        if typed in known or (typed and len(matching) == 1):
            return typed if typed in known else matching[0]
        if not typed or matching:
            self.console.print(f"Known genres: {escape(', '.join(matching or known))}.")
            return None
        return self._teach(GenreNames(known), typed)

    def _teach(self, names: GenreNames, typed: str) -> str | None:
        try:
            name = names.read(typed, "The genre", is_new=True)
            sure = self.read_line(f'Teach the new genre "{name}"? [y/N] ').strip().lower()
        except GraphQLError as error:
            self.console.print(escape(error.message))
            return None
        except EOFError:
            return None
        return name if sure in ("y", "yes") else None

    async def _store(self, track: TrackRecord, genre: str) -> None:
        correction = NewCorrection(track.track_id, genre)
        given = await self.service.corrections.correct_genres([correction], COMMAND_LINE)
        if given.unknown:
            self.console.print("This track was deleted meanwhile.")
            return
        self._given.append(track.track_id)
        self.answers += 1
        self.console.print(f"   [green]✓[/] {escape(genre)}")

    async def _undo(self) -> None:
        if not self._given:
            self.console.print("There is nothing to undo.")
            return
        await self.service.corrections.clear_corrections([self._given.pop()])
        self.answers -= 1
        self.console.print("Withdrew the last answer; the track will be asked again.")

    async def _say_worth(self) -> None:
        summary = await self.learner.summarize()
        self.console.print(f"\n{describe_worth(summary)}", highlight=False)


def describe_worth(summary: LearningSummary) -> str:
    """Say what the answers are worth, and whether to go on."""
    text = f"{summary.answers:,} answers. {describe_estimate(summary.estimate)}"
    gain = summary.next_ten_gain
    if gain is None:
        return text
    if gain < WORTHLESS_GAIN:
        return f"{text} Ten more should bring less than half a point: this is a good time to stop."
    return f"{text} Ten more should bring about {100 * gain:.1f} points."


def command_line_learner(service: Service) -> CorrectionLearner:
    """Return a learner for whoever runs commands on this machine."""
    model = CommandLineModel(service.model)
    return CorrectionLearner(service.studies, model, service.learned_models, service.tracks)
