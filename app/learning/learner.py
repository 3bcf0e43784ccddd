"""Fit models to the corrections, keep them, and put them to use for operators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.learning.errors import LessAccurateError, NoAnswersError
from app.learning.lesson import Lesson
from app.learning.study import Studies, Study
from app.models.operated import CommandLineModel, OperatedModel
from db.learned_models import LearnedModelRepository
from db.tracks.repository import TrackRepository
from ml.store.adapted import ADAPTATION_FILE, adapted_parts
from ml.store.manifest import AdaptationFigures, Manifest
from schema.core.learning import Estimate, GenreChange, LearningOutcome, LearningSummary

HISTORY = 200
"""Learnt models whose estimates `summarize` returns."""
MAX_CHANGES = 1_000


@dataclass(frozen=True, slots=True)
class CorrectionLearner:
    """`schema.core.learning.Learner`."""

    studies: Studies
    model: OperatedModel | CommandLineModel
    models: LearnedModelRepository
    tracks: TrackRepository

    async def summarize(self) -> LearningSummary:
        """Return what the answers so far are worth."""
        found = await self.studies.find_study()
        lesson = found.lesson if found else None
        state = await self.studies.catalogue.find_state()
        return LearningSummary(
            answers=state.count,
            new_answers=await self._count_new(state.count),
            estimate=_estimate(lesson),
            by_genre=_by_genre(lesson),
            next_ten_gain=lesson.adaptation.next_ten_gain if lesson else None,
            history=await self._list_history(),
        )

    async def learn(self, client_id: str | None, *, use: bool, force: bool) -> LearningOutcome:
        """Fit a model to all answers, keep it, and put it to use if asked.

        Raises
        ------
        GraphQLError
            FORBIDDEN: `use`, and the client is not an operator.
        NoAnswersError
            No answered track has features.
        LessAccurateError
            `use` without `force`, and the model should be worse. It is kept all the same.
        """
        if use:
            self.model.check_operator(client_id)
        found = await self.studies.find_study(exact=True)
        if found is None or len(found.lesson.answers) == 0:
            raise NoAnswersError
        changes, changed = await self._find_changes(found)
        manifest = await self._keep(found, changed, client_id)
        if use:
            _refuse_worse(found.lesson, force=force)
            await self.model.use(manifest.version, client_id)
        return LearningOutcome(
            manifest=manifest,
            estimate=_estimate(found.lesson),
            by_genre=_by_genre(found.lesson),
            changes=changes,
            changed_tracks=changed,
            skipped_tracks=found.skipped,
            is_used=self.model.manifest.version == manifest.version,
        )

    async def _count_new(self, answers: int) -> int:
        """Count the answers that the model in use does not know."""
        figures = self.model.manifest.adaptation
        if figures is None or figures.learnt_until is None:
            return answers
        return await self.studies.catalogue.tracks.count_newer_answers(figures.learnt_until)

    async def _list_history(self) -> Sequence[tuple[int, float]]:
        newest = await self.models.list_newest(HISTORY)
        figures = [AdaptationFigures.model_validate(m.manifest["adaptation"]) for m in newest]
        return [(f.answers, f.accuracy_after) for f in reversed(figures) if f.accuracy_after]

    async def _find_changes(self, found: Study) -> tuple[Sequence[GenreChange], int]:
        """Compare what sampled tracks are with what they would be; count for the catalogue."""
        lesson = found.lesson
        stored = await self.tracks.find_tracks(lesson.sample.track_ids.tolist())
        shares = lesson.probabilities(lesson.sample)
        best, confidence = shares.argmax(axis=1), shares.max(axis=1)
        genres = lesson.adaptation.genres
        changes = [
            GenreChange(stored[key], genres[best[row]], float(confidence[row]))
            for row, key in enumerate(lesson.sample.track_ids.tolist())
            if key in stored and stored[key].predicted_genre != genres[best[row]]
        ]
        changes.sort(key=lambda change: (-change.confidence, change.track.track_id))
        share = len(changes) / max(1, len(lesson.sample))
        return changes[:MAX_CHANGES], round(share * _unanswered(found))

    async def _keep(self, found: Study, changed: int, client_id: str | None) -> Manifest:
        """Keep the model, or return the one that the same answers have given before."""
        lesson = found.lesson
        manifest, files = await self.studies.threads.run(
            _parts, lesson, found.parent.manifest, _unanswered(found), changed
        )
        kept = await self.models.save(
            manifest.version,
            found.parent.version,
            manifest.model_dump(mode="json"),
            files[ADAPTATION_FILE],
            client_id,
        )
        return Manifest.model_validate(kept.manifest)


def _parts(
    lesson: Lesson, parent: Manifest, unanswered: int, changed: int
) -> tuple[Manifest, Mapping[str, bytes]]:
    adaptation, estimate = lesson.adaptation, _estimate(lesson)
    figures = AdaptationFigures(
        answers=len(lesson.answers),
        answers_by_genre=dict(_by_genre(lesson)),
        learnt_until=lesson.newest_answer,
        accuracy_before=estimate.before if estimate else None,
        accuracy_after=estimate.after if estimate else None,
        interval=estimate.interval if estimate else None,
        next_ten_gain=adaptation.next_ten_gain,
        catalogue_tracks=unanswered,
        changed_tracks=changed,
    )
    return adapted_parts(lesson.version, adaptation, lesson.forecast(), parent, figures)


def _unanswered(found: Study) -> int:
    """Return how many tracks the catalogue has without an answer."""
    complete = len(found.lesson.sample)
    return complete if len(found.sample.table) == found.sample.total else found.sample.total


def _refuse_worse(lesson: Lesson, *, force: bool) -> None:
    worth = lesson.adaptation.worth
    if worth is None or force:
        return
    before = lesson.expect_of_parent()
    if worth.after < before:
        raise LessAccurateError(before, worth.after)


def _estimate(lesson: Lesson | None) -> Estimate | None:
    worth = lesson.adaptation.worth if lesson else None
    return Estimate(worth.before, worth.after, worth.interval) if worth else None


def _by_genre(lesson: Lesson | None) -> Sequence[tuple[str, int]]:
    if lesson is None:
        return ()
    learnt = lesson.adaptation.learnt
    pairs = zip(learnt.genres, learnt.counts, strict=True)
    return sorted((pair for pair in pairs if pair[1]), key=lambda pair: (-pair[1], pair[0]))
