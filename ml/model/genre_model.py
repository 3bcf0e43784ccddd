"""What a model is: the interface between the service and every kind of model.

A model is made by the loader of its kind (`ml.store.kinds`). It knows nothing of folders or
manifests and never changes, so that one object can serve many threads.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from scipy import sparse

from ml.model.explanation import Explanation
from ml.model.predictions import GenrePredictions
from ml.model.vocabulary import Vocabulary
from ml.track import TrackTable


class GenreModel(Protocol):
    """Predicts and explains the genres of tracks. Immutable and safe to use from any thread.

    Every model gets the same tables, whose columns are those of `ml.columns`, and uses what it
    needs of them.
    """

    @property
    def version(self) -> str:
        """The version of the model, a hash of its content."""

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres that it predicts, in the order of the probability columns."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """What it looks at, named as in its explanations; a column of a track has its own name."""

    @property
    def uncertain_below(self) -> float:
        """The confidence below which a prediction is as likely wrong as right."""

    def predict(self, tracks: TrackTable) -> GenrePredictions:
        """Return the genre probabilities of `tracks`, which may be empty."""

    def explain(
        self,
        tracks: TrackTable,
        *,
        genres: Sequence[str] | None = None,
        first: int | None = 10,
    ) -> list[Explanation]:
        """Return the reasons for and against one genre of each track.

        Parameters
        ----------
        tracks : TrackTable
        genres : sequence of str, shape (n_tracks,), optional
            The genre to explain for each track; the predicted one by default.
        first : int or None
            How many contributions to return, the largest first; None for all.

        Raises
        ------
        UnknownGenreError
            `genres` names a genre that the model does not know.
        """


@runtime_checkable
class PartialModel(GenreModel, Protocol):
    """A model that can also classify tracks of which only the words or only the sound is known."""

    @property
    def takes_partial(self) -> bool:
        """Whether `TrackTable.basis` may be set; the confidence then reflects it."""


def takes_partial(model: GenreModel) -> bool:
    """Tell whether a model classifies partial tracks."""
    return isinstance(model, PartialModel) and model.takes_partial


@runtime_checkable
class WordModel(GenreModel, Protocol):
    """A model that shares its words, so that what is learnt on top of it can use them too.

    Any model can be learnt on: its log-odds are in its predictions, numbers are in the tracks, and
    words can be counted again. This saves counting them twice, a third of the time of a prediction.
    """

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that it knows."""

    def predict_with_words(self, tracks: TrackTable) -> tuple[GenrePredictions, sparse.csr_matrix]:
        """Return the predictions of `tracks` and the words that they have.

        Returns
        -------
        GenrePredictions
        float32 CSR matrix, shape (n_tracks, n_words)
            As `Vocabulary.incidence` returns it.
        """
