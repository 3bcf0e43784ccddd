"""Turn labelled tracks and rows of words into what models learn from."""

import numpy as np

from ml.errors import TrainingDataError
from ml.model.experts.features import FeatureSpec
from ml.model.vocabulary import Vocabulary, split_lyrics, split_tracks
from ml.training.data.labelled import LabelledTracks
from ml.training.data.lyric_rows import LyricRows, repeats_a_track
from ml.training.data.training_set import TrainingSet
from ml.training.parameters import TrainingParameters


def prepare(
    data: LabelledTracks, lyrics: LyricRows, parameters: TrainingParameters
) -> tuple[FeatureSpec, TrainingSet]:
    """Choose the known words, and turn tracks and lyric rows into features.

    Words are chosen from the lyric rows if there are more of them than tracks, so that validation
    need not choose them again in each fold. A lyric row that repeats a labelled track is left out.
    """
    rows = split_lyrics(lyrics.words)
    chosen_by = rows if rows.texts > len(data) else split_tracks(data.tracks)
    vocabulary = Vocabulary.fit(chosen_by, min_texts=parameters.texts_per_word)
    if len(vocabulary) == 0:
        raise TrainingDataError(
            f"No word occurs in {parameters.texts_per_word} texts; the model needs at least one."
        )
    spec = FeatureSpec(vocabulary)
    features = spec.build(data.tracks)
    texts = vocabulary.incidence(rows)
    new = ~repeats_a_track(texts, features.words)
    known = TrainingSet(
        features,
        data.truth,
        texts[new],
        lyrics.truth[new],
        len(data.genres),
        spec.columns,
        data.groups,
    )
    return spec, known


def check_sizes(data: LabelledTracks, folds: int) -> None:
    """Check that every genre has enough tracks, and enough groups if they are known.

    Raises
    ------
    TrainingDataError
        A genre has too few.
    """
    # Validation fits on folds - 1 folds, which are split into folds again.
    needed = 2 * folds
    for number, genre in enumerate(data.genres):
        is_genre = data.truth == number
        if is_genre.sum() < needed:
            raise TrainingDataError(
                f'Genre "{genre}" has {is_genre.sum()} tracks; at least {needed} are needed for '
                f"{folds} nested folds."
            )
        if data.groups is None:
            continue
        groups = len(np.unique(data.groups[is_genre]))
        if groups < folds:
            raise TrainingDataError(
                f'Genre "{genre}" has tracks of {groups} groups; at least {folds} are needed for '
                f"{folds} folds."
            )
