"""Why nothing can be learnt, or a learnt model is not put to use."""

from typing import Any

from schema.core.errors import ErrorCode, PortError


class NoAnswersError(PortError):
    """No answered track has features."""

    code = ErrorCode.BAD_USER_INPUT

    def __init__(self) -> None:
        super().__init__(
            "There is nothing to learn from: correct or confirm the genres of some tracks first. "
            "Only tracks whose features are stored count (GENRE_STORE_FEATURES)."
        )


class LessAccurateError(PortError):
    """The learnt model should be worse than the one that it corrects."""

    code = ErrorCode.LESS_ACCURATE

    def __init__(self, before: float, after: float) -> None:
        super().__init__(
            f"The learnt model is expected to be right about {after:.1%} of the unanswered tracks, "
            f"its parent about {before:.1%}. Pass force: true to use it anyway."
        )
        self._expected = {"before": before, "after": after}

    @property
    def extensions(self) -> dict[str, Any]:
        """The expected accuracies, 0 to 1."""
        return self._expected
