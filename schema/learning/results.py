"""What a person's answers taught: the estimates, and models learnt from corrections."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

import strawberry

from schema.core.access import Role
from schema.core.connections import MAX_PAGE_SIZE
from schema.core.context import Info
from schema.core.learning import Estimate, LearningOutcome, LearningSummary
from schema.core.needs import Needs
from schema.inputs import read_count
from schema.models.model import Model
from schema.tracks.track import Track, track_from_record

DEFAULT_CHANGES = 20
_DECIMALS = 4
"""More would be noise: estimates are accurate to a few hundredths."""


@strawberry.type(description="How many answers name a genre.")
class GenreAnswers:
    genre: str = strawberry.field(description="Name of the genre.")
    answers: int = strawberry.field(description="Corrections and confirmations that name it.")


@strawberry.type(description="The expected accuracy after a number of answers.")
class LearningPoint:
    answers: int = strawberry.field(description="Answers that the model learnt from.")
    accuracy: float = strawberry.field(
        description="Expected accuracy on the unanswered tracks, 0 to 1."
    )


@strawberry.type(
    description="What the answers so far are worth. Accuracies are estimates for the unanswered "
    "tracks of this catalogue, and null below 20 answers."
)
class Learning:
    answers: int = strawberry.field(
        description="Tracks with a correction; confirming a prediction counts too."
    )
    new_answers: int = strawberry.field(
        description="Answers that the model in use has not learnt from yet."
    )
    accuracy_before: float | None = strawberry.field(
        description="Expected accuracy of the model that learnt from no answers, 0 to 1."
    )
    accuracy_after: float | None = strawberry.field(
        description="Expected accuracy after learning from all answers, 0 to 1."
    )
    interval: list[float] | None = strawberry.field(
        description="95 % interval of `accuracyAfter`: low, high."
    )
    by_genre: list[GenreAnswers] = strawberry.field(
        description="Answers by genre, most frequent first, with genres known only from answers."
    )
    next_ten_gain: float | None = strawberry.field(
        description="Accuracy that ten more answers should add. Below 0.005, stop answering."
    )
    history: list[LearningPoint] = strawberry.field(
        description="The expected accuracy each time a model was learnt, oldest first; at most "
        "the latest 200."
    )

    @strawberry.field(description="The model in use if it was learnt from corrections, else null.")
    def model(self, info: Info) -> Model | None:
        manifest = info.context.ports.model.manifest
        return Model.from_manifest(manifest) if manifest.parent_version else None

    @classmethod
    def from_summary(cls, summary: LearningSummary) -> Self:
        return cls(
            answers=summary.answers,
            new_answers=summary.new_answers,
            **_figures(summary.estimate),
            by_genre=_by_genre(summary.by_genre),
            next_ten_gain=_rounded(summary.next_ten_gain),
            history=[
                LearningPoint(answers=n, accuracy=round(value, _DECIMALS))
                for n, value in summary.history
            ],
        )


@strawberry.type(description="A stored track to which a learnt model would give another genre.")
class GenreChange:
    track: Track = strawberry.field(description="The track as it is stored now.")
    new_genre: str = strawberry.field(description="The genre that the learnt model gives it.")
    confidence: float = strawberry.field(description="Its probability, 0 to 1.")


@strawberry.type(description="A model learnt from corrections.")
class LearnedModel:
    outcome: strawberry.Private[LearningOutcome]
    version: strawberry.ID = strawberry.field(
        description="Pass it to `useModel`. The same answers give the same version."
    )
    parent_version: str = strawberry.field(description="The model it adapts.")
    answers: int = strawberry.field(description="Answers it learnt from.")
    accuracy_before: float | None = strawberry.field(
        description="Expected accuracy of the parent on the unanswered tracks, 0 to 1."
    )
    accuracy_after: float | None = strawberry.field(
        description="Expected accuracy of this model on the unanswered tracks, 0 to 1."
    )
    interval: list[float] | None = strawberry.field(
        description="95 % interval of `accuracyAfter`: low, high."
    )
    by_genre: list[GenreAnswers] = strawberry.field(
        description="Answers by genre, most frequent first."
    )
    changed_tracks: int = strawberry.field(
        description="Unanswered tracks that would get another genre; in large catalogues an "
        "estimate from a sample."
    )
    skipped_tracks: list[strawberry.ID] = strawberry.field(
        description="trackId of answered tracks that taught nothing, because their features are "
        "missing or broken; at most 1,000."
    )
    is_used: bool = strawberry.field(description="Whether it is the model in use.")

    @strawberry.field(description="Tracks that would get another genre, highest confidence first.")
    def changes(
        self,
        first: Annotated[
            int, strawberry.argument(description="How many, 0 to 1,000.")
        ] = DEFAULT_CHANGES,
    ) -> list[GenreChange]:
        limit = read_count(first, largest=MAX_PAGE_SIZE)
        return [
            GenreChange(
                track=track_from_record(change.track),
                new_genre=change.genre,
                confidence=round(change.confidence, _DECIMALS),
            )
            for change in self.outcome.changes[:limit]
        ]

    @classmethod
    def from_outcome(cls, outcome: LearningOutcome) -> Self:
        return cls(
            outcome=outcome,
            version=strawberry.ID(outcome.manifest.version),
            parent_version=outcome.manifest.parent_version or "",
            answers=sum(answers for _, answers in outcome.by_genre),
            **_figures(outcome.estimate),
            by_genre=_by_genre(outcome.by_genre),
            changed_tracks=outcome.changed_tracks,
            skipped_tracks=[
                strawberry.ID(str(key)) for key in outcome.skipped_tracks[:MAX_PAGE_SIZE]
            ],
            is_used=outcome.is_used,
        )


def _figures(estimate: Estimate | None) -> dict[str, Any]:
    if estimate is None:
        return {"accuracy_before": None, "accuracy_after": None, "interval": None}
    return {
        "accuracy_before": _rounded(estimate.before),
        "accuracy_after": _rounded(estimate.after),
        "interval": [round(end, _DECIMALS) for end in estimate.interval],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DECIMALS)


def _by_genre(counts: Sequence[tuple[str, int]]) -> list[GenreAnswers]:
    return [GenreAnswers(genre=genre, answers=answers) for genre, answers in counts]


@strawberry.type
class LearningQuery:
    @strawberry.field(description="What the answers so far are worth.")
    async def learning(self, info: Info) -> Learning:
        return Learning.from_summary(await info.context.ports.learner.summarize())


@strawberry.type
class LearningMutation:
    @strawberry.mutation(
        description="Fit a model to all answers, on top of the model in use (or of its parent, if "
        "that was learnt from answers too). It is stored and can be put to use later with "
        "`useModel`; the same answers give the same model. Without any answer, BAD_USER_INPUT.",
        extensions=[Needs(Role.REVIEWER)],
    )
    async def learn_from_corrections(
        self,
        info: Info,
        use: Annotated[
            bool,
            strawberry.argument(
                description="Whether it classifies from now on, in every replica. Operators only, "
                "others get FORBIDDEN. Stored tracks change with `reclassify`."
            ),
        ] = False,
        force: Annotated[
            bool,
            strawberry.argument(
                description="Use it even if it should be less accurate than its parent, which is "
                "otherwise LESS_ACCURATE with `before` and `after`."
            ),
        ] = False,
    ) -> LearnedModel:
        context = info.context
        if use:
            context.require(Role.OPERATOR)
        outcome = await context.ports.learner.learn(context.client_id, use=use, force=force)
        return LearnedModel.from_outcome(outcome)
